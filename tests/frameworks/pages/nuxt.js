// What Nuxt does with a plugin, in Vue: it calls it with the app, and provides what it returns.
import { appizerPlugin, useAppizer } from 'appizer-web/nuxt';
import { createApp, h } from 'vue';

const App = {
  setup() {
    const appizer = useAppizer();
    return () => h('button', { id: 'choose', onClick: () => appizer.trackEvent('plan_chosen') });
  },
};
const vueApp = createApp(App);
const plugin = appizerPlugin({
  appId: 'demo',
  apiBase: new URLSearchParams(location.search).get('api'),
  autoEvents: true,
  debug: true,
});
window.provided = plugin({ vueApp }).provide;
vueApp.mount('#app');
