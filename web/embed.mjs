/**
 * The module as text inside a script.
 *
 * What compresses badly in a module is the mixture: an instruction, an index, an offset, a constant,
 * each from another alphabet. So it is taken apart into columns, one for each kind of number, and each
 * number is written in as few printable characters as it needs: after brotli that is an eighth less than
 * hexadecimal, after gzip a fifth (docs/size.md). web/unpack.cpp puts it together again.
 *
 * The numbers (the same there): a digit is a character of `ALPHABET`. One below `LAST` ends a number, one
 * from there on says that more follows, least significant first.
 */

/** Printable ASCII that needs no escape in a string, without the space and '!' (data have them too). */
export const ALPHABET = Array.from({ length: 91 }, (_, i) =>
  String.fromCharCode(35 + i + (i >= 57 ? 1 : 0)),
).join('');
/** The backslash, which is left out, is between the two kinds of digits: so `unpack` needs one comparison to distinguish them. */
export const LAST = 57;
const MORE = ALPHABET.length - LAST;

/**
 * By opcode (https://webassembly.github.io/spec/core/binary/instructions.html): which column its immediate is in. What
 * looks alike is side by side: it compresses a little better.
 */
export const COLUMN = {
  none: 0,
  type: 1,
  label: 2,
  local: 3,
  opcodes: 4, // not of an instruction, as those from `functions` on
  call: 5,
  index: 6,
  offset: 7,
  i32: 8,
  low: 9,
  high: 10,
  float: 11,
  indirect: 12,
  table: 13,
  functions: 14,
  head: 15,
  data: 16,
};
const CODE = 10;
const DATA = 11;

/** `unpack` gives each function's size two bytes, so that it need not be known before the function is. */
const SIZE = 2;
const LONGEST = (1 << 14) - 1;

/** What its memory (web/CMakeLists.txt) has behind `TEXT` (js-glue/bridge/module.ts). */
const ROOM = (1 << 19) - (1 << 17);

/** Natural alignments of 0x28 to 0x3e, in powers of two: hints that no engine needs to be other. */
const ALIGNMENT = '23230011001122232301012';

/** @param {number} opcode */
function columnOf(opcode) {
  if (opcode >= 0x20 && opcode <= 0x22) return COLUMN.local;
  if (opcode >= 0x28 && opcode <= 0x3e) return COLUMN.offset;
  if (opcode >= 0x02 && opcode <= 0x04) return COLUMN.type;
  /** @type {Record<number, number>} */
  const others = {
    12: COLUMN.label,
    13: COLUMN.label,
    14: COLUMN.table,
    16: COLUMN.call,
    17: COLUMN.indirect,
    35: COLUMN.index,
    36: COLUMN.index,
    63: COLUMN.index,
    64: COLUMN.index,
    65: COLUMN.i32,
    66: COLUMN.low,
    68: COLUMN.float,
  };
  const column = others[opcode] ?? COLUMN.none;
  // Everything else of the first version of WebAssembly, and sign extension, has no immediate.
  if (column === COLUMN.none && (opcode === 0x43 || opcode > 0xc4)) {
    throw new Error(
      `The module has an instruction 0x${opcode.toString(16)}; web/embed.mjs knows none.`,
    );
  }
  return column;
}

/** @param {number} number */
function digits(number) {
  let text = '';
  for (; number >= LAST; number = Math.floor(number / MORE))
    text += ALPHABET[LAST + (number % MORE)];
  return text + ALPHABET[number];
}

/** @param {number} number */
const zigzag = (number) => (number < 0 ? -2 * number - 1 : 2 * number);

/** @param {Uint8Array} bytes of a module @returns {string} */
export function embed(bytes) {
  let at = 8;
  const unsigned = () => Number(BigInt.asUintN(64, signed(false)));
  const signed = (extend = true) => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++];
      value |= BigInt(byte & 0x7f) << shift;
      if (byte & 0x80) continue;
      return extend && byte & 0x40 ? value - (1n << (shift + 7n)) : value;
    }
  };

  /** @type {string[]} */
  const columns = Object.values(COLUMN).map(() => '');
  const put = (column, ...numbers) => {
    for (const number of numbers) columns[column] += digits(number);
  };
  /** @type {{ locals: number[], code: { opcode: number, immediates: [number, number][] }[] }[]} */
  const functions = [];
  const head = [...bytes.subarray(0, at)];
  let codeSize = 0;

  const instruction = () => {
    const opcode = bytes[at++];
    const column = columnOf(opcode);
    /** @type {[number, number][]} */
    const immediates = [];
    const take = (number) => immediates.push([column, number]);
    if (column === COLUMN.offset) {
      at++;
      take(unsigned());
    } else if (column === COLUMN.i32) {
      take(zigzag(Number(signed())));
    } else if (column === COLUMN.low) {
      const value = signed();
      take(Number(BigInt.asUintN(32, value)));
      immediates.push([COLUMN.high, zigzag(Number(BigInt.asIntN(32, value >> 32n)))]);
    } else if (column === COLUMN.float) {
      for (let i = 0; i < 8; ++i) take(bytes[at++]);
    } else if (column === COLUMN.table) {
      const count = unsigned();
      take(count);
      for (let i = 0; i <= count; ++i) take(unsigned());
    } else if (column !== COLUMN.none) {
      take(unsigned());
      if (column === COLUMN.indirect) take(unsigned());
    }
    return { opcode, immediates };
  };

  const readFunction = () => {
    const size = unsigned();
    const end = at + size;
    if (size > LONGEST)
      throw new Error(`A function has ${size} bytes; web/embed.mjs can do ${LONGEST}.`);
    codeSize += SIZE + size;
    const locals = [];
    for (let i = unsigned(); i > 0; --i) locals.push(unsigned(), bytes[at++]);
    const code = [];
    while (at < end) code.push(instruction());
    functions.push({ locals, code });
  };

  while (at < bytes.length) {
    const begin = at;
    const section = bytes[at++];
    const size = unsigned();
    const end = at + size;
    if (section === CODE) {
      for (let i = unsigned(); i > 0; --i) readFunction();
    } else if (section === DATA) {
      for (const byte of bytes.subarray(begin, end)) columns[COLUMN.data] += character(byte);
    } else if (functions.length > 0) {
      throw new Error(`Behind the code is a section ${section}; web/embed.mjs knows none.`);
    } else {
      head.push(...bytes.subarray(begin, end));
    }
    at = end;
  }

  // Opcodes by how often they occur, so that each is one character.
  /** @type {Map<number, number>} */
  const uses = new Map();
  for (const { code } of functions) {
    for (const { opcode } of code) uses.set(opcode, (uses.get(opcode) ?? 0) + 1);
  }
  const known = [...uses].sort(([a, m], [b, n]) => n - m || a - b).map(([opcode]) => opcode);
  codeSize += sizeOf(functions.length);
  head.push(CODE);
  put(COLUMN.none, known.length);
  for (const opcode of known) {
    put(COLUMN.none, opcode, columnOf(opcode), Number(ALIGNMENT[opcode - 0x28] ?? 0));
  }
  put(COLUMN.head, head.length, ...head);
  put(COLUMN.functions, codeSize, functions.length);
  for (const { locals, code } of functions) {
    put(COLUMN.functions, code.length, locals.length, ...locals);
    for (const { opcode, immediates } of code) {
      put(COLUMN.opcodes, known.indexOf(opcode));
      for (const [column, number] of immediates) put(column, number);
    }
  }
  // From the last to the first: so the end of the first, which has them, need not be known.
  const lengths = columns.slice(1).map((column) => digits(column.length));
  const text = [...lengths.reverse(), ...columns].join('');
  if (text.length + bytes.length + SIZE * functions.length > ROOM) {
    throw new Error('The module does not fit into the memory of web/unpack.cpp.');
  }
  return text;
}

/** Bytes of a number as LEB128. @param {number} number */
const sizeOf = (number) => (number > 0x7f ? 1 + sizeOf(number >> 7) : 1);

// Data are mostly text, which stays as it is; '~' and a number stand for any other byte.
function character(byte) {
  const text = String.fromCharCode(byte);
  return text !== '~' && (text === ' ' || ALPHABET.includes(text)) ? text : `~${digits(byte)}`;
}
