// @ts-check
/**
 * Counts requests against the documented limits, in fixed windows of a minute: one for each caller
 * and kind of call, begun by the first request in it.
 *
 * @typedef {import('./config.mjs').RateLimits} RateLimits
 * @typedef {{ limit: number, remaining: number, reset: number, retryAfter: number, exceeded: boolean }} Quota
 *   `reset` in Unix seconds, `retryAfter` in seconds from now
 */

const windowMs = 60_000;

/** Windows that are kept; addresses are many, and a stranger can have more than one. */
const maxWindows = 10_000;

/**
 * @param {RateLimits} limits
 * @param {() => number} now wall time in milliseconds
 */
export function createLimits(limits, now) {
  /** @type {Map<string, { start: number, count: number }>} */
  const windows = new Map();

  return {
    /**
     * Counts one more request.
     *
     * @param {string} who
     * @param {keyof RateLimits} kind
     * @returns {Quota}
     */
    take(who, kind) {
      const time = now();
      const name = `${kind} ${who}`;
      let window = windows.get(name);
      // A wall clock that was set back must not leave a window open until it has caught up.
      if (!window || time >= window.start + windowMs || time < window.start) {
        window = { start: time, count: 0 };
        // The newest last, so that the first is the oldest.
        windows.delete(name);
        windows.set(name, window);
        if (windows.size > maxWindows) windows.delete(windows.keys().next().value ?? '');
      }
      window.count += 1;
      const limit = limits[kind];
      const end = window.start + windowMs;
      return {
        limit,
        remaining: Math.max(0, limit - window.count),
        // Rounded up, so that a client that waits this long is not early.
        reset: Math.ceil(end / 1000),
        retryAfter: Math.ceil((end - time) / 1000),
        exceeded: window.count > limit,
      };
    },
  };
}

/** @param {import('fastify').FastifyReply} reply @param {Quota} quota */
export function showQuota(reply, { limit, remaining, reset }) {
  reply.headers({
    'X-RateLimit-Limit': limit,
    'X-RateLimit-Remaining': remaining,
    'X-RateLimit-Reset': reset,
  });
}
