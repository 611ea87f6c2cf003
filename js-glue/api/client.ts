/** One client, from `init` to `shutdown`. */

import { STATUS } from '../bridge/abi.js';
import type { Core } from '../bridge/core.js';
import { type Runtime, run } from '../bridge/runtime.js';
import { attempt } from './attempt.js';
import { type Build, MAX_TRIES, MISTAKE } from './build.js';
import type { Debug } from './debug.js';
import { openEarly } from './early.js';
import { type KeptByStub, mayKeep, openEarlyCalls } from './early_calls.js';
import { NOTHING_FLUSHED, openFlushes } from './flushes.js';
import { openRecorder, type Recorder } from './hooks.js';
import type { Host } from './host.js';
import { missing, NativePromise, parse } from './natives.js';
import { coreOptions, hooksOf, option } from './options.js';
import { whenLoadingMayWork } from './reload.js';
import { sanitizer } from './sanitize.js';
import type { FlushResult, Options, Report } from './types.js';

/** A client that runs. */
export interface Running extends Runtime {
  record: Recorder;
  /** Before `record`: storage has the call as `kept`. False where it is not to be made, as somebody has taken it over. */
  replaces(kept: string): boolean;
}

/** A call that waits for the client to run. */
export type Waiting = (running: Running) => void;

/** Calls that wait: a page where no client ever runs must not collect them for ever. */
export const MAX_WAITING = 1000;
/** And a start that waits for idle time waits for no more calls than this. */
export const MAX_EARLY = 50;

export interface Client {
  /** Whether `init` counts as called: false where its options were unusable. */
  alive(): boolean;
  /**
   * The client, once it runs; `now`: it is to start now, if that is possible. Where `init` came too early, this is the
   * time to try again.
   */
  running(now?: boolean): Running | undefined;
  /** Keeps an event that waits in storage, where that is allowed. */
  keep(name: string, properties: string, happened: number): string | undefined;
  /** Whether what the site says of the visitor cannot wait for idle time; not where it only repeats the id. */
  isNews(id?: unknown): boolean;
  flush(resolve: (result: FlushResult) => void): void;
  /** Ends the client; where it does not run yet, once it has made the calls that wait. */
  stop(): void;
}

/**
 * Opens a client, which makes the calls in `waiting` once it runs: in idle time where the host knows when that is, else
 * at once; or as soon as its core is there.
 */
export function openClient(
  build: Build,
  debug: Debug,
  host: Host,
  options: Options,
  waiting: Waiting[],
  stub?: KeptByStub,
): Client {
  const onError = option(options, 'onError');
  const hooks = hooksOf(options);
  const sanitized = sanitizer(option(options, 'sanitizeUrl'));
  const flushes = openFlushes();
  const lacking = missing(!option(options, 'host'));
  let running: Running | undefined;
  let begun = false;
  let started = false;
  let cannot = !!lacking;
  let alive = true;
  let stopped = false;
  let stopWaiting = () => {};
  // Of flushes before it runs.
  const unflushed: ((result: FlushResult) => void)[] = [];

  // A site's hooks expect to be called now, and so does a mistake in the options; a hidden page may end at any time.
  const may = mayKeep(host, options);
  const idle =
    !lacking &&
    !hooks &&
    host.visible &&
    isName(option(options, 'appId')) &&
    (!may || (host.storage && host.locks)) &&
    host.idle?.bind(host);
  let hurried = !idle;
  const early = idle
    ? openEarly(
        host,
        options,
        sanitized,
        () => hurry(),
        (act) => waiting.push(act),
      )
    : undefined;
  const start = (core: Core) => {
    started = true;
    const runtime = run(core, early?.host ?? host, {
      url: sanitized,
      compose: (name, json) => {
        const { happened, app, properties } = parse(json);
        record(name, properties, happened, undefined, app);
      },
      hint: (hint, detail) => debug.say((all) => all.hint(hint, detail)),
      report: (json) => {
        if (typeof onError === 'function') attempt(() => onError(parse(json) as Report));
      },
      flushed: flushes.answer,
    });
    const record = openRecorder(runtime, hooks, debug);
    const status = runtime.start(coreOptions(options), { hooks: !!hooks, ...kept?.facts() });
    // Nobody has called it before.
    debug.check(status === STATUS.not_started ? MISTAKE.failed : status);
    if (status) {
      alive = false;
      early?.end();
      giveUpFlushes();
      return;
    }
    running = {
      ...runtime,
      record,
      replaces(call) {
        const own = !!kept?.isOwn(call);
        if (own) runtime.early(call);
        return own;
      },
    };
    for (const call of waiting.splice(0)) call(running);
    early?.settle();
    for (const resolve of unflushed.splice(0)) flushes.add(resolve, running.flush);
    if (stopped) running.stop();
  };

  const giveUpFlushes = () => {
    const result = { ...NOTHING_FLUSHED, pending: waiting.length };
    for (const resolve of unflushed.splice(0)) resolve(result);
  };

  let endPause = () => {};
  const pause = async () => {
    if (!idle || hurried) return;
    await new NativePromise<void>((resolve) => {
      endPause = resolve;
      idle(resolve);
    });
  };

  const startLater = async (tries: number) => {
    try {
      const core = await build.coreLater(!lacking, pause);
      if (!hurried) await pause();
      if (!started) start(core);
    } catch {
      if (started) return;
      debug.say((all) => all.mistake(MISTAKE.no_core));
      giveUpFlushes();
      if (stopped || tries === MAX_TRIES) return;
      stopWaiting = whenLoadingMayWork(host, tries === 1, () => startLater(tries + 1));
    }
  };

  // Whether it could not be started: the page forbids WebAssembly, or it is yet to load. Calls wait. Firefox may
  // interrupt this in the middle, as any script of a page that is left: then it begins anew.
  const startNow = () => {
    hurried = true;
    let core: Core | undefined;
    try {
      if (!lacking) core = build.core();
    } catch {
      cannot = true;
    }
    if (core) start(core);
    endPause();
    return !core;
  };

  const hurry = () => {
    if (begun && !cannot && !started) startNow();
  };

  const begin = () => {
    // Some runtimes (workerd, at its module level) forbid random numbers outside of a request.
    begun = !!attempt(() => {
      host.random(new Uint8Array(1));
      return true;
    });
    if (begun && (!hurried || startNow())) startLater(1);
  };
  const kept =
    may && (early || stub)
      ? openEarlyCalls(host, options, early?.page, sanitized, stub, () => {
          if (begun) hurry();
          else hurried = true;
        })
      : undefined;
  if (lacking) debug.say((all) => all.mistake(MISTAKE.lacking, lacking));
  begin();
  if (!begun) debug.say((all) => all.mistake(MISTAKE.too_early));

  return {
    alive: () => alive,
    running(now) {
      if (!begun) begin();
      if (now) hurry();
      return running;
    },
    keep: (name, properties, happened) =>
      started || waiting.length >= MAX_WAITING ? undefined : kept?.keep(name, properties, happened),
    isNews: (id) => may && !kept?.isUser(id),
    flush(resolve) {
      if (!begun) begin();
      hurry();
      if (running) flushes.add(resolve, running.flush);
      else unflushed.push(resolve);
    },
    stop() {
      hurry();
      stopped = true;
      stopWaiting();
      running?.stop();
      flushes.giveUp();
      giveUpFlushes();
    },
  };
}

const isName = (appId: unknown) => typeof appId === 'string' && appId !== '';
