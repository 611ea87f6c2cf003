// The script tag comes before this one.
/** @param {string} server */
export function start(server) {
  AppizerWeb.init({ appId: 'demo', apiBase: server, autoEvents: true, autoHook: true });
}

export const track = (name, properties) => AppizerWeb.trackEvent(name, properties);
