/** The module's bytes, carried inside the script. */

import { packed, unpacker } from 'appizer:core';
import { TextEncoder } from '../api/natives.js';
import type { Core } from './core.js';
import { type Instances, openInstances } from './instances.js';

let instances: Instances | undefined;
let forbidden = false;

/**
 * Instantiates the module, at once, so that the SDK is ready when its script has run. Throws where a
 * Content-Security-Policy forbids WebAssembly, or the engine compiles only small modules at once.
 */
export function instantiate(): Core {
  if (forbidden) throw new Error('is forbidden');
  try {
    instances ??= openInstances(new WebAssembly.Module(unpack(packed, unpacker)));
  } catch (error) {
    forbidden = isForbidden(error);
    throw error;
  }
  return instances.take();
}

/**
 * The same without keeping the page waiting; by `fallback` where a policy forbids WebAssembly, or the page is not
 * `complete` without what the fallback brings.
 */
export async function instantiateLater(
  complete: boolean,
  pause: () => Promise<void>,
  fallback: () => Promise<Core>,
): Promise<Core> {
  try {
    // Where it is forbidden, each try is a violation report to the site.
    if (complete && !forbidden) {
      if (!instances) {
        await pause();
        const module = await WebAssembly.compile(unpack(packed, unpacker));
        // It may have been needed meanwhile.
        instances ??= openInstances(module);
      }
      return await instances.takeLater();
    }
  } catch (error) {
    // The fallback needs none of it.
    forbidden ||= isForbidden(error);
  }
  return fallback();
}

// Too large a module is a RangeError; a policy's refusal is a CompileError, in WebKit an EvalError.
function isForbidden(error: unknown): boolean {
  if (!globalThis.WebAssembly) return true;
  return error instanceof WebAssembly.CompileError || error instanceof EvalError;
}
// Not in TypeScript's declarations yet.
type FromHex = { fromHex?: (hex: string) => Uint8Array<ArrayBuffer> };

/**
 * Puts a module together again that `embed` (web/embed.mjs) took apart. A small module does it: the same in
 * JavaScript, run for the first time, takes twenty times as long.
 *
 * @returns a view of the small module's memory
 */
export function unpack(text: string, unpacker: string): Uint8Array<ArrayBuffer> {
  const code =
    // From Chromium 140, Firefox 133, Safari 18.2 on.
    (Uint8Array as FromHex).fromHex?.(unpacker) ??
    Uint8Array.from(unpacker.match(/../g) as string[], (byte) => +`0x${byte}`);
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(code));
  const { memory, unpack } = exports as unknown as {
    memory: WebAssembly.Memory;
    unpack(text: number, end: number): number;
  };
  const bytes = new Uint8Array(memory.buffer);
  new TextEncoder().encodeInto(text, bytes.subarray(TEXT));
  const begin = TEXT + text.length;
  return bytes.subarray(begin, begin + unpack(TEXT, begin));
}

// Behind the stack and the data of the small module.
const TEXT = 1 << 17;
