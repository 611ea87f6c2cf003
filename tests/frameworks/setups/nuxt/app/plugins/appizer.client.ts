import { appizerPlugin } from 'appizer-web/nuxt';

export default defineNuxtPlugin(
  appizerPlugin({
    appId: 'demo',
    apiBase: import.meta.client
      ? (new URLSearchParams(location.search).get('api') ?? undefined)
      : undefined,
    autoEvents: true,
    autoHook: true,
  }),
);
