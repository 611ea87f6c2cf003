/** The shop with Vue Router, by the History API or, at an address that says so, by the hash. */
import { createApp, h, onMounted } from 'vue';
import {
  createRouter,
  createWebHashHistory,
  createWebHistory,
  RouterLink,
  RouterView,
} from 'vue-router';

/** @param {(params: any) => string} text @param {number} later */
const titled = (text, later) => ({
  setup() {
    const here = text(router.currentRoute.value.params);
    setTimeout(() => {
      document.title = here;
    }, later);
    return () => h('h1', here);
  },
});

const old = {
  setup() {
    onMounted(() => router.replace('/about'));
    return () => h('h1', 'Old');
  },
};

const hash = location.pathname === '/hash';
const router = createRouter({
  history: hash ? createWebHashHistory() : createWebHistory(),
  routes: [
    { path: '/', component: titled(() => 'Home', 0) },
    { path: '/about', component: titled(() => 'About', 0) },
    { path: '/items/:id', component: titled(({ id }) => `Item ${id}`, 200) },
    { path: '/old', component: old },
  ],
});

const links = { about: '/about', item: '/items/1', old: '/old', tab: '/about?tab=2' };
createApp(() => [
  h(
    'nav',
    Object.entries(links).map(([id, to]) => h(RouterLink, { id, to }, () => id)),
  ),
  h(RouterView),
])
  .use(router)
  .mount('#app');
