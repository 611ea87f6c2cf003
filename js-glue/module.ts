/** The module's bytes, carried inside the script. */

import { hex } from 'appizer:core';

const RADIX = 16;

let module: WebAssembly.Module | undefined;

/**
 * Compiles the module, once. Synchronous, so that the SDK is ready when its script has run. Throws where
 * a Content-Security-Policy forbids WebAssembly.
 */
export function compile(): WebAssembly.Module {
  module ??= new WebAssembly.Module(fromHex(hex));
  return module;
}

// Hexadecimal, because a compressor sees the bytes through it: base64 makes the transfer a third larger
// (docs/size.md).
function fromHex(text: string): Uint8Array<ArrayBuffer> {
  const native = Uint8Array as unknown as { fromHex?(text: string): Uint8Array<ArrayBuffer> };
  if (native.fromHex) return native.fromHex(text);
  const digit = new Uint8Array(1 << 7);
  for (let i = 0; i < RADIX; ++i) digit[i.toString(RADIX).charCodeAt(0)] = i;
  const bytes = new Uint8Array(text.length / (1 + 1));
  for (let i = 0, at = 0; i < bytes.length; ++i) {
    bytes[i] =
      (digit[text.charCodeAt(at++)] as number) * RADIX + (digit[text.charCodeAt(at++)] as number);
  }
  return bytes;
}
