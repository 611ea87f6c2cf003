/** What a test runs in: a clock, a server, a page, and the host that they make together. */

import { type Host, memoryStorage } from '../api/host.js';
import { createClock } from './clock.js';
import { createPage } from './page.js';
import { createServer } from './server.js';
import type { World, WorldOptions } from './types.js';

const NEW_YEAR = Date.parse('2026-01-01T00:00:00Z');
// More than the SDK waits for a browser to refuse what is sent last (presence.ts).
const TURNS = 20;

export function createWorld({
  now = NEW_YEAR,
  storage = memoryStorage(),
  userAgent = 'appizer-web/testing',
  url = 'https://example.com/',
  title = '',
  referrer = '',
  visible = true,
  seed,
}: WorldOptions = {}): World {
  const log: string[] = [];
  const clock = createClock(now);
  const { endTask, advance, timer, defer } = clock;
  const { requests, send, events, failNext, setOnline } = createServer(clock);
  const page = createPage({ url, title, referrer }, endTask, clock.now);
  const { navigate, setTitle, scroll, click } = page;

  const host: Host = {
    monotonic: () => clock.now() - now,
    wall: clock.now,
    random: seed === undefined ? (bytes) => void crypto.getRandomValues(bytes) : seeded(seed),
    send,
    timer,
    defer,
    storage: storage ?? undefined,
    listen: page.listen,
    log: (sentence) => {
      log.push(sentence);
    },
    page: page.page,
    watch: page.watch,
    userAgent,
    online: true,
    visible,
  };
  return {
    ...{ host, storage, requests, log, advance, events, navigate, setTitle, scroll, click },
    failNext: (status, count = 1, failure = {}) => failNext(status, count, failure),
    setOnline(is) {
      setOnline(is);
      endTask();
      page.events()?.online(is);
    },
    setVisible(is) {
      endTask();
      page.events()?.visibility(is);
    },
    async leave() {
      endTask();
      page.events()?.pagehide();
      for (let turns = 0; turns < TURNS; ++turns) await null;
    },
    comeBack: () => page.events()?.pageshow(),
    isIdle() {
      endTask();
      return clock.isIdle();
    },
  };
}

/** Random bytes that are the same in each run: mulberry32, by Tommy Ettinger. */
function seeded(seed: number): Host['random'] {
  let state = seed;
  return (bytes) => {
    for (let i = 0; i < bytes.length; ++i) {
      state = (state + 0x6d2b79f5) | 0;
      let mixed = Math.imul(state ^ (state >>> 15), state | 1);
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
      bytes[i] = mixed >>> 24;
    }
  };
}
