/** A page that leaves: what counts as handed over where code of the page stands between the SDK and the browser. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AppizerWeb } from '../../dist/index.mjs';
import { createWorld } from '../../dist/testing.mjs';

/** @param {{ sure: boolean, held: boolean }} handover */
function page(handover) {
  const world = createWorld();
  /** @type {boolean[]} */
  const leaving = [];
  const host = {
    ...world.host,
    leaving: () => handover,
    /** @type {typeof world.host.send} */
    send: (request, answer) => {
      leaving.push(request.leaving);
      return world.host.send(request, answer);
    },
  };
  const app = AppizerWeb.create({ appId: 'demo', host });
  return { world, app, leaving };
}

/** What the next page of the site sends. @param {ReturnType<typeof createWorld>} world */
function nextPage(world) {
  const next = createWorld({ storage: world.storage, now: world.host.wall() + 5000 });
  AppizerWeb.create({ appId: 'demo', host: next.host });
  next.advance(600_000);
  return next.events().map(({ event_name }) => event_name);
}

test('what surely reaches the browser is handed over', async () => {
  const { world, app, leaving } = page({ sure: true, held: false });
  app.trackEvent('last_click');
  await world.leave();
  assert.deepEqual(leaving, [true]);
  assert.deepEqual(nextPage(world), []);
});

test('a request that may be delayed stays for the next page', async () => {
  const { world, app } = page({ sure: false, held: false });
  app.trackEvent('last_click');
  await world.leave();
  assert.equal(world.requests.length, 1);
  assert.deepEqual(nextPage(world), ['last_click']);
});

test('a request that may be delayed is made anew, past what may delay it', async () => {
  const { world, app, leaving } = page({ sure: true, held: true });
  app.trackEvent('clicked');
  world.failNext(200, 1, { delay: 10_000 });
  world.advance(2000);
  assert.deepEqual(leaving, [false]);
  await world.leave();
  assert.deepEqual(leaving, [false, true]);
  assert.deepEqual(nextPage(world), []);
});

test('nothing is made anew where that would not help', async () => {
  const { world, app } = page({ sure: false, held: true });
  app.trackEvent('clicked');
  world.failNext(200, 1, { delay: 10_000 });
  world.advance(2000);
  await world.leave();
  assert.equal(world.requests.length, 1);
});
