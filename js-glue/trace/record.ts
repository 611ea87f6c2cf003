/** Records what crosses the border of a core, without changing any of it. */

import type { Exports } from '../bridge/abi.js';
import type { Core, Texts } from '../bridge/core.js';
import type { ClientTrace, InputStep, Step } from './types.js';

/**
 * What is kept of all clients of a page. A client can only be run again from its start on, so what came first is kept,
 * and what comes when there is no more room is counted.
 */
const MAX_STEPS = 50_000;
const MAX_CHARACTERS = 8_000_000;

/** Counts what is kept. */
export interface Room {
  steps: number;
  characters: number;
}

/** One client's steps, while it goes on. */
export interface Recording extends Pick<ClientTrace, 'steps' | 'lost'> {
  /** Whether its core is WebAssembly. */
  wasm: boolean;
}

/** Returns a core that does what `core` does, and notes it in `recording`. */
export function record(core: Core, recording: Recording, room: Room): Core {
  let texts: (string | null)[] = [];
  let random = '';
  let asked = false;

  const keep = (step: Step, characters: number) => {
    // What follows a step that was not kept is of no use.
    if (
      recording.lost ||
      room.steps >= MAX_STEPS ||
      room.characters + characters > MAX_CHARACTERS
    ) {
      ++recording.lost;
      return;
    }
    ++room.steps;
    room.characters += characters;
    recording.steps.push(step);
  };

  const wrap =
    (name: string, call: (...all: number[]) => number | undefined) =>
    (...all: number[]) => {
      const given = texts;
      const entropy = random;
      texts = [];
      random = '';
      const [monotonic, wall] = all.slice(-2) as [number, number];
      const numbers = all.slice(given.length, -2);
      const step: InputStep = ['input', name, given, entropy, numbers, monotonic, wall, 'trap'];
      // Before the call: what it does to other things must not come first.
      keep(
        step,
        given.reduce((sum, text) => sum + (text?.length ?? 0), 0),
      );
      const result = call(...all);
      step[7] = result ?? null;
      return result;
    };

  // The module's own object is frozen.
  const exports: Exports = Object.create(core.exports);
  for (const name of Object.keys(core.exports)) {
    const call = core.exports[name as 'apz_flush'];
    const short = name.replace(/^apz_/, '');
    if (short === name || /^(input|output|output_size|poll)$/.test(short)) continue;
    const value =
      short === 'next_wake'
        ? () => {
            const millis = core.exports.apz_next_wake();
            keep(['wake', millis], 0);
            return millis;
          }
        : short === 'user_id'
          ? () => {
              asked = true;
              core.exports.apz_user_id();
            }
          : wrap(short, call as never);
    Object.defineProperty(exports, name, { value });
  }

  return {
    ...core,
    exports,
    write(more: Texts) {
      texts.push(...more.map((text) => text ?? null));
      return core.write(more);
    },
    writeBytes(offset, bytes) {
      random = hexOf(bytes);
      core.writeBytes(offset, bytes);
    },
    read() {
      const text = core.read();
      if (asked) keep(['user', text], text.length);
      asked = false;
      return text;
    },
    poll() {
      const effect = core.poll();
      if (effect) keep(['effect', ...effect], effect[3].length + effect[4].length);
      else keep(['none'], 0);
      return effect;
    },
  };
}

export function hexOf(bytes: Uint8Array): string {
  return [...bytes].map((byte) => (byte + 256).toString(16).slice(1)).join('');
}

export function bytesOf(hex: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
}
