/**
 * Feeds inputs, performs effects, keeps the one timer.
 *
 * The rule: one input, then drain every effect, then arm the timer. What a page says by calls is drained at
 * the end of its task, so that a burst is written in one go; what the world says is drained at once.
 */

import { attempt } from '../api/attempt.js';
import type { Answer, Host, HostEvents, Storage } from '../api/host.js';
import { EFFECT, FORM_INPUT, HOST_EVENT } from './abi.js';
import { type Core, type Effect, ENTROPY_BYTES, SEED_BYTES, type Texts } from './core.js';
import { toJson } from './json.js';

/** What the core says, for others to put into words. */
export interface ClientOutput {
  hint(code: number, detail: string): void;
  report(json: string): void;
  flushed(token: number, json: string): void;
  /** Redacts a URL as the site asks. */
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

export function run(core: Core, host: Host, output: ClientOutput): Runtime {
  const { exports } = core;
  const requests = new Map<number, () => void>();
  let stopTimer: (() => void) | undefined;
  let rings = -1; // when the timer does, on the monotonic clock
  let moment = 0; // of the last input
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

  // As all inputs take it: how long the texts are, then numbers, and at the end the moment.
  const call = <T>(input: (...all: number[]) => T, texts: Texts, ...numbers: number[]): T => {
    moment = host.monotonic();
    return input(...core.write(texts), ...numbers, moment, host.wall());
  };

  const hostEvent = (what: number) => call(exports.apz_host_event, [], what);

  const perform = ([kind, flag, number, text, more]: Effect) => {
    switch (kind) {
      case EFFECT.request:
        requests.set(
          number,
          host.send({ url: text, body: more, keepalive: flag }, (answer) => {
            if (requests.delete(number)) dispatch(() => respond(number, answer));
          }),
        );
        break;
      case EFFECT.cancel:
        requests.get(number)?.();
        requests.delete(number);
        break;
      case EFFECT.store:
        if (!attempt(() => write(host.storage, text, more))) {
          call(exports.apz_store_failed, [text]);
        }
        break;
      case EFFECT.erase:
        attempt(() => host.storage?.removeItem(text));
        break;
      case EFFECT.read:
        storageValue(text, attempt(() => host.storage?.getItem(text)) ?? null);
        break;
      case EFFECT.scan: {
        const keys = attempt(() => host.storage?.keys()) ?? [];
        call(exports.apz_storage_keys, [keys.filter((key) => key.startsWith(text)).join('\n')]);
        break;
      }
      case EFFECT.lock:
        host.locks?.request(text, flag, (granted) =>
          dispatch(() => call(exports.apz_lock, [text], Number(granted))),
        );
        break;
      case EFFECT.unlock:
        host.locks?.release(text);
        break;
      case EFFECT.fetch_later:
        host.fetchLater?.(text, more);
        break;
      case EFFECT.page_facts: {
        const page = attempt(() => host.page?.(flag));
        if (!page) break;
        const texts = [output.url(page.url), page.title, output.url(page.referrer)];
        call(exports.apz_page_facts, texts, page.scroll);
        break;
      }
      case EFFECT.watch:
        stops.push(attempt(() => host.watch?.(number, events)));
        break;
      case EFFECT.form_values:
        attempt(() => host.forms?.values(number, text));
        break;
      case EFFECT.form_check:
        attempt(() => host.forms?.check(number, flag));
        break;
      case EFFECT.hint:
        output.hint(number, text);
        break;
      case EFFECT.report:
        output.report(text);
        break;
      case EFFECT.compose:
        output.compose(text, more);
        break;
      case EFFECT.flushed:
        output.flushed(number, text);
        break;
    }
  };

  const respond = (id: number, { status, body, retryAfter, reset }: Answer) =>
    call(exports.apz_response, [body], id, status, retryAfter, reset);

  const storageValue = (key: string, text: string | null) => call(exports.apz_storage_value, [key, text]);

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
    arm();
    if (away) afterRefusals();
  };

  const arm = () => {
    const delay = retired ? -1 : exports.apz_next_wake();
    const wanted = delay < 0 ? delay : Math.floor(moment) + delay;
    if (wanted === rings) return; // as with every event of a burst
    stopTimer?.();
    rings = wanted;
    stopTimer =
      delay < 0
        ? undefined
        : host.timer(delay, () => {
            rings = -1;
            dispatch(() => hostEvent(HOST_EVENT.wake));
          });
  };

  // What went out while the page goes away counts as taken over by the browser once it has had the
  // chance to refuse it. There is no task left to wait for, only turns of this one.
  const afterRefusals = async () => {
    for (let turns = 0; turns < TURNS; ++turns) await null;
    if (!away || torn) return;
    away = false;
    dispatch(() => hostEvent(HOST_EVENT.handover));
    away = true;
    if (stopping) retire();
  };

  // News, from the world.
  const dispatch = (input: () => void) =>
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

  const events: HostEvents = {
    visibility: (visible) => {
      if (!visible) attempt(() => host.forms?.flush());
      dispatch(() => hostEvent(visible ? HOST_EVENT.visible : HOST_EVENT.hidden));
    },
    online: (online) => dispatch(() => hostEvent(online ? HOST_EVENT.online : HOST_EVENT.offline)),
    pagehide: () => {
      // Told twice, as the first time may have been interrupted in the middle of anything (lifecycle.ts).
      // What was being performed is performed again; of what the core was about to say nobody knows, so
      // that nothing counts as sent any more, and the next page sends it.
      torn ||= draining && !current;
      draining = false;
      attempt(() => host.forms?.flush());
      away = true;
      dispatch(() => hostEvent(HOST_EVENT.pagehide));
    },
    pageshow: () => {
      away = false;
      dispatch(() => hostEvent(HOST_EVENT.pageshow));
    },
    // What the event says may be older than what this page has written since. All tabs have to end up
    // with the same, so what counts is what is there now.
    storage: (key) =>
      dispatch(() => {
        if (key === null) {
          hostEvent(HOST_EVENT.storage_cleared);
          return;
        }
        const now = attempt(() => ({ text: host.storage?.getItem(key) ?? null }));
        if (now) storageValue(key, now.text);
      }),
    navigation: (url) => dispatch(() => call(exports.apz_navigation, [output.url(url)])),
    form: (what, id, detail, text) =>
      dispatch(() => {
        const sanitized = what <= FORM_INPUT.submits ? withUrls(text, output.url) : text;
        call(exports.apz_form, [sanitized], what, id, detail);
      }),
    click: ({ url, download, button }) =>
      dispatch(() => call(exports.apz_click, [output.url(url), download], button)),
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
          later: !!host.fetchLater,
          keepalive: host.keepalive !== false,
          gpc: !!host.gpc,
          dnt: !!host.dnt,
          webdriver: !!host.webdriver,
          hooks,
        });
        const [size] = core.write([`{"options":${options},"facts":${facts}}`]) as [number];
        core.writeBytes(size, entropy(SEED_BYTES));
        const status = call(exports.apz_start, [], size);
        drain();
        if (!status) stops.push(attempt(() => host.listen?.(events)));
        return status;
      }, -1),
    track: (name, properties, happened, app = '') =>
      command(() => call(exports.apz_track, [name, properties, app], happened)),
    setUserId: (id) => command(() => call(exports.apz_set_user_id, [id])),
    setUserProperties: (properties) =>
      command(() => call(exports.apz_set_user_properties, [properties])),
    setConsent: (state) =>
      command(() => {
        const [size] = core.write([state]) as [number];
        core.writeBytes(size, entropy(ENTROPY_BYTES));
        return call(exports.apz_set_consent, [], size);
      }),
    reset: () =>
      command(() => {
        core.writeBytes(0, entropy(ENTROPY_BYTES));
        return call(exports.apz_reset, []);
      }),
    userId: () =>
      guarded(() => {
        exports.apz_user_id();
        return core.read();
      }, ''),
    flush: (token) => command(() => call(exports.apz_flush, [], token)),
    stop: () => {
      stopping = true;
      events.pagehide();
      unlisten();
    },
  };
}

// The facts of a form (`Facts` in forms.cpp): its action and the page are URLs.
function withUrls(facts: string, sanitized: (url: string) => string): string {
  const ACTION = 2;
  const PAGE = 6;
  return facts
    .split('\0')
    .map((fact, i) => (i === ACTION || i === PAGE ? sanitized(fact) : fact))
    .join('\0');
}

function write(storage: Storage | undefined, key: string, value: string): boolean {
  storage?.setItem(key, value);
  return !!storage;
}
