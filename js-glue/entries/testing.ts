/**
 * `appizer-web/testing`: a world without network, browser or waiting, to test your tracking in.
 *
 * Time stands still until `advance`. Requests are recorded and answered by a server that takes everything,
 * unless `failNext` says otherwise. Everything but `leave` is synchronous: after `trackEvent`, `advance(1000)` has sent it.
 */

import type { Answer, Host, HostEvents, Outgoing, Storage } from '../api/host.js';
import { memoryStorage } from '../api/host.js';
import { WATCHED } from '../bridge/abi.js';

/** An event as the server receives it. */
export interface SentEvent {
  event_name: string;
  user_id: string;
  properties: Record<string, unknown>;
  ua?: string;
}

/** A request that was made. */
export interface SentRequest {
  /** Unix time in milliseconds. */
  time: number;
  /** The path, e.g. `/v1/events/batch`. */
  path: string;
  url: string;
  /** The parsed body. */
  body: Record<string, unknown>;
  /** The body's bytes. */
  bytes: number;
  keepalive: boolean;
  /** What it was answered; 0 for a network error, -1 while it is on its way. */
  status: number;
}

export interface Failure {
  /** The answer's body. */
  body?: unknown;
  /** The `Retry-After` header, in seconds. */
  retryAfter?: number;
  /** Milliseconds until the answer comes. */
  delay?: number;
}

export interface WorldOptions {
  /** When it is, as Unix time in milliseconds. Default: 2026-01-01T00:00:00Z. */
  now?: number;
  /** What earlier pages left. Default: nothing. `null`: there is no storage. */
  storage?: Storage | null;
  userAgent?: string;
  /** Where the page is. Default: `https://example.com/`. */
  url?: string;
  title?: string;
  /** Where it was reached from. Default: nowhere. */
  referrer?: string;
  /** Whether it is seen from the start. Default: `true`. */
  visible?: boolean;
}

export interface World {
  /** For `init({…, host})`. */
  host: Host;
  storage: Storage | null;
  /** What was sent, in order. */
  requests: SentRequest[];
  /** The events that the server has taken, in order. */
  events(): SentEvent[];
  /** Lets time pass, in milliseconds, and everything happen that is due. */
  advance(millis: number): void;
  /** The next `count` requests are answered so; 0 is a network error. */
  failNext(status: number, count?: number, failure?: Failure): void;
  /** Takes the network away, or gives it back. */
  setOnline(online: boolean): void;
  /** Switches to another tab and back. */
  setVisible(visible: boolean): void;
  /**
   * Changes the URL, as a router does (`history.pushState`, a hash, the back button): `url` may be
   * relative. A new title is set right after it.
   */
  navigate(url: string, options?: { title?: string }): void;
  setTitle(title: string): void;
  /** Scrolls until so much of the page has been in view, in percent of its height. */
  scroll(percent: number): void;
  /** Clicks on a link. */
  click(url: string, options?: { download?: string; button?: number }): void;
  /**
   * Leaves the page. Once the promise says that it is gone, another world with the same storage is the
   * next page.
   */
  leave(): Promise<void>;
  /** Comes back to the page that was left, as the back/forward cache has kept it. */
  comeBack(): void;
  /** Whether nothing is planned any more: no timer, no request. */
  isIdle(): boolean;
  /** What debug said. */
  log: string[];
}

interface Plan {
  at: number;
  call: () => void;
}

const NEW_YEAR = Date.parse('2026-01-01T00:00:00Z');

export function createWorld({
  now = NEW_YEAR,
  storage = memoryStorage(),
  userAgent = 'appizer-web/testing',
  url = 'https://example.com/',
  title = '',
  referrer = '',
  visible = true,
}: WorldOptions = {}): World {
  const start = now;
  const requests: SentRequest[] = [];
  const log: string[] = [];
  const failures: { status: number; failure: Failure }[] = [];
  let plans: Plan[] = [];
  let deferred: (() => void)[] = [];
  let events: HostEvents | undefined;
  let online = true;
  let watched = 0;
  let deepest = 0;

  const runDeferred = () => {
    while (deferred.length) {
      const calls = deferred;
      deferred = [];
      for (const call of calls) call();
    }
  };

  const plan = (at: number, call: () => void) => {
    const one = { at, call };
    plans.push(one);
    return () => {
      plans = plans.filter((other) => other !== one);
    };
  };

  const send = ({ url, body, keepalive }: Outgoing, answer: (answer: Answer) => void) => {
    const { status, failure } = online
      ? (failures.shift() ?? { status: OK, failure: {} })
      : { status: 0, failure: {} };
    const request: SentRequest = {
      time: now,
      path: new URL(url).pathname,
      url,
      body: JSON.parse(body),
      bytes: new TextEncoder().encode(body).length,
      keepalive,
      status: -1,
    };
    requests.push(request);
    return plan(now + (failure.delay ?? 0), () => {
      request.status = status;
      answer({
        status,
        body: failure.body === undefined ? '' : JSON.stringify(failure.body),
        retryAfter: failure.retryAfter ?? Number.NaN,
        reset: Number.NaN,
      });
    });
  };

  const host: Host = {
    monotonic: () => now - start,
    wall: () => now,
    random: (bytes) => {
      crypto.getRandomValues(bytes);
    },
    send,
    timer: (delay, call) => plan(now + delay, call),
    defer: (call) => {
      deferred.push(call);
    },
    storage: storage ?? undefined,
    listen: (given) => {
      events = given;
      return () => {
        events = undefined;
      };
    },
    log: (sentence) => {
      log.push(sentence);
    },
    page: (scroll) => {
      const page = { url, title, referrer, scroll: scroll ? deepest : -1 };
      deepest = 0;
      return page;
    },
    watch: (what) => {
      watched = what;
      return () => {
        watched = 0;
      };
    },
    userAgent,
    online: true,
    visible,
  };

  const advance = (millis: number) => {
    const end = now + millis;
    for (;;) {
      runDeferred();
      const next = plans.reduce<Plan | undefined>(
        (first, one) => (first && first.at <= one.at ? first : one),
        undefined,
      );
      if (!next || next.at > end) break;
      plans = plans.filter((one) => one !== next);
      now = Math.max(now, next.at);
      next.call();
    }
    now = end;
  };

  return {
    host,
    storage,
    requests,
    log,
    advance,
    events: () =>
      requests
        .filter(({ status, path }) => status >= OK && status < REDIRECT && path.includes('/events'))
        .flatMap(({ body }) => (body.events ?? [body]) as SentEvent[]),
    failNext: (status, count = 1, failure = {}) => {
      for (let i = 0; i < count; ++i) failures.push({ status, failure });
    },
    setOnline: (is) => {
      online = is;
      runDeferred();
      events?.online(is);
    },
    setVisible: (is) => {
      runDeferred();
      events?.visibility(is);
    },
    navigate: (to, options = {}) => {
      runDeferred();
      url = new URL(to, url).href;
      if (watched & WATCHED.navigation) events?.navigation(url);
      title = options.title ?? title;
    },
    setTitle: (text) => {
      title = text;
    },
    scroll: (percent) => {
      deepest = Math.max(deepest, percent);
    },
    click: (to, { download, button = 0 } = {}) => {
      runDeferred();
      const link = { url: new URL(to, url).href, download, button };
      if (watched & WATCHED.links) events?.click(link);
    },
    leave: async () => {
      runDeferred();
      events?.pagehide();
      for (let turns = 0; turns < TURNS; ++turns) await null;
    },
    comeBack: () => events?.pageshow(),
    isIdle: () => {
      runDeferred();
      return plans.length === 0;
    },
  };
}

// More than the SDK waits for a browser to refuse what goes out last (runtime.ts).
const TURNS = 20;
const OK = 200;
const REDIRECT = 300;
