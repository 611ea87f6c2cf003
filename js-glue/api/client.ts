/** One client, from `init` to `shutdown`. */

import { STATUS } from '../bridge/abi.js';
import type { Core } from '../bridge/core.js';
import { type Runtime, run } from '../bridge/runtime.js';
import { attempt } from './attempt.js';
import { type Build, MAX_TRIES, MISTAKE } from './build.js';
import type { Debug } from './debug.js';
import { NOTHING_FLUSHED, openFlushes } from './flushes.js';
import { openRecorder, type Recorder } from './hooks.js';
import type { Host } from './host.js';
import { missing, parse } from './natives.js';
import { coreOptions, hooksOf, option } from './options.js';
import { whenLoadingMayWork } from './reload.js';
import { sanitizer } from './sanitize.js';
import type { FlushResult, Options, Report } from './types.js';

/** A client that runs. */
export interface Running extends Runtime {
  record: Recorder;
}

/** A call that waits for the client to run. */
export type Waiting = (running: Running) => void;

/** Calls that wait: a page where no client ever runs must not collect them for ever. */
export const MAX_WAITING = 1000;

export interface Client {
  /** Whether `init` counts as called: false where its options were unusable. */
  alive(): boolean;
  /** The client, once it runs. Where `init` came too early, this is the time to try again. */
  running(): Running | undefined;
  flush(resolve: (result: FlushResult) => void): void;
  /** Ends the client; where it does not run yet, once it has made the calls that wait. */
  stop(): void;
}

/** Opens a client, which makes the calls in `waiting` once it runs: at once, or as soon as its core is there. */
export function openClient(
  build: Build,
  debug: Debug,
  host: Host,
  options: Options,
  waiting: Waiting[],
): Client {
  const onError = option(options, 'onError');
  const hooks = hooksOf(options);
  const sanitized = sanitizer(option(options, 'sanitizeUrl'));
  const flushes = openFlushes();
  const lacking = missing(!option(options, 'host'));
  let running: Running | undefined;
  let alive = true;
  let stopped = false;
  let stopWaiting = () => {};
  // Of flushes before it runs.
  const unflushed: ((result: FlushResult) => void)[] = [];

  const start = (core: Core) => {
    const runtime = run(core, host, {
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
    const status = runtime.start(coreOptions(options), !!hooks);
    // Nobody has called it before.
    debug.check(status === STATUS.not_started ? MISTAKE.failed : status);
    if (status) {
      alive = false;
      giveUpFlushes();
      return;
    }
    running = { ...runtime, record };
    for (const call of waiting.splice(0)) call(running);
    for (const resolve of unflushed.splice(0)) flushes.add(resolve, running.flush);
    if (stopped) running.stop();
  };

  const giveUpFlushes = () => {
    const result = { ...NOTHING_FLUSHED, pending: waiting.length };
    for (const resolve of unflushed.splice(0)) resolve(result);
  };

  const startLater = async (tries: number) => {
    try {
      start(await build.coreLater(!lacking));
    } catch {
      debug.say((all) => all.mistake(MISTAKE.no_core));
      giveUpFlushes();
      if (stopped || tries === MAX_TRIES) return;
      stopWaiting = whenLoadingMayWork(host, tries === 1, () => startLater(tries + 1));
    }
  };

  let begun = false;
  const begin = () => {
    // Some runtimes (workerd, at its module level) forbid random numbers outside of a request.
    begun = !!attempt(() => {
      host.random(new Uint8Array(1));
      return true;
    });
    if (!begun) return;
    let core: Core | undefined;
    try {
      if (!lacking) core = build.core();
    } catch {
      // The page forbids WebAssembly, or it is yet to load. Calls wait.
    }
    if (core) start(core);
    else startLater(1);
  };
  if (lacking) debug.say((all) => all.mistake(MISTAKE.lacking, lacking));
  begin();
  if (!begun) debug.say((all) => all.mistake(MISTAKE.too_early));

  return {
    alive: () => alive,
    running() {
      if (!begun) begin();
      return running;
    },
    flush(resolve) {
      if (!begun) begin();
      if (running) flushes.add(resolve, running.flush);
      else unflushed.push(resolve);
    },
    stop() {
      stopped = true;
      stopWaiting();
      running?.stop();
      flushes.giveUp();
      giveUpFlushes();
    },
  };
}
