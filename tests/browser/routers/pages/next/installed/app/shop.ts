/** The client of the whole app, with its events by name: shared by what runs on the server and in the browser. */
import AppizerWeb from 'appizer-web';

type Events = { plan_chosen: { plan: string } };

export const appizer = AppizerWeb.create<Events>();

/** What importing the package, and using it, has come to where there is no page. */
export const onServer = () => {
  appizer.init({ appId: 'demo', autoEvents: true });
  appizer.trackEvent('plan_chosen', { plan: 'on the server' });
  return {
    window: typeof window,
    global: 'AppizerWeb' in globalThis,
    version: appizer.version,
    user: appizer.getUserId() ?? null,
  };
};
