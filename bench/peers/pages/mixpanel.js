import mixpanel from 'mixpanel-browser';

/** @param {string} server @param {boolean} batched */
export function start(server, batched) {
  mixpanel.init('key', {
    api_host: server,
    // As it is at their own address; elsewhere it would be base64.
    api_payload_format: 'json',
    autocapture: true,
    ...(batched && { batch_size: 100, batch_flush_interval_ms: 3000 }),
  });
}

export const track = (name, properties) => mixpanel.track(name, properties);

/** Before the visitor has decided. @param {string} server */
export function startPending(server) {
  mixpanel.init('key', {
    api_host: server,
    api_payload_format: 'json',
    autocapture: true,
    opt_out_tracking_by_default: true,
    opt_out_persistence_by_default: true,
  });
}

export const grant = () => mixpanel.opt_in_tracking();
