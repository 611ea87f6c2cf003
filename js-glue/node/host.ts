/** Node, and any other runtime that has `fetch`, as a host. */

import { type Host, memoryStorage, type Storage } from '../api/host.js';
import { send } from '../bridge/network.js';

export interface NodeHostOptions {
  /** Where ids and waiting events are kept. Default: in memory. */
  storage?: Storage | undefined;
  /** Your server's API key. The API knows pages by their origin; a server has none, so it needs a key. */
  apiKey?: string | undefined;
  /** Sent as `ua`. Default: none. */
  userAgent?: string | undefined;
}

/**
 * A headless host: events go out by `fetch`, and what must outlive the process goes into the
 * storage given. A pending timer does not keep the process alive: call `flush()` before it ends.
 */
export function nodeHost({
  storage = memoryStorage(),
  userAgent = '',
  apiKey,
}: NodeHostOptions = {}): Host {
  const headers: Record<string, string> = apiKey ? { Authorization: `Bearer ${apiKey}` } : {};
  return {
    monotonic: () => performance.now(),
    wall: () => Date.now(),
    random: (bytes) => {
      crypto.getRandomValues(bytes);
    },
    send: (request, answer) => send(fetch, { ...request, keepalive: false }, answer, headers),
    timer: (delay, call) => {
      const id = setTimeout(call, delay) as unknown as { unref?: () => void };
      id.unref?.();
      return () => clearTimeout(id as unknown as number);
    },
    defer: (call) => queueMicrotask(call),
    storage,
    log: (sentence) => console.info(sentence),
    userAgent,
    online: true,
    visible: true,
  };
}
