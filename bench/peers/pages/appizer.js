// The script tag comes before this one.
/** @param {string} server */
export function start(server) {
  AppizerWeb.init({ appId: 'demo', apiBase: server, autoEvents: true, autoHook: true });
}

export const track = (name, properties) => AppizerWeb.trackEvent(name, properties);

/** Before the visitor has decided. @param {string} server */
export function startPending(server) {
  const options = { appId: 'demo', apiBase: server, autoEvents: true, autoHook: true };
  AppizerWeb.init({ ...options, consent: 'pending' });
}

export const grant = () => AppizerWeb.setConsent('granted');
