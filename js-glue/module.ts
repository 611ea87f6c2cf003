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

/**
 * Puts a module together again that `embed` (web/embed.mjs) took apart. A small module does it: the same in
 * JavaScript, run for the first time, takes twenty times as long.
 */
export function unpack(text: string, unpacker: string): Uint8Array<ArrayBuffer> {
  const code = new Uint8Array(unpacker.length / 2);
  for (let i = 0; i < code.length; ++i) code[i] = +`0x${unpacker.substr(i * 2, 2)}`;
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(code));
  const { memory, unpack } = exports as unknown as {
    memory: WebAssembly.Memory;
    unpack(text: number, size: number): number;
  };
  const bytes = new Uint8Array(memory.buffer);
  new TextEncoder().encodeInto(text, bytes.subarray(TEXT));
  const begin = TEXT + text.length;
  return bytes.slice(begin, begin + unpack(TEXT, text.length));
}

// Behind the stack and the data of the small module.
const TEXT = 1 << 17;
