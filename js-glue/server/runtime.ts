/** One client of the server's core: inputs, effects, and what waits for an answer. */

import { bytes } from 'appizer:server-core';
import type { Host } from '../api/host.js';
import type { Exports } from '../bridge/abi.js';
import { openCore, SEED_BYTES } from '../bridge/core.js';
import { performEffects } from '../bridge/effects.js';
import { openInputs } from '../bridge/inputs.js';
import { toJson } from '../bridge/json.js';
import { openLoop } from '../bridge/loop.js';
import { openStored } from '../bridge/stored.js';

/** What `flush` says. */
export interface ServerFlushResult {
  /** Records that the API acknowledged since `flush` was called. */
  delivered: number;
  /** Records that ended otherwise since then, see `onError`. */
  dropped: number;
  /** Records that still wait: during an outage, or a pause that the API asked for. */
  pending: number;
}

export interface ServerRuntime {
  /** Each returns a `Status`. */
  track(name: string, properties: string, about: object, happened: number): number;
  identify(userId: unknown, traits: string): number;
  alias(userId: unknown, previousId: unknown): number;
  flush(): Promise<ServerFlushResult>;
  stop(): void;
}

export interface ServerOutput {
  hint(code: number, detail: string): void;
  report(json: string): void;
}

const NOTHING: ServerFlushResult = { delivered: 0, dropped: 0, pending: 0 };
let compiled: WebAssembly.Module | undefined;

/** Starts a client. `module` is for a runtime that compiles none itself. Throws where it cannot be started. */
export function runServer(
  host: Host,
  options: object,
  facts: object,
  output: ServerOutput,
  module: WebAssembly.Module | undefined,
): ServerRuntime {
  compiled ??= module ?? new WebAssembly.Module(decode(bytes));
  const instance = new WebAssembly.Instance(compiled);
  const core = openCore(instance.exports as unknown as Exports, { end() {}, release() {} });
  const { exports } = core;
  const inputs = openInputs(core, host);
  const stored = openStored(host, exports, inputs);
  const flushes = new Map<number, (result: ServerFlushResult) => void>();
  let lastFlush = 0;
  const loop = openLoop(core, host, inputs, {
    perform: (effect) => effects.perform(effect),
    drained() {},
    retired() {
      effects.cancelAll();
      for (const resolve of flushes.values()) resolve(NOTHING);
      flushes.clear();
    },
  });
  const { command } = loop;
  const effects = performEffects({
    core,
    host,
    inputs,
    stored,
    output: {
      ...output,
      flushed(token, json) {
        flushes.get(token)?.(JSON.parse(json));
        flushes.delete(token);
      },
      url: (url) => url,
      compose() {},
    },
    dispatch: loop.dispatch,
    isLeaving: () => false,
    // It watches no page.
    events: undefined as never,
    onEnd() {},
  });

  const [size] = core.write([toJson({ options, facts })]) as [number];
  inputs.entropy(size, SEED_BYTES);
  inputs.call(exports.apz_start, [], size);
  loop.drain();

  const { call } = inputs;
  return {
    track: (name, properties, about, happened) =>
      command(() => call(exports.apz_track, [name, properties, toJson(about)], happened)),
    identify: (user_id, traits) =>
      command(() =>
        call(exports.apz_set_user_properties, [
          `{"user_id":${toJson(user_id) ?? null},"traits":${(traits === '?' ? '0' : traits) || null}}`,
        ]),
      ),
    alias: (user_id, previous_id) =>
      command(() => call(exports.apz_set_user_id, [toJson({ user_id, previous_id })])),
    flush: () =>
      new Promise((resolve) => {
        const token = ++lastFlush;
        flushes.set(token, resolve);
        if (command(() => call(exports.apz_flush, [], token))) resolve(NOTHING);
      }),
    stop: loop.retire,
  };
}

function decode(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}
