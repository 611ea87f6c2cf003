// @ts-check
/**
 * Rate limits of several collectors, through JetStream's key-value store. Each collector writes what it has counted, once
 * a second, under a key of its own, and adds up what the others have written. So the limits are approximate: collectors
 * learn of each other's requests up to some 1.5 s late, and below a twentieth of a limit not at all. Where the store
 * cannot be reached each of them counts alone.
 *
 * @typedef {import('../limits.mjs').Window} Window
 */
import { createHash, randomUUID } from 'node:crypto';
import { Kvm } from '@nats-io/kv';
import { within } from './log.mjs';

const intervalMs = 1000;
const windowMs = 60_000;
const closingMs = 1000;

/** The share of a limit from which on a window is worth knowing to others. */
const smallestShare = 1 / 20;

/** Windows in one value. */
const mostWindows = 2000;

/**
 * @param {import('./log.mjs').Log} log
 * @param {string} name
 * @param {number} replicas
 */
export function createQuotas(log, name, replicas) {
  const own = randomUUID();
  /** What each other collector has written last. @type {Map<string, Map<string, Window>>} */
  const known = new Map();
  /** @type {Map<string, Window>} */
  const windows = new Map();
  /** @type {import('@nats-io/kv').KV | undefined} */
  let bucket;
  /** @type {{ stop: () => void } | undefined} */
  let watching;
  let hasChanged = false;
  let isClosed = false;
  const timer = setInterval(write, intervalMs);
  timer.unref();
  const begun = begin().catch(() => {});

  return {
    /** @param {string} window @returns {Window[]} */
    others(window) {
      if (known.size === 0) return [];
      const key = keyOf(window);
      return [...known.values()].flatMap((all) => all.get(key) ?? []);
    },

    /** @param {string} window @param {Window} state @param {number} limit */
    share(window, { start, count }, limit) {
      if (count < limit * smallestShare) return;
      const key = keyOf(window);
      windows.delete(key);
      windows.set(key, { start, count });
      if (windows.size > mostWindows) windows.delete(windows.keys().next().value ?? '');
      hasChanged = true;
    },

    async close() {
      isClosed = true;
      clearInterval(timer);
      // Stopped before its connection is closed; without a connection it never begins.
      await within(begun, closingMs).catch(() => {});
      watching?.stop();
    },
  };

  async function begin() {
    const { nc } = await log.link;
    if (isClosed) return;
    const store = await new Kvm(nc).create(`${name}_quotas`, {
      history: 1,
      ttl: 2 * windowMs,
      max_bytes: 64 * 1024 * 1024,
      replicas,
    });
    const changes = await store.watch();
    watching = changes;
    bucket = store;
    follow(changes);
  }

  /** @param {AsyncIterable<import('@nats-io/kv').KvEntry>} changes */
  async function follow(changes) {
    for await (const { key, operation, value } of changes) {
      if (key === own) continue;
      if (operation === 'PUT') known.set(key, read(value));
      else known.delete(key);
    }
  }

  function write() {
    if (!hasChanged || !bucket) return;
    hasChanged = false;
    const since = Date.now() - 2 * windowMs;
    for (const [key, { start }] of windows) if (start < since) windows.delete(key);
    const value = JSON.stringify(Object.fromEntries(windows));
    bucket.put(own, value).catch(() => {
      hasChanged = true;
    });
  }
}

/** Names contain keys and addresses, which are nobody else's business. @param {string} window */
const keyOf = (window) => createHash('sha256').update(window).digest('base64url').slice(0, 16);

/** @param {Uint8Array} value @returns {Map<string, Window>} */
function read(value) {
  try {
    return new Map(Object.entries(JSON.parse(new TextDecoder().decode(value))));
  } catch {
    return new Map();
  }
}
