// A Vue app with the plugin.
import { AppizerPlugin, useAppizer } from 'appizer-web/vue';
import { createApp, h } from 'vue';

const App = {
  setup() {
    const appizer = useAppizer();
    return { choose: () => appizer.trackEvent('plan_chosen') };
  },
  render() {
    return [
      h('button', { id: 'choose', onClick: this.choose }, 'Pro'),
      h('button', { id: 'global', onClick: () => this.$appizer.trackEvent('global_used') }, 'Pro'),
    ];
  },
};
createApp(App)
  .use(AppizerPlugin, {
    appId: 'demo',
    apiBase: new URLSearchParams(location.search).get('api'),
    autoEvents: true,
    debug: true,
  })
  .mount('#app');
