// Before the library, as a tag in the head is.
import { AppizerWeb } from 'appizer-web';

AppizerWeb.init({
  appId: 'demo',
  apiBase: new URLSearchParams(location.search).get('api'),
  autoHook: true,
});
