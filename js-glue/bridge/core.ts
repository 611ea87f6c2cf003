/** Loads the module; strings in and out. */

import { TextDecoder, TextEncoder } from '../api/natives.js';
import type { Exports } from './abi.js';

/** Random bytes that `apz_start` takes, and those that make a user id. */
export const SEED_BYTES = 32;
export const ENTROPY_BYTES = 16;

/** Bytes that one UTF-16 unit takes at most as UTF-8. */
const WIDEST = 3;

// A call into the browser's encoder takes as long as several hundred characters here.
const SHORT = 500;
const ASCII = 0x80;

/** An effect as it crosses the ABI. */
export type Effect = [kind: number, flag: boolean, number: number, text: string, more: string];

/** Texts as they cross the ABI, where some may be missing. */
export type Texts = (string | null | undefined)[];

/** What becomes of an instance. */
export interface Life {
  /** Its client was shut down, and is done within this task. */
  end(): void;
  /** Nothing calls it any more. `failed`: by a trap, so that nobody can use it again. */
  release(failed: boolean): void;
}

/** One instance of the module: one client. */
export interface Core extends Life {
  readonly exports: Exports;
  /** Writes texts one behind the other into the input buffer; returns the bytes that each takes, -1 for none. */
  write(texts: Texts): number[];
  /** Writes bytes behind the first `offset` bytes of the input buffer. */
  writeBytes(offset: number, bytes: Uint8Array): void;
  /** What the output buffer holds. */
  read(): string;
  /** Takes out the next effect. */
  poll(): Effect | undefined;
}

/** The same core, compiled to JavaScript: one call, one instance. */
export type Fallback = () => Exports;

/** Makes an instance of the core as JavaScript, for a page that refuses WebAssembly. */
export function openFallback(fallback: Fallback): Core {
  // It is garbage once nobody uses it.
  return openCore(fallback(), { end() {}, release() {} });
}

/** Opens an instance that has not run, or was made as if it had not. */
export function openCore(exports: Exports, life: Life): Core {
  exports._initialize();

  const encoder = new TextEncoder();
  const decoder = new TextDecoder();
  let bytes = new Uint8Array();
  let input = 0;
  let capacity = 0;

  // Makes room for `size` bytes; the view is made afresh after the memory has grown.
  const reserve = (size: number) => {
    if (size > capacity) {
      // With room to spare, so that growing texts do not ask every time.
      capacity = size + size;
      input = exports.apz_input(capacity);
    }
    if (bytes.buffer !== exports.memory.buffer) bytes = new Uint8Array(exports.memory.buffer);
  };

  const put = (text: string, at: number): number => {
    for (let i = 0; text.length < SHORT; ++i) {
      if (i === text.length) return i;
      const unit = text.charCodeAt(i);
      if (unit >= ASCII) break;
      bytes[at + i] = unit;
    }
    return encoder.encodeInto(text, bytes.subarray(at)).written;
  };

  const read = () =>
    decoder.decode(
      new Uint8Array(exports.memory.buffer, exports.apz_output(), exports.apz_output_size()),
    );

  return {
    exports,
    ...life,
    write(texts) {
      let most = 0;
      for (const text of texts) most += text?.length ?? 0;
      reserve(most * WIDEST);
      let offset = 0;
      return texts.map((text) => {
        if (text == null) return -1;
        const written = put(text, input + offset);
        offset += written;
        return written;
      });
    },
    writeBytes(offset, more) {
      reserve(offset + more.length);
      bytes.set(more, input + offset);
    },
    read,
    poll() {
      const kind = exports.apz_poll();
      if (!kind) return undefined;
      const text = read();
      const first = text.indexOf('\0');
      const second = text.indexOf('\0', first + 1);
      return [
        kind,
        text[0] === '1',
        Number(text.slice(1, first)),
        text.slice(first + 1, second),
        text.slice(second + 1),
      ];
    },
  };
}
