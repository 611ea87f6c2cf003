import { AppizerWeb } from 'appizer-web';

AppizerWeb.init({
  appId: 'demo',
  apiBase: new URLSearchParams(location.search).get('api') ?? undefined,
  autoEvents: true,
  autoHook: true,
});
