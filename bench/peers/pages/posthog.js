import posthog from 'posthog-js';

/** @param {string} server @param {boolean} batched */
export function start(server, batched) {
  posthog.init('key', {
    api_host: server,
    defaults: '2026-08-30',
    // Drops events beyond a burst of 100 otherwise.
    ...(batched && {
      request_queue_config: { flush_interval_ms: 3000 },
      rate_limiting: { events_per_second: 10_000, events_burst_limit: 100_000 },
    }),
  });
}

export const track = (name, properties) => posthog.capture(name, properties);
