// A module that makes a client, evaluated again with each update, as hot reload does it.
import { AppizerWeb } from 'appizer-web';

const apiBase = new URLSearchParams(location.search).get('api');
for (let update = 0; update < 10; ++update) {
  const appizer = AppizerWeb.create({ appId: 'demo', apiBase, autoEvents: true });
  appizer.trackEvent('module_updated', { update });
  AppizerWeb.init({ appId: 'demo', apiBase, autoEvents: true });
}
