/** The module's bytes, carried inside the script. */

import { packed } from 'appizer:core';

let module: WebAssembly.Module | undefined;

/**
 * Compiles the module, once. Synchronous, so that the SDK is ready when its script has run. Throws where
 * a Content-Security-Policy forbids WebAssembly.
 */
export function compile(): WebAssembly.Module {
  module ??= new WebAssembly.Module(unpack(packed));
  return module;
}

/**
 * Puts a module together again that `embed` (web/embed.mjs) took apart into columns of numbers: there is what
 * each column is, and why. It runs once, before anything is optimised, and on slow machines too: so it is one
 * loop over one string, and writes into place.
 */
export function unpack(text: string): Uint8Array<ArrayBuffer> {
  // Where each column is read next.
  const places: number[] = [];
  let place = 0;
  for (const { length } of text.split('!')) {
    places.push(place);
    place += length + 1;
  }
  // The next number of a column.
  const next = (column: number): number => {
    const code = text.charCodeAt((places[column] as number)++);
    const digit = code > BACKSLASH ? code - FIRST - 1 : code - FIRST;
    return digit < LAST ? digit : digit - LAST + MORE * next(column);
  };

  const out = new Uint8Array(next(0));
  let at = 0;
  const unsigned = (value: number) => {
    for (; value > LOW; value >>>= BITS) out[at++] = value | HIGH;
    out[at++] = value;
  };
  const signed = (low: number, high: number) => {
    for (;;) {
      const byte = low & LOW;
      low = (low >>> BITS) | (high << (WORD - BITS));
      high >>= BITS;
      // What is left says nothing but the sign.
      if (low === high && low === -(byte >> (BITS - 1))) {
        out[at++] = byte;
        return;
      }
      out[at++] = byte | HIGH;
    }
  };
  const zigzag = (column: number) => {
    const value = next(column);
    return value & 1 ? -(value + 1) / 2 : value / 2;
  };

  const known: number[][] = [];
  for (let count = next(0); count > 0; --count) known.push([next(0), next(0), next(0)]);

  for (let count = next(HEAD); count > 0; --count) out[at++] = next(HEAD);
  unsigned(next(FUNCTIONS)); // the section's size
  let functions = next(FUNCTIONS);
  unsigned(functions);
  for (; functions > 0; --functions) {
    const size = at;
    at += SIZE;
    let count = next(FUNCTIONS);
    const locals = next(FUNCTIONS);
    unsigned(locals / 2);
    for (let i = 0; i < locals; ++i) unsigned(next(FUNCTIONS));
    for (; count > 0; --count) {
      const [opcode, column, alignment] = known[next(OPCODES)] as [number, number, number];
      out[at++] = opcode;
      if (column === I32) {
        const value = zigzag(I32);
        signed(value, value >> (WORD - 1));
      } else if (column === I64) {
        signed(next(I64) | 0, zigzag(I64 + 1));
      } else if (column === FLOAT) {
        for (let i = 0; i < 8; ++i) out[at++] = next(FLOAT);
      } else if (column) {
        if (column === OFFSET) out[at++] = alignment;
        if (column === INDIRECT) unsigned(next(INDIRECT));
        if (column === TABLE) {
          let labels = next(TABLE);
          unsigned(labels);
          for (; labels > 0; --labels) unsigned(next(TABLE));
        }
        unsigned(next(column));
      }
    }
    // Both bytes, also where one would do: what is behind it need not be moved then.
    const length = at - size - SIZE;
    out[size] = length | HIGH;
    out[size + 1] = length >> BITS;
  }
  for (let from = places[DATA] as number; from < text.length; from = places[DATA] as number) {
    const code = text.charCodeAt(from);
    places[DATA] = from + 1;
    out[at++] = code === ESCAPE ? next(DATA) : code;
  }
  return out;
}

// Numbers of web/embed.mjs; a test packs and unpacks.
const FIRST = 35;
const BACKSLASH = 92;
const ESCAPE = 126;
const LAST = 60;
const MORE = 31;
const OFFSET = 6;
const I32 = 7;
const I64 = 8;
const FLOAT = 10;
const INDIRECT = 11;
const TABLE = 12;
const FUNCTIONS = 13;
const OPCODES = 14;
const HEAD = 15;
const DATA = 16;
/** Bytes of a function's size. */
const SIZE = 2;
// LEB128 (https://webassembly.github.io/spec/core/binary/values.html#integers)
const BITS = 7;
const LOW = 0x7f;
const HIGH = 0x80;
const WORD = 32;
