// @ts-check
/**
 * Counts requests against the documented limits, in fixed windows of a minute: one for each caller
 * and kind of call, begun by the first request in it.
 *
 * @typedef {import('./config.mjs').RateLimits} RateLimits
 * @typedef {{ limit: number, remaining: number, reset: number, retryAfter: number, exceeded: boolean }} Quota
 *   `reset` in Unix seconds, `retryAfter` in seconds from now
 * @typedef {{ start: number, count: number }} Window `start` in milliseconds
 * @typedef {object} SharedQuotas what other collectors have counted
 * @property {(name: string) => Window[]} others their windows of that name
 * @property {(name: string, window: Window, limit: number) => void} share
 */

const windowMs = 60_000;

/** Windows that are kept; addresses are many, and a stranger can have more than one. */
const maxWindows = 10_000;

/**
 * @param {RateLimits} limits
 * @param {() => number} now wall time in milliseconds
 * @param {SharedQuotas} [shared] where several collectors count together
 */
export function createLimits(limits, now, shared) {
  /** @type {Map<string, Window>} */
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
      const isOpen = (/** @type {Window} */ { start }) => time >= start && time < start + windowMs;
      const others = shared?.others(name).filter(isOpen) ?? [];
      // A wall clock that was set back must not leave a window open until it has caught up.
      if (!window || !isOpen(window)) {
        // A window that another collector has begun is everybody's.
        window = { start: Math.min(time, ...others.map(({ start }) => start)), count: 0 };
        // The newest last, so that the first is the oldest.
        windows.delete(name);
        windows.set(name, window);
        if (windows.size > maxWindows) windows.delete(windows.keys().next().value ?? '');
      }
      window.count += 1;
      const limit = limits[kind];
      shared?.share(name, window, limit);
      const count = others.reduce((sum, other) => sum + other.count, window.count);
      const end = window.start + windowMs;
      return {
        limit,
        remaining: Math.max(0, limit - count),
        // Rounded up, so that a client that waits this long is not early.
        reset: Math.ceil(end / 1000),
        retryAfter: Math.ceil((end - time) / 1000),
        exceeded: count > limit,
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
