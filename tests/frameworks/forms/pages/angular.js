import 'zone.js';
import './start.js';
import '@angular/compiler'; // compiles in the browser, which keeps this page free of a build of its own
import { Component, provideZoneChangeDetection } from '@angular/core';
import { FormControl, FormGroup, ReactiveFormsModule, Validators } from '@angular/forms';
import { bootstrapApplication } from '@angular/platform-browser';

class Contact {
  thanks = false;
  form = new FormGroup({
    email: new FormControl('', Validators.pattern(/@.*\.com$/)),
    firstName: new FormControl(''),
  });
  async save() {
    if (this.form.invalid) return;
    await fetch('/api', { method: 'POST', body: JSON.stringify(this.form.value) });
    this.form.reset();
  }
}

bootstrapApplication(
  Component({
    selector: '#app',
    imports: [ReactiveFormsModule],
    template: `<form name="contact" [formGroup]="form" (ngSubmit)="save()">
      <label for="email">E-mail</label><input id="email" formControlName="email">
      <label for="first">First name</label><input id="first" formControlName="firstName">
      <button type="submit">Send</button>
    </form>`,
  })(Contact),
  { providers: [provideZoneChangeDetection()] },
);
