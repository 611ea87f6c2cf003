/** Storage is shared with other scripts: what is not the SDK's own does not go into the core. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AppizerWeb } from '../../dist/index.mjs';
import { createWorld } from '../../dist/testing.mjs';

/** A page, and the memories of its cores. @param {(page: ReturnType<typeof open>) => void} body */
function watched(body) {
  const { Instance } = WebAssembly;
  /** @type {any[]} */
  const memories = [];
  WebAssembly.Instance = /** @type {any} */ (
    new Proxy(Instance, {
      construct(target, given) {
        const made = Reflect.construct(target, given);
        if (made.exports.apz_start) memories.push(made.exports.memory);
        return made;
      },
    })
  );
  try {
    body(open(memories));
  } finally {
    WebAssembly.Instance = Instance;
  }
}

/** @param {any[]} memories */
function open(memories) {
  const world = createWorld();
  /** @type {any} */
  let events;
  /** @type {string[]} */
  const read = [];
  const storage = /** @type {NonNullable<typeof world.storage>} */ (world.storage);
  const host = {
    ...world.host,
    storage: {
      ...storage,
      getItem: (/** @type {string} */ key) => {
        read.push(key);
        return storage.getItem(key);
      },
    },
    listen: (/** @type {any} */ given) => {
      events = given;
      return () => {};
    },
  };
  const app = AppizerWeb.create({ appId: 'demo', host });
  world.advance(1000);
  read.length = 0;
  return {
    world,
    app,
    storage,
    read,
    heard: (/** @type {string} */ key) => events.storage(key),
    bytes: () => Math.max(...memories.map(({ buffer }) => buffer.byteLength)),
  };
}

const large = 'x'.repeat(4_500_000);

test('another script’s value is not read', () =>
  watched(({ storage, heard, read, bytes }) => {
    const before = bytes();
    storage.setItem('cart', large);
    heard('cart');
    assert.deepEqual(read, []);
    assert.equal(bytes(), before);
  }));

test('what another script writes under our key is bounded', () =>
  watched(({ world, app, storage, heard, bytes }) => {
    const id = app.getUserId();
    storage.setItem('appizer_user_id', large);
    heard('appizer_user_id');
    assert.equal(app.getUserId(), id);
    assert.ok(bytes() < 8_000_000, `${bytes()} bytes`);
    app.trackEvent('after');
    world.advance(1000);
    assert.equal(world.events().length, 1);
  }));
