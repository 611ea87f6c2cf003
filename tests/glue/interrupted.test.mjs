/**
 * Firefox interrupts whatever script runs while it closes the last tab of a site: no `catch` and no `finally`
 * runs. Here Node does the same, at every place where a page that leaves may be.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Script } from 'node:vm';
import { AppizerWeb } from '../../dist/index.mjs';
import { createWorld } from '../../dist/testing.mjs';

/** Runs until `interrupt` is called in it, and not a line further. @param {() => void} act */
function interrupted(act) {
  Object.assign(globalThis, { act });
  assert.throws(() => new Script('act()').runInThisContext({ breakOnSigint: true }), {
    code: 'ERR_SCRIPT_EXECUTION_INTERRUPTED',
  });
}

// By a signal that it sends itself, so that it is here and not wherever it is after some time.
const interrupt = () => {
  process.kill(process.pid, 'SIGINT');
  for (;;);
};

/** A page with something to send, and what may be interrupted in it. */
function page() {
  const world = createWorld({ url: 'https://shop.example/', title: 'Home' });
  /** @type {import('../../dist/types/api/host.js').HostEvents | undefined} */
  let events;
  let place = '';
  /** @param {string} name */
  const pass = (name) => {
    if (place !== name) return;
    place = '';
    interrupt();
  };
  const { storage } = world;
  assert.ok(storage);
  const host = {
    ...world.host,
    /** @type {typeof world.host.send} */
    send: (...given) => {
      pass('before a request');
      const cancel = world.host.send(...given);
      pass('after a request');
      return cancel;
    },
    storage: {
      ...storage,
      /** @type {typeof storage.setItem} */
      setItem: (key, value) => {
        pass('before a write');
        storage.setItem(key, value);
        pass('after a write');
      },
    },
    page: (/** @type {boolean} */ measure, /** @type {boolean} */ restart) => {
      pass('before a look');
      return /** @type {NonNullable<typeof world.host.page>} */ (world.host.page)(measure, restart);
    },
    listen: (/** @type {import('../../dist/types/api/host.js').HostEvents} */ heard) => {
      events = heard;
      return world.host.listen?.(heard) ?? (() => {});
    },
  };
  const app = AppizerWeb.create({ appId: 'demo', host, autoEvents: true });
  world.advance(2000);
  app.trackEvent('plan_chosen');
  return {
    world,
    leaving: () => events?.pagehide(),
    interruptAt: (/** @type {string} */ name) => {
      place = name;
    },
  };
}

/** What the server has, and what it has twice. @param {ReturnType<typeof createWorld>[]} worlds */
function taken(worlds) {
  const events = worlds.flatMap((world) => world.events());
  const ids = new Set(events.map(({ properties }) => properties.$event_id));
  return {
    names: [...new Set(events.map(({ event_name }) => event_name))].sort(),
    copies: events.length - ids.size,
  };
}

const all = ['page_leave', 'page_view', 'plan_chosen'];
const turns = () => new Promise((resolve) => setImmediate(resolve));

for (const place of [
  'before a look',
  'before a write',
  'after a write',
  'before a request',
  'after a request',
]) {
  test(`interrupted ${place}, the page still sends everything as it leaves`, async () => {
    const { world, leaving, interruptAt } = page();
    interruptAt(place);
    interrupted(leaving);
    await turns();
    leaving();
    await turns();
    world.advance(0);
    const { names, copies } = taken([world]);
    assert.deepEqual(names, all);
    assert.ok(copies === 0 || place === 'after a request', `${copies} copies`);

    // And the next page has nothing to send again.
    const next = createWorld({ storage: world.storage, now: world.host.wall() + 5000 });
    AppizerWeb.create({ appId: 'demo', host: next.host });
    next.advance(600_000);
    assert.deepEqual(next.requests, []);
  });
}

/**
 * Interrupted while the core gives out an effect with `word` in it: it says what the server has in the end, from this
 * page and from the next.
 *
 * @param {ReturnType<typeof page>} visit @param {string} word
 */
async function takenWhenTorn({ world, leaving }, word) {
  const { decode } = TextDecoder.prototype;
  TextDecoder.prototype.decode = function (...given) {
    const text = decode.apply(this, given);
    if (!text.includes(word)) return text;
    TextDecoder.prototype.decode = decode;
    return interrupt();
  };
  interrupted(leaving);
  await turns();
  leaving();
  await turns();
  const next = createWorld({ storage: world.storage, now: world.host.wall() + 5000 });
  AppizerWeb.create({ appId: 'demo', host: next.host });
  next.advance(600_000);
  assert.equal(TextDecoder.prototype.decode, decode, 'it was interrupted');
  return taken([world, next]).names;
}

test('interrupted while the core says what to send, it is left to the next page', async () => {
  assert.deepEqual(await takenWhenTorn(page(), '/v1/events'), all);
});

test('interrupted while the core says what to write, it is written after all', async () => {
  const visit = page();
  visit.world.setOnline(false); // so that only storage has it
  assert.deepEqual(await takenWhenTorn(visit, 'page_leave'), all);
});

test('two pagehide events without an interruption count as one', async () => {
  const { world, leaving } = page();
  leaving();
  await turns();
  leaving();
  await turns();
  world.advance(0);
  assert.deepEqual(taken([world]), { names: all, copies: 0 });
  const next = createWorld({ storage: world.storage, now: world.host.wall() + 5000 });
  AppizerWeb.create({ appId: 'demo', host: next.host });
  next.advance(600_000);
  assert.deepEqual(next.requests, []);
});
