/** The module's bytes, carried inside the script. */

import { packed, unpacker } from 'appizer:core';

let module: WebAssembly.Module | undefined;

/**
 * Compiles the module, once. Synchronous, so that the SDK is ready when its script has run. Throws where
 * a Content-Security-Policy forbids WebAssembly.
 */
export function compile(): WebAssembly.Module {
  module ??= new WebAssembly.Module(unpack(packed, unpacker));
  return module;
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
