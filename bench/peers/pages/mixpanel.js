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
