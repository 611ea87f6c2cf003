/** The shop with Vue Router, whose views fetch before they are set up: the URL first, under Suspense the page later. */
import { createApp, h, Suspense } from 'vue';
import { createRouter, createWebHistory, RouterLink, RouterView } from 'vue-router';

/** @param {(params: any) => string} text @param {number} height */
const fetched = (text, height) => ({
  async setup() {
    const here = text(router.currentRoute.value.params);
    if (here !== 'Home') await fetch(`/data?${here}`);
    document.title = here;
    return () => [h('h1', here), h('div', { style: { height: `${height}px` } })];
  },
});

const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: '/', component: fetched(() => 'Home', 6000) },
    { path: '/about', component: fetched(() => 'About', 10) },
    { path: '/items/:id', component: fetched(({ id }) => `Item ${id}`, 10) },
    // What a guard learns from the server, once the URL is there.
    {
      path: '/old',
      component: {
        async setup() {
          await fetch('/data?old');
          router.replace('/about');
          return () => h('h1', 'Old');
        },
      },
    },
  ],
});

const links = { about: '/about', item: '/items/1', old: '/old' };
createApp(() => [
  h(
    'nav',
    Object.entries(links).map(([id, to]) => h(RouterLink, { id, to }, () => id)),
  ),
  h(RouterView, null, {
    /** @param {{ Component: any, route: any }} view */
    default: ({ Component, route }) => h(Suspense, null, [h(Component, { key: route.path })]),
  }),
])
  .use(router)
  .mount('#app');
