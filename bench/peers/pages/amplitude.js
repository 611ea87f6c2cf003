import * as amplitude from '@amplitude/analytics-browser';

/** @param {string} server @param {boolean} batched */
export function start(server, batched) {
  amplitude.init('key', {
    serverUrl: `${server}/2/httpapi`,
    remoteConfig: { serverUrl: `${server}/config` },
    autocapture: true,
    ...(batched && { flushQueueSize: 100, flushIntervalMillis: 3000 }),
  });
}

export const track = (name, properties) => amplitude.track(name, properties);

/** Before the visitor has decided: what is tracked until `init` is kept. */
export function startPending() {}

export const grant = () => start(/** @type {any} */ (window).server, false);
