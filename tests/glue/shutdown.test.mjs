/** `shutdown`: what becomes of what waits, and of calls that come later. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AppizerWeb } from '../../dist/index.mjs';
import { createWorld } from '../../dist/testing.mjs';

/** @param {object} [options] @param {object} [worldOptions] */
function start(options = {}, worldOptions = {}) {
  const world = createWorld(worldOptions);
  const app = AppizerWeb.create({ appId: 'demo', host: world.host, ...options });
  return { world, app };
}

/** The browser has had its chance to refuse what went out. */
const heard = () => new Promise((resolve) => setTimeout(resolve));

/** @param {import('../../dist/testing.mjs').World} world */
const names = (world) => world.events().map(({ event_name }) => event_name);

test('what waits goes out, once, and nothing is planned any more', async () => {
  const { world, app } = start();
  app.trackEvent('one');
  app.trackEvent('two');
  app.shutdown();
  app.shutdown();
  await heard();
  world.advance(0);
  assert.deepEqual(names(world), ['one', 'two']);
  assert.ok(world.isIdle());
  const next = createWorld({ storage: world.storage, now: world.host.wall() });
  AppizerWeb.create({ appId: 'demo', host: next.host });
  next.advance(3_600_000);
  assert.deepEqual(names(next), []);
});

test('what does not get out is sent by the next client', async () => {
  const { world, app } = start();
  world.setOnline(false);
  app.trackEvent('kept');
  app.shutdown();
  await heard();
  assert.equal(world.requests.length, 0);
  world.setOnline(true);
  world.advance(3_600_000);
  assert.equal(world.requests.length, 0);
  app.init({ appId: 'demo', host: world.host });
  world.advance(3_600_000);
  assert.deepEqual(names(world), ['kept']);
});

test('calls do nothing until another init', async () => {
  const { world, app } = start();
  app.shutdown();
  app.trackEvent('too_late');
  app.setUserId('too_late');
  assert.equal(app.getUserId(), undefined);
  assert.deepEqual(await app.flush(), { delivered: 0, dropped: 0, pending: 0 });
  app.init({ appId: 'demo', host: world.host });
  app.trackEvent('anew');
  world.advance(60_000);
  assert.deepEqual(names(world), ['anew']);
  assert.notEqual(app.getUserId(), 'too_late');
});

test('calls before init are forgotten too', () => {
  const world = createWorld();
  const app = AppizerWeb.create();
  app.trackEvent('early');
  app.shutdown();
  app.init({ appId: 'demo', host: world.host });
  world.advance(60_000);
  assert.deepEqual(names(world), []);
});

test('a flush that waits is answered', async () => {
  const { world, app } = start();
  app.trackEvent('one');
  const flushed = app.flush();
  world.isIdle(); // it is on its way
  app.shutdown();
  assert.deepEqual(await flushed, { delivered: 0, dropped: 0, pending: 0 });
});

test('shutdown from within a hook does no harm', async () => {
  /** @type {ReturnType<typeof start>} */
  const { world, app } = start({
    beforeSend: (/** @type {any} */ event) => {
      app.shutdown();
      return event;
    },
  });
  app.trackEvent('one');
  app.trackEvent('two');
  await heard();
  world.advance(60_000);
  assert.ok(names(world).length <= 1);
  assert.ok(world.isIdle());
});
