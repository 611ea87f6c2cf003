/** The public object: takes what pages give, and never lets anything through to them. */

import { STATUS } from '../bridge/abi.js';
import type { Core } from '../bridge/core.js';
import { toJson } from '../bridge/json.js';
import { type Runtime, run } from '../bridge/runtime.js';
import { attempt } from './attempt.js';
import type { Host, HostEvents } from './host.js';
import { NativePromise, now, parse } from './natives.js';
import { sanitizer } from './sanitize.js';
import type { Appizer, FlushResult, Options, OutgoingEvent, Properties, Report } from './types.js';

/** Puts the core's numbers into words; see sentences.ts. */
export interface Sentences {
  /** Something the core noticed. */
  hint(number: number, detail: string): string;
  /** A call that was refused, or was not made as meant. */
  mistake(status: number): string;
}

/** What the builds differ in. */
export interface Build {
  /** The world where `init` is given none; none where there is no page. */
  host(): Host | undefined;
  /** Instantiates the module. Throws where the page forbids WebAssembly. */
  core(): Core;
  /** Loads and instantiates the same core as JavaScript. May be asked again where it failed. */
  fallback(): Promise<Core>;
  /** Loads the sentences, for debug. May be asked again where it failed. */
  sentences(): Promise<Sentences>;
  version: string;
}

/** Stands in for an `Appizer` until the script has come (stub.ts). */
export interface Stub extends Omit<Appizer, 'version'> {
  /** The calls, in order; none once there is an `Appizer` that has replayed them. */
  q?: Call[];
}

/** A method's name, its arguments by number, and the Unix time of the call. */
export type Call = [method: string, given: { [number: number]: unknown }, time: number];

// A hint says more about these (client.cpp).
const HINTED = new Set<number>([
  STATUS.properties_unusable,
  STATUS.user_id_unusable,
  STATUS.consent_unusable,
  STATUS.user_properties_unusable,
]);

// Calls kept before `init`: a page that never calls it must not collect them for ever.
const MOST_EARLY = 1000;

// Where a policy forbids a file, each try is a violation that the site hears of.
const MOST_TRIES = 5;
const SOON = 3000;

const NOT_STARTED: FlushResult = { delivered: 0, dropped: 0, pending: 0 };

/** Makes a client. What was called on its stub is replayed, and the stub becomes the client. */
export function createAppizer(build: Build, stub?: Stub): Appizer {
  let runtime: Runtime | undefined;
  let early: ((runtime: Runtime) => void)[] = [];
  let chosen: Hooks | undefined;
  // How many more: after `shutdown` none, until `init`.
  let room = MOST_EARLY;
  let shutdowns = 0;
  let wall = now;
  // While a call of the stub is replayed: when it was made.
  let made = 0;
  let debug = false;
  let log: (sentence: string) => void = (sentence) => console.info(sentence);
  let unsaid = 0;
  let sentences: Promise<Sentences> | undefined;
  // Ends the wait for another try.
  let waits: ((() => void) | undefined)[] = [];
  const flushes = new Map<number, (result: FlushResult) => void>();

  // The sentences come later than the first mistakes; a promise keeps them in order.
  const say = async (words: (sentences: Sentences) => string) => {
    if (!debug) return;
    try {
      sentences ??= build.sentences();
      log(`[Appizer] ${words(await sentences)}`);
    } catch {
      // Said once, in the only words there are; where it is the log that throws, not even that.
      if (!unsaid) attempt(() => log('[Appizer] the sentences of debug could not be loaded'));
      if (++unsaid < MOST_TRIES) sentences = undefined;
    }
  };
  const check = (status: number) => {
    if (status && !HINTED.has(status)) {
      say((all) => all.mistake(status));
    }
  };
  const whenRunning = (call: (runtime: Runtime) => void) => {
    if (runtime) call(runtime);
    else if (early.length < room) early.push(call);
  };

  const begin = (options: Options) => {
    const onError = option(options, 'onError');
    const host = (option(options, 'host') as Host | undefined) ?? build.host();
    if (runtime) {
      check(STATUS.already_started);
      return;
    }
    room = MOST_EARLY;
    debug = option(options, 'debug') === true;
    if (!host) {
      early = [];
      say((all) => all.mistake(NO_PAGE));
      return;
    }
    log = host.log;
    let core: Core | undefined;
    try {
      core = build.core();
    } catch {
      // A Content-Security-Policy without 'wasm-unsafe-eval'. Calls wait for the other core.
    }
    if (core) start(core, host, options, onError);
    else startLater(host, options, onError);
  };

  const startLater = async (host: Host, options: Options, onError: unknown, left = MOST_TRIES) => {
    const mine = shutdowns;
    try {
      const core = await build.fallback();
      // Of several `init` the first counts, if there was no `shutdown` since.
      if (mine === shutdowns && !runtime) start(core, host, options, onError);
    } catch {
      say((all) => all.mistake(NO_WASM));
      if (mine !== shutdowns || waits.length || !--left) return;
      // It may come in a moment: before a navigation, be it one to a download, browsers give up what loads (Firefox,
      // WebKit). Or when the page is online or seen, or back: WebKit keeps a page whose file it gave up.
      const again = () => {
        // It may be called on, where ending it does not end it (natives.ts).
        if (ends !== waits) return;
        stopWaiting();
        startLater(host, options, onError, left);
      };
      const onEvent = (what: unknown) => {
        if (what === true) again();
      };
      const events = {
        visibility: onEvent,
        online: onEvent,
        pagehide: onEvent,
        pageshow: again,
        storage: onEvent,
      };
      const ends = [
        attempt(() => host.listen?.(events as Partial<HostEvents> as HostEvents)),
        left === MOST_TRIES - 1 ? attempt(() => host.timer(SOON, again)) : undefined,
      ];
      waits = ends;
    }
  };
  const stopWaiting = () => {
    for (const end of waits) attempt(() => end?.());
    waits = [];
  };

  const start = (core: Core, host: Host, options: Options, onError: unknown) => {
    const hooks = hooksOf(options);
    const started = run(core, host, {
      url: sanitizer(option(options, 'sanitizeUrl')),
      compose: (name, json) => {
        const { happened, app, properties } = parse(json);
        compose(started, hooks, name, properties, happened, app);
      },
      hint: (hint, detail) => say((all) => all.hint(hint, detail)),
      report: (json) => {
        if (typeof onError === 'function') attempt(() => onError(parse(json) as Report));
      },
      flushed: (token, json) => {
        flushes.get(token)?.(parse(json) as FlushResult);
        flushes.delete(token);
      },
    });
    const status = started.start(plain(options), !!hooks);
    check(status);
    if (status) return;
    wall = host.wall;
    runtime = started;
    chosen = hooks;
    for (const call of early) call(started);
    early = [];
  };

  // An event passes the site's hooks; what they throw costs only what they would have done.
  const compose = (
    to: Runtime,
    { beforeSend, globalProperties }: Partial<Hooks> = {},
    name: string,
    own: unknown,
    happened: number,
    app?: string,
  ) => {
    let properties: unknown = own;
    attempt(() => {
      const all = typeof globalProperties === 'function' ? globalProperties() : globalProperties;
      if (own == null || typeof own === 'object') properties = { ...all, ...own };
    });
    let event: OutgoingEvent | null = { event_name: name, properties: properties as Properties };
    attempt(() => {
      if (!beforeSend) return;
      // A copy: what it changes before it throws must not count.
      const copy = { event_name: name, properties: thaw(toJson(properties)) };
      const left = beforeSend(copy);
      event = left === undefined ? copy : (left as OutgoingEvent | null);
    });
    if (!event) return;
    check(to.track(String(event.event_name), toJson(event.properties), happened, app));
  };

  let token = 0;
  const queue = queueOf(stub);
  const appizer: Appizer = Object.assign((queue && stub) ?? {}, {
    version: build.version,
    create: (options?: Options | Stub) => {
      const other = createAppizer(build, options as Stub);
      if (options !== undefined && options !== other) other.init(options as Options);
      return other;
    },
    init: (options) => attempt(() => begin(options)),
    trackEvent: (name: string, properties?: Properties) =>
      attempt(() => {
        const happened = made || wall();
        const words = typeof name === 'string' || typeof name === 'number' ? String(name) : '';
        if (runtime && !chosen) {
          check(runtime.track(words, toJson(properties), happened));
          return;
        }
        // Frozen in its text: the page may change its object before the call is replayed.
        const text = runtime ? undefined : toJson(properties);
        whenRunning((to) => {
          if (!chosen) check(to.track(words, text ?? '', happened));
          else compose(to, chosen, words, text === undefined ? properties : thaw(text), happened);
        });
      }),
    setUserId: (id: string | number) =>
      attempt(() => {
        const text = toJson(id) || 'undefined';
        whenRunning((to) => check(to.setUserId(text)));
      }),
    getUserId: () => runtime?.userId() || undefined,
    setUserProperties: (properties) =>
      attempt(() => {
        const text = toJson(properties);
        whenRunning((to) => check(to.setUserProperties(text)));
      }),
    setConsent: (state) =>
      attempt(() => {
        const text = toJson(state);
        whenRunning((to) => check(to.setConsent(text)));
      }),
    reset: () => attempt(() => whenRunning((to) => check(to.reset()))),
    flush: () =>
      new NativePromise((resolve) => {
        if (!runtime) {
          resolve({ ...NOT_STARTED, pending: early.length });
          return;
        }
        flushes.set(++token, resolve);
        if (runtime.flush(token)) {
          flushes.delete(token);
          resolve(NOT_STARTED);
        }
      }),
    shutdown: () =>
      attempt(() => {
        early = [];
        room = 0;
        ++shutdowns;
        stopWaiting();
        runtime?.stop();
        runtime = chosen = undefined;
        for (const resolve of flushes.values()) resolve(NOT_STARTED);
        flushes.clear();
      }),
  } as Appizer);
  if (queue) {
    delete (stub as Stub).q;
    const replay = ([method, given, time]: Call) => {
      made = time;
      appizer[method as 'trackEvent'](given[0] as string, given[1] as Properties);
      made = 0;
      return 0;
    };
    for (const call of queue.splice(0)) replay(call);
    // Whoever has kept a method of the stub goes on calling it.
    queue.push = replay;
  }
  return appizer;
}

// Mistakes that the core never sees: numbers after its own (status.h).
export const NO_PAGE = -100;
export const NO_WASM = -101;

/** Options that stay on this side. */
const LIVE: (keyof Options)[] = [
  'host',
  'onError',
  'beforeSend',
  'globalProperties',
  'sanitizeUrl',
];

type Hooks = Required<Pick<Options, 'beforeSend' | 'globalProperties'>>;

function hooksOf(options: Options): Hooks | undefined {
  const beforeSend = option(options, 'beforeSend');
  const globalProperties = option(options, 'globalProperties');
  return beforeSend || globalProperties ? ({ beforeSend, globalProperties } as Hooks) : undefined;
}

function thaw(text: string): Properties {
  return text ? parse(text) : {};
}

function queueOf(stub: Stub | undefined): Call[] | undefined {
  let queue: Call[] | undefined;
  // Options of the page may come here too.
  attempt(() => {
    queue = stub?.q;
  });
  return queue;
}

// The options without what JSON cannot carry.
function plain(options: unknown): string {
  if (typeof options !== 'object' || options === null) return toJson(options) || 'null';
  const rest = { ...(options as Record<string, unknown>) };
  for (const name of LIVE) delete rest[name];
  return toJson(rest);
}

function option(options: unknown, name: keyof Options): unknown {
  return options ? (options as Record<string, unknown>)[name] : undefined;
}
