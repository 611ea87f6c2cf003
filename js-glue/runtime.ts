/**
 * Feeds inputs, performs effects, keeps the one timer.
 *
 * The rule: one input, then drain every effect, then arm the timer. What a page says by calls is drained at
 * the end of its task, so that a burst is written in one go; what the world says is drained at once.
 */

import { EFFECT, FORM, NEWS } from './abi.js';
import { type Core, type Effect, ENTROPY_BYTES, SEED_BYTES } from './core.js';
import type { Answer, Ears, Host, Storage } from './host.js';
import { toJson } from './json.js';

/** What the core says, for others to put into words. */
export interface Voice {
  tell(hint: number, detail: string): void;
  report(json: string): void;
  flushed(token: number, json: string): void;
  /** What is to be told of a URL. */
  url(url: string): string;
  /** An automatic event wants to pass the site's hooks. */
  compose(name: string, json: string): void;
}

export interface Runtime {
  /** Starts the client; returns a status. */
  start(options: string, hooks: boolean): number;
  track(name: string, properties: string, happened: number, app?: string): number;
  setUserId(id: string): number;
  setUserProperties(properties: string): number;
  setConsent(state: string): number;
  reset(): number;
  userId(): string;
  flush(token: number): number;
  /** Ends everything, as if the page went away. */
  stop(): void;
}

// How many turns a refused fetch needs to be heard of. Firefox rejects one that exceeds the keepalive quota
// at once, and the rejection passes a few promises on its way; Chromium takes milliseconds, which are not there.
const TURNS = 8;

export function run(core: Core, host: Host, voice: Voice): Runtime {
  const { exports } = core;
  const requests = new Map<number, () => void>();
  let stopTimer: (() => void) | undefined;
  const stops: ((() => void) | undefined)[] = [];
  let deferred = false;
  let draining = false;
  let current: Effect | undefined; // being performed
  let torn = false;
  let away = false;
  let stopping = false;
  let retired = false;

  // A trap is a broken promise of our own. The page must not notice: the client ends.
  const guarded = <T>(act: () => T, otherwise: T): T => {
    if (retired) return otherwise;
    try {
      return act();
    } catch {
      retire();
      for (const cancel of requests.values()) attempt(cancel);
      return otherwise;
    }
  };

  const entropy = (size: number) => {
    const bytes = new Uint8Array(size);
    host.random(bytes);
    return bytes;
  };

  const news = (what: number) => exports.apz_news(what, host.monotonic(), host.wall());

  const perform = ({ kind, flag, number, text, more }: Effect) => {
    switch (kind) {
      case EFFECT.request:
        requests.set(
          number,
          host.send({ url: text, body: more, keepalive: flag }, (answer) => {
            if (requests.delete(number)) hear(() => answered(number, answer));
          }),
        );
        break;
      case EFFECT.cancel:
        requests.get(number)?.();
        requests.delete(number);
        break;
      case EFFECT.store:
        if (!attempt(() => write(host.storage, text, more))) {
          const [size] = core.write(text) as [number];
          exports.apz_store_failed(size, host.monotonic(), host.wall());
        }
        break;
      case EFFECT.erase:
        attempt(() => host.storage?.removeItem(text));
        break;
      case EFFECT.read:
        value(text, attempt(() => host.storage?.getItem(text)) ?? null);
        break;
      case EFFECT.scan: {
        const keys = attempt(() => host.storage?.keys()) ?? [];
        const [size] = core.write(keys.filter((key) => key.startsWith(text)).join('\n')) as [
          number,
        ];
        exports.apz_keys(size, host.monotonic(), host.wall());
        break;
      }
      case EFFECT.lock:
        host.locks?.request(text, flag, (granted) =>
          hear(() => {
            const [size] = core.write(text) as [number];
            exports.apz_locked(size, Number(granted), host.monotonic(), host.wall());
          }),
        );
        break;
      case EFFECT.unlock:
        host.locks?.release(text);
        break;
      case EFFECT.leave:
        host.leave?.(text, more);
        break;
      case EFFECT.look: {
        const page = attempt(() => host.page?.(flag));
        if (!page) break;
        const [url, title, referrer] = core.write(
          voice.url(page.url),
          page.title,
          voice.url(page.referrer),
        ) as [number, number, number];
        exports.apz_page(url, title, referrer, page.scroll, host.monotonic(), host.wall());
        break;
      }
      case EFFECT.watch:
        stops.push(attempt(() => host.watch?.(number, ears)));
        break;
      case EFFECT.form_values:
        attempt(() => host.forms?.values(number, text));
        break;
      case EFFECT.form_look:
        attempt(() => host.forms?.look(number, flag));
        break;
      case EFFECT.tell:
        voice.tell(number, text);
        break;
      case EFFECT.report:
        voice.report(text);
        break;
      case EFFECT.compose:
        voice.compose(text, more);
        break;
      case EFFECT.flushed:
        voice.flushed(number, text);
        break;
    }
  };

  const answered = (id: number, { status, body, retryAfter, reset }: Answer) => {
    const [size] = core.write(body) as [number];
    exports.apz_answered(id, status, retryAfter, reset, size, host.monotonic(), host.wall());
  };

  const value = (key: string, text: string | null) => {
    const [keySize, valueSize] = core.write(key, text ?? '') as [number, number];
    exports.apz_value(keySize, text === null ? -1 : valueSize, host.monotonic(), host.wall());
  };

  const drain = () => {
    if (draining) return;
    draining = true;
    try {
      // One that is there already was interrupted, see `leaving`.
      for (current ??= core.poll(); current && !retired; current = core.poll()) {
        perform(current);
        current = undefined;
      }
    } finally {
      draining = false;
    }
    stopTimer?.();
    stopTimer = undefined;
    const delay = retired ? -1 : exports.apz_next_wake();
    if (delay >= 0) stopTimer = host.timer(delay, () => hear(() => news(NEWS.wake)));
    if (away) whenHeard();
  };

  // What went out while the page goes away counts as taken over by the browser once it has had the
  // chance to refuse it. There is no task left to wait for, only turns of this one.
  const whenHeard = async () => {
    for (let turns = 0; turns < TURNS; ++turns) await null;
    if (!away || torn) return;
    away = false;
    hear(() => news(NEWS.gone));
    away = true;
    if (stopping) retire();
  };

  // News, from the world.
  const hear = (input: () => void) =>
    guarded(() => {
      input();
      drain();
    }, undefined);

  // A command, from the page.
  const command = (input: () => number) =>
    guarded(() => {
      const status = input();
      if (!deferred) {
        deferred = true;
        host.defer(() => {
          deferred = false;
          guarded(drain, undefined);
        });
      }
      return status;
    }, -1);

  const ears: Ears = {
    visible: (visible) => {
      if (!visible) attempt(() => host.forms?.settle());
      hear(() => news(visible ? NEWS.visible : NEWS.hidden));
    },
    online: (online) => hear(() => news(online ? NEWS.online : NEWS.offline)),
    leaving: () => {
      // Told twice, as the first time may have been interrupted in the middle of anything (lifecycle.ts).
      // What was being performed is performed again; of what the core was about to say nobody knows, so
      // that nothing counts as sent any more, and the next page sends it.
      torn ||= draining && !current;
      draining = false;
      attempt(() => host.forms?.settle());
      away = true;
      hear(() => news(NEWS.leaving));
    },
    returned: () => {
      away = false;
      hear(() => news(NEWS.returned));
    },
    // What the event says may be older than what this page has written since. All tabs have to end up
    // with the same, so what counts is what is there now.
    stored: (key) =>
      hear(() => {
        if (key === null) {
          news(NEWS.storage_cleared);
          return;
        }
        const now = attempt(() => ({ text: host.storage?.getItem(key) ?? null }));
        if (now) value(key, now.text);
      }),
    navigated: (url) =>
      hear(() => {
        const [size] = core.write(voice.url(url)) as [number];
        exports.apz_navigated(size, host.monotonic(), host.wall());
      }),
    form: (what, id, detail, text) =>
      hear(() => {
        const told = what <= FORM.submits ? withUrls(text, voice.url) : text;
        const [size] = core.write(told) as [number];
        exports.apz_form(what, id, detail, size, host.monotonic(), host.wall());
      }),
    clicked: ({ url, download, button }) =>
      hear(() => {
        const [size, name] = core.write(voice.url(url), download ?? '') as [number, number];
        exports.apz_clicked(
          size,
          download === undefined ? -1 : name,
          button,
          host.monotonic(),
          host.wall(),
        );
      }),
  };

  const unlisten = () => {
    for (const end of stops.splice(0)) attempt(() => end?.());
  };

  const retire = () => {
    retired = true;
    attempt(() => stopTimer?.());
    unlisten();
    attempt(() => host.locks?.release(''));
  };

  return {
    start: (options, hooks) =>
      guarded(() => {
        const facts = toJson({
          ua: host.userAgent,
          online: host.online,
          visible: host.visible,
          locks: !!host.locks,
          later: !!host.leave,
          keepalive: host.keepalive !== false,
          gpc: !!host.gpc,
          dnt: !!host.dnt,
          webdriver: !!host.webdriver,
          hooks,
        });
        const [size] = core.write(`{"options":${options},"facts":${facts}}`) as [number];
        core.writeBytes(size, entropy(SEED_BYTES));
        const status = exports.apz_start(size, host.monotonic(), host.wall());
        drain();
        if (!status) stops.push(attempt(() => host.listen?.(ears)));
        return status;
      }, -1),
    track: (name, properties, happened, app = '') =>
      command(() => {
        const [nameSize, propertiesSize, appSize] = core.write(name, properties, app) as [
          number,
          number,
          number,
        ];
        return exports.apz_track(
          nameSize,
          propertiesSize,
          appSize,
          happened,
          host.monotonic(),
          host.wall(),
        );
      }),
    setUserId: (id) =>
      command(() => {
        const [size] = core.write(id) as [number];
        return exports.apz_set_user_id(size, host.monotonic(), host.wall());
      }),
    setUserProperties: (properties) =>
      command(() => {
        const [size] = core.write(properties) as [number];
        return exports.apz_set_user_properties(size, host.monotonic(), host.wall());
      }),
    setConsent: (state) =>
      command(() => {
        const [size] = core.write(state) as [number];
        core.writeBytes(size, entropy(ENTROPY_BYTES));
        return exports.apz_set_consent(size, host.monotonic(), host.wall());
      }),
    reset: () =>
      command(() => {
        core.writeBytes(0, entropy(ENTROPY_BYTES));
        return exports.apz_reset(host.monotonic(), host.wall());
      }),
    userId: () =>
      guarded(() => {
        exports.apz_user_id();
        return core.read();
      }, ''),
    flush: (token) => command(() => exports.apz_flush(token, host.monotonic(), host.wall())),
    stop: () => {
      stopping = true;
      ears.leaving();
      unlisten();
    },
  };
}

// The facts of a form (`Facts` in forms.cpp): its action and the page are URLs.
function withUrls(facts: string, told: (url: string) => string): string {
  const ACTION = 2;
  const PAGE = 6;
  return facts
    .split('\0')
    .map((fact, i) => (i === ACTION || i === PAGE ? told(fact) : fact))
    .join('\0');
}

function write(storage: Storage | undefined, key: string, value: string): boolean {
  storage?.setItem(key, value);
  return !!storage;
}

function attempt<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch {
    return undefined;
  }
}
