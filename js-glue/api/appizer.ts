/** The public object: takes what pages pass to it, and never lets an error through to them. */

import { STATUS } from '../bridge/abi.js';
import { toJson } from '../bridge/json.js';
import { attempt } from './attempt.js';
import { type Build, type Call, MISTAKE, type Stub } from './build.js';
import { type Client, MAX_EARLY, MAX_WAITING, openClient, type Waiting } from './client.js';
import { forwardTo, otherCopy, shareCopy } from './copies.js';
import { openDebug } from './debug.js';
import { NOTHING_FLUSHED } from './flushes.js';
import type { Host } from './host.js';
import { NativePromise } from './natives.js';
import { option, textOf } from './options.js';
import { queueOf, replayCalls } from './stub_calls.js';
import type { Appizer, Options, Properties } from './types.js';

/** Commands of one argument, which goes to the core as JSON. */
type Command = 'setUserId' | 'setUserProperties' | 'setConsent';

/** Makes an `Appizer`. The calls of its stub are made, and the stub becomes it. */
export function createAppizer(build: Build, stub?: Stub): Appizer {
  const debug = openDebug(build);
  let client: Client | undefined;
  let waiting: Waiting[] = [];
  // After `shutdown` no calls wait, until `init`.
  let ended = false;
  let { wall } = build;
  let unshare = () => {};
  // The options of the client as text, where `init` may take it back.
  let asText: string | undefined;
  // Takes back a client that `shutdown` ends with this task, or ends it now.
  let takeBack: ((back: boolean) => void) | undefined;
  // While a call of the stub is made.
  let made: Call | undefined;

  const running = () => client?.running(waiting.length >= MAX_EARLY);
  const call = (one: Waiting) => {
    const now = running();
    if (now) one(now);
    else if (!ended && waiting.length < MAX_WAITING) waiting.push(one);
  };
  const command = (name: Command) => (given: unknown) =>
    attempt(() => {
      // What is denied is not kept for a moment longer.
      if (name === 'setConsent' || client?.isNews(given)) client?.running(true);
      const json = toJson(given) || 'undefined';
      call((to) => debug.check(to[name](json)));
    });

  // Under what storage has the call of the stub that is made.
  const kept = () => made?.[3] && stub?.k && `${made[3]} ${queued.indexOf(made) + 1}`;
  const keptByStub = () => {
    const prefix = made && (stub as Stub | undefined)?.k;
    const since = Math.min(...queued.map((one) => one[3] || Infinity));
    return prefix && since < Infinity
      ? { prefix, count: queued.length, view: kept() || undefined, since }
      : undefined;
  };

  const init = (options: Options) => {
    const debugs = option(options, 'debug') === true;
    if (client?.alive()) {
      debug.check(STATUS.already_started);
      return;
    }
    ended = false;
    const text = textOf(options);
    takeBack?.(text === asText);
    if (client?.alive()) {
      unshare = shareCopy(options, appizer);
      return;
    }
    asText = undefined;
    debug.configure(debugs);
    const host = (option(options, 'host') as Host | undefined) ?? build.host();
    debug.configure(debugs, host?.log);
    const other = !option(options, 'host') && host ? otherCopy(options, appizer) : undefined;
    if (other) {
      debug.say((all) => all.mistake(MISTAKE.other_copy));
      client = forwardTo(other);
      for (const one of waiting.splice(0)) call(one);
    } else if (host) {
      wall = host.wall;
      client = openClient(build, debug, host, options, waiting, keptByStub());
      if (!option(options, 'host') && client.alive()) {
        unshare = shareCopy(options, appizer);
        asText = text;
      }
    } else {
      waiting = [];
      debug.say((all) => all.mistake(MISTAKE.no_page));
    }
  };

  const queue = queueOf(stub);
  const queued = [...(queue ?? [])];
  const appizer: Appizer = Object.assign((queue && stub) ?? {}, {
    ...build.more,
    version: build.version,
    create: (options?: Options | Stub) => {
      const other = createAppizer(build, options as Stub);
      if (options !== undefined && options !== other) other.init(options as Options);
      return other;
    },
    init(options: Options) {
      try {
        init(options);
      } catch (error) {
        // A host that is not one, or a page that lacks what every browser has.
        debug.say((all) => all.mistake(MISTAKE.failed, String(error)));
      }
    },
    trackEvent: (name: unknown, properties?: Properties) =>
      attempt(() => {
        const happened = made?.[2] || wall();
        const text = typeof name === 'string' || typeof name === 'number' ? String(name) : '';
        // Frozen where it waits: the page may change its object before the call is made.
        const frozen = running() ? undefined : toJson(properties);
        const known =
          kept() || (frozen === undefined ? undefined : client?.keep(text, frozen, happened));
        call((to) => {
          if (!known || to.replaces(known)) to.record(text, properties, happened || wall(), frozen);
        });
      }),
    setUserId: command('setUserId'),
    setUserProperties: command('setUserProperties'),
    setConsent: command('setConsent'),
    reset: () =>
      attempt(() => {
        if (client?.isNews()) client.running(true);
        call((to) => debug.check(to.reset()));
      }),
    getUserId: () => client?.running(true)?.userId() || undefined,
    getContext: () => {
      const to = client?.running(true);
      const userId = to?.userId();
      const [sessionId, viewId] = (userId && to?.visit().split(' ')) || [];
      return { userId: userId || undefined, sessionId: sessionId || undefined, viewId };
    },
    flush: () =>
      new NativePromise((resolve) => {
        if (client?.alive()) client.flush(resolve);
        else resolve({ ...NOTHING_FLUSHED, pending: waiting.length });
      }),
    shutdown: () =>
      attempt(() => {
        const last = client;
        const kept = waiting;
        client = undefined;
        waiting = [];
        ended = true;
        unshare();
        if (!last || !asText) return last?.stop();
        // React's StrictMode runs an effect, its clean-up and the effect again in one task: that is no second page view.
        const decide = (back: boolean) => {
          if (takeBack !== decide) return;
          takeBack = undefined;
          if (!back) return last.stop();
          client = last;
          waiting = kept;
        };
        takeBack = decide;
        NativePromise.resolve().then(() => decide(false));
      }),
  } as Appizer);

  if (stub && queue) {
    replayCalls(stub, queue, (one) => {
      const [method, given] = one;
      made = one;
      appizer[method as 'trackEvent'](given[0] as string, given[1] as Properties);
      made = undefined;
    });
  }
  return appizer;
}
