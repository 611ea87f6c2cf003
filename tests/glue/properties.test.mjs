/** Properties of any kind: what JSON can carry is carried, and nothing costs more than itself. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AppizerWeb } from '../../dist/index.mjs';
import { createWorld } from '../../dist/testing.mjs';

const OURS = [
  ...['$event_id', '$timestamp', '$sent_at', '$session_id', '$view_id', '$seq'],
  ...['$lib', '$lib_version'],
];

// Said in the event, as any cut is.
const LOST = { $cut: ['properties'] };

/** What arrives of some properties. @param {any} properties @returns {any} */
function arrived(properties) {
  const world = createWorld();
  const app = AppizerWeb.create({ appId: 'demo', host: world.host });
  app.trackEvent('tried', properties);
  world.advance(1000);
  const [event] = world.events();
  assert.ok(event, 'the event arrived');
  for (const name of OURS) assert.ok(name in event.properties, `it has ${name}`);
  return Object.fromEntries(
    Object.entries(event.properties).filter(([name]) => !OURS.includes(name)),
  );
}

/** @type {any} */
const cycle = { name: 'outer', inner: { fine: 1 } };
cycle.inner.up = cycle;
cycle.self = cycle;

/** @type {[string, any, any][]} */
const table = [
  ['nothing', undefined, {}],
  ['null', null, {}],
  ['an empty object', {}, {}],
  [
    'what JSON knows',
    { a: 1, b: 'x', c: true, d: null, e: [1, 'x', { f: 2 }] },
    { a: 1, b: 'x', c: true, d: null, e: [1, 'x', { f: 2 }] },
  ],
  ['undefined, functions and symbols', { a: undefined, b() {}, c: Symbol('s'), d: 1 }, { d: 1 }],
  ['a symbol as a name', { [Symbol('s')]: 1, d: 1 }, { d: 1 }],
  ['BigInt', { a: 12345678901234567890n, b: 1 }, { a: '12345678901234567890', b: 1 }],
  [
    'numbers that are none',
    { a: Number.NaN, b: Infinity, c: -Infinity },
    { a: null, b: null, c: null },
  ],
  ['a date', { a: new Date(0) }, { a: '1970-01-01T00:00:00.000Z' }],
  ['a date that is none', { a: new Date(Number.NaN) }, { a: null }],
  ['cycles', cycle, { name: 'outer', inner: { fine: 1 } }],
  [
    'a getter that throws',
    {
      get a() {
        throw new Error('no');
      },
      b: 1,
    },
    { b: 1 },
  ],
  [
    'a toJSON that throws',
    {
      a: {
        toJSON() {
          throw new Error('no');
        },
      },
      b: 1,
    },
    { b: 1 },
  ],
  [
    'a toJSON beside a BigInt',
    { a: { toJSON: () => ({ x: 1n }) }, b: 1n },
    { a: { x: '1' }, b: '1' },
  ],
  [
    'the same object twice',
    (() => {
      const x = { y: 1 };
      return { a: x, b: x, c: 1n };
    })(),
    { a: { y: 1 }, b: { y: 1 }, c: '1' },
  ],
  ['half a character', { a: 'x\ud800y', b: 1 }, { a: 'x\ufffdy', b: 1 }],
  [
    'every control character',
    { a: '\u0000\u0001\u001f\u007f\u2028"\\' },
    { a: '\u0000\u0001\u001f\u007f\u2028"\\' },
  ],
  [
    'names of all kinds',
    { '': 1, 'a b': 2, ключ: 3, __proto__x: 4, '🙂': 5 },
    { '': 1, 'a b': 2, ключ: 3, __proto__x: 4, '🙂': 5 },
  ],
  ['a text', 'text', LOST],
  ['a number', 5, LOST],
  ['a list', [1, 2], LOST],
  ['a function', () => {}, LOST],
  ['a symbol', Symbol('s'), LOST],
  ['a BigInt alone', 1n, LOST],
  ['an object without prototype', Object.assign(Object.create(null), { a: 1 }), { a: 1 }],
  [
    'a proxy that throws',
    new Proxy(
      {},
      {
        ownKeys() {
          throw new Error('no');
        },
      },
    ),
    LOST,
  ],
  ['an own $event_id', { $event_id: 'mine', a: 1 }, { a: 1, $cut: ['$event_id'] }],
  ['an own $ name that is not ours', { $mine: 1 }, { $mine: 1 }],
];

for (const [name, given, expected] of table) {
  test(`properties: ${name}`, () => assert.deepEqual(arrived(given), expected));
}

test('a text that is too long is shortened, at a character, and named', () => {
  const { long, $cut, short } = arrived({ long: '\u00e9'.repeat(20_000), short: 'x' });
  assert.equal(long, '\u00e9'.repeat(8192));
  assert.equal(short, 'x');
  assert.deepEqual($cut, ['long']);
});

test('what is too deep is left out, and named', () => {
  /** @type {any} */
  let deep = { bottom: true };
  for (let i = 0; i < 30; ++i) deep = { deep };
  const { $cut, fine, tower } = arrived({ fine: 1, tower: deep });
  assert.deepEqual($cut, ['tower']);
  assert.equal(fine, 1);
  let levels = 1;
  for (let at = tower; at?.deep; at = at.deep) ++levels;
  assert.ok(levels <= 16, `${levels} levels`);
});

test('more than a thousand values are left out, and named', () => {
  const { $cut, first, list } = arrived({
    first: 1,
    list: Array.from({ length: 5000 }, (_, i) => i),
  });
  assert.deepEqual($cut, ['list']);
  assert.equal(first, 1);
  assert.equal(list.length, 998);
});

test('more than 256 KiB in all is left out, and named', () => {
  const many = Object.fromEntries(
    Array.from({ length: 40 }, (_, i) => [`p${i}`, 'x'.repeat(16_000)]),
  );
  const { $cut, ...rest } = arrived(many);
  assert.equal($cut.length, 10);
  assert.ok(JSON.stringify(rest).length <= 256 * 1024);
  assert.ok(Object.keys(rest).length >= 16);
});
