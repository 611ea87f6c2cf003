/** Replays a trace in Node, on the core that lies beside this file in the package. */

import { version } from 'appizer:core';
import type { Exports } from '../bridge/abi.js';
import { type Core, openCore, openFallback } from '../bridge/core.js';
import { checkTrace, readTrace, TraceError } from '../trace/read.js';
import { isSame, repeat } from '../trace/rerun.js';
import type { Step, TraceFile } from '../trace/types.js';

export { describe } from '../trace/describe.js';
export { readTrace, TraceError } from '../trace/read.js';
export type { Step, TraceFile } from '../trace/types.js';

export interface ReplayOptions {
  /** Whether the core runs as JavaScript instead of as WebAssembly. Default: `false`. */
  fallback?: boolean | undefined;
}

/** A step that came out in another way than it is recorded. Both count from 0. */
export interface Difference {
  client: number;
  step: number;
  recorded: Step;
  replayed: Step;
}

export interface Replay {
  trace: TraceFile;
  /** The version of this package. The trace may be of another one: then its core may well do something else. */
  sdk: string;
  core: 'wasm' | 'fallback';
  /** How many steps were made. */
  steps: number;
  /** What each client's steps have come to now. */
  clients: Step[][];
  differences: Difference[];
}

/**
 * Gives every input of a trace to a core, and compares what comes of it with what is recorded. `trace` is the text of a
 * file, or its parsed content.
 *
 * @throws TraceError where the file is damaged, of another format, or no trace
 */
export async function replay(
  trace: string | object,
  { fallback = false }: ReplayOptions = {},
): Promise<Replay> {
  const file = typeof trace === 'string' ? readTrace(trace) : checkTrace(trace);
  const fresh = await coreOf(fallback);
  const differences: Difference[] = [];
  const clients = file.clients.map(({ steps }, client) => {
    const core = fresh();
    const made: Step[] = [];
    for (const [step, recorded] of steps.entries()) {
      const replayed = repeat(core, recorded);
      made.push(replayed);
      if (!isSame(recorded, replayed)) differences.push({ client, step, recorded, replayed });
      // A core is of no use after a trap.
      if (replayed[0] === 'input' && replayed[7] === 'trap') break;
    }
    return made;
  });
  const steps = clients.reduce((sum, made) => sum + made.length, 0);
  return {
    trace: file,
    sdk: version,
    core: fallback ? 'fallback' : 'wasm',
    steps,
    clients,
    differences,
  };
}

async function coreOf(fallback: boolean): Promise<() => Core> {
  if (fallback) {
    const { fallback } = await import('./fallback.js');
    return () => openFallback(fallback);
  }
  // By a name that neither needs Node's types nor is resolved by a bundler.
  const fs = 'node:fs';
  const { readFileSync } = (await import(fs)) as {
    readFileSync(file: URL): Uint8Array<ArrayBuffer>;
  };
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = readFileSync(new URL('./core.wasm', import.meta.url));
  } catch {
    throw new TraceError('core.wasm is missing beside replay.mjs. Install appizer-web again.');
  }
  const module = new WebAssembly.Module(bytes);
  return () =>
    openCore(new WebAssembly.Instance(module).exports as unknown as Exports, {
      end() {},
      release() {},
    });
}
