import { Component } from '@angular/core';
import { bootstrapApplication } from '@angular/platform-browser';
import { provideRouter, RouterLink, RouterOutlet } from '@angular/router';
import { AppizerWeb } from 'appizer-web';

AppizerWeb.init({
  appId: 'demo',
  apiBase: new URLSearchParams(location.search).get('api') ?? undefined,
  autoEvents: true,
  autoHook: true,
});

@Component({
  selector: 'app-home',
  imports: [RouterLink],
  template: `<button id="choose" (click)="choose()">Choose</button> <a id="about" routerLink="/about">About</a>`,
})
class Home {
  choose() {
    AppizerWeb.trackEvent('plan_chosen');
  }
}

@Component({ selector: 'app-about', template: '<h1>About</h1>' })
class About {}

@Component({ selector: 'app-root', imports: [RouterOutlet], template: '<router-outlet />' })
class App {}

bootstrapApplication(App, {
  providers: [
    provideRouter([
      { path: '', component: Home, title: 'Home' },
      { path: 'about', component: About, title: 'About' },
    ]),
  ],
});
