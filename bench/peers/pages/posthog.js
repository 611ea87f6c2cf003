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

/** Before the visitor has decided. @param {string} server */
export function startPending(server) {
  posthog.init('key', {
    api_host: server,
    defaults: '2026-08-30',
    opt_out_capturing_by_default: true,
    opt_out_persistence_by_default: true,
    // That request has an id of the visitor.
    advanced_disable_flags: true,
  });
}

export const grant = () => posthog.opt_in_capturing();
