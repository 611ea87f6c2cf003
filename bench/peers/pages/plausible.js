import { init, track as send } from '@plausible-analytics/tracker';

/** @param {string} server */
export function start(server) {
  // The page is on 127.0.0.1, where it would count nothing.
  init({ domain: 'example.com', endpoint: `${server}/api/event`, captureOnLocalhost: true });
}

export const track = (name, properties) => send(name, { props: properties });
