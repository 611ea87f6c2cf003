/** The module as text: what is taken apart is put together again. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { unpackFile } from '../../scripts/wasm.mjs';
import { embed } from '../../web/embed.mjs';

const module = readFileSync(new URL('../../dist/core.wasm', import.meta.url));

/** `unpack` as it ships, without a module to unpack. @returns {Promise<(text: string) => Uint8Array<ArrayBuffer>>} */
async function unpacker() {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('../../js-glue/bridge/module.ts', import.meta.url))],
    bundle: true,
    format: 'esm',
    write: false,
    plugins: [
      {
        name: 'empty',
        setup({ onResolve, onLoad }) {
          onResolve({ filter: /^appizer:core$/ }, ({ path }) => ({ path, namespace: 'empty' }));
          onLoad({ filter: /.*/, namespace: 'empty' }, () => ({
            contents: 'export const packed = ""; export const unpacker = "";',
          }));
        },
      },
    ],
  });
  const text = Buffer.from(/** @type {any} */ (outputFiles)[0].contents).toString('base64');
  const { unpack } = await import(`data:text/javascript;base64,${text}`);
  const hex = readFileSync(unpackFile).toString('hex');
  return (packed) => unpack(packed, hex);
}

test('the module comes out of its text as it went in', async () => {
  const unpack = await unpacker();
  const packed = embed(module);
  const unpacked = unpack(packed);
  assert.ok(WebAssembly.validate(unpacked));
  // Sizes and hints may be written in another way; what the module says is the same.
  assert.equal(embed(unpacked), packed);
  const names = (/** @type {Uint8Array<ArrayBuffer>} */ bytes) =>
    WebAssembly.Module.exports(new WebAssembly.Module(bytes)).map(({ name }) => name);
  assert.deepEqual(names(unpacked), names(new Uint8Array(module)));
});

test('the module comes out the same where bytes cannot be read from hexadecimal natively', async () => {
  const native = Object.getOwnPropertyDescriptor(Uint8Array, 'fromHex');
  const packed = embed(module);
  for (const fromHex of [
    undefined,
    (/** @type {string} */ hex) => Uint8Array.from(Buffer.from(hex, 'hex')),
  ]) {
    Object.defineProperty(Uint8Array, 'fromHex', { value: fromHex, configurable: true });
    try {
      assert.equal(embed((await unpacker())(packed)), packed);
    } finally {
      if (native) Object.defineProperty(Uint8Array, 'fromHex', native);
      else Reflect.deleteProperty(Uint8Array, 'fromHex');
    }
  }
});

test('constants of every size come out as they went in', async () => {
  const unpack = await unpacker();
  const values = [0, 1, -1, 63, 64, -64, -65, 127, 128, 8191, 8192, -8192, -8193, 2 ** 31 - 1];
  const wide = [...values, -(2 ** 31), 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 40, -(2 ** 33)].map(
    BigInt,
  );
  wide.push(2n ** 63n - 1n, -(2n ** 63n), -(2n ** 32n) - 1n, 0x8000_0000_8000_0000n - 2n ** 64n);
  const code = [
    ...[...values, -(2 ** 31)].flatMap((value) => [0x41, ...leb(BigInt(value)), 0x1a]),
    ...wide.flatMap((value) => [0x42, ...leb(value), 0x1a]),
    0x0b,
  ];
  const bytes = moduleOf(code);
  assert.ok(WebAssembly.validate(bytes), 'the test is a module');
  const unpacked = unpack(embed(bytes));
  assert.ok(WebAssembly.validate(unpacked));
  assert.deepEqual([...unpacked].slice(-code.length), code);
});

test('only text that needs no escape is used', () => {
  assert.match(embed(module), /^[ !#-[\]-~]*$/);
});

/** Signed LEB128. @param {bigint} value @returns {number[]} */
function leb(value) {
  const byte = Number(value & 0x7fn);
  const rest = value >> 7n;
  const done = (rest === 0n && byte < 0x40) || (rest === -1n && byte >= 0x40);
  return done ? [byte] : [byte | 0x80, ...leb(rest)];
}

/** A module with one function. @param {number[]} code */
function moduleOf(code) {
  const size = (/** @type {number} */ value) =>
    value > 0x7f ? [(value & 0x7f) | 0x80, value >> 7] : [value];
  const section = (/** @type {number} */ id, /** @type {number[]} */ content) => [
    id,
    ...size(content.length),
    ...content,
  ];
  const body = [0, ...code];
  return new Uint8Array([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, 0, 0]),
    ...section(3, [1, 0]),
    ...section(10, [1, ...size(body.length), ...body]),
  ]);
}
