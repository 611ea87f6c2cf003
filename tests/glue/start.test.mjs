/** The package in Node, over the real module, in a world without waiting. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AppizerWeb } from '../../dist/index.mjs';
import { createWorld } from '../../dist/testing.mjs';

const UUID_V4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** @param {object} [options] @param {object} [worldOptions] */
function start(options = {}, worldOptions = {}) {
  const world = createWorld(worldOptions);
  const app = AppizerWeb.create({ appId: 'demo', host: world.host, ...options });
  return { world, app };
}

/** @param {import('../../dist/testing.mjs').SentRequest} request @returns {any} */
const bodyOf = ({ body }) => body;

test('an event arrives as the contract has it', () => {
  const { world, app } = start();
  app.trackEvent('purchase_completed', {
    amount: 29.99,
    currency: 'USD',
    product_id: 'premium_plan',
  });
  world.advance(1000);
  assert.equal(world.requests.length, 1);
  const { url, keepalive } = world.requests[0];
  const body = bodyOf(world.requests[0]);
  assert.equal(url, 'https://api.appizer.com/v1/events');
  assert.equal(keepalive, true);
  const { $event_id, $session_id, $view_id, ...properties } = body.properties;
  assert.match($event_id, UUID_V7);
  assert.match($session_id, /^[0-9a-z]{12}$/);
  assert.match($view_id, /^[0-9a-z]{10}\.0$/);
  assert.match(body.user_id, UUID_V4);
  assert.deepEqual(
    { ...body, user_id: 'u', properties },
    {
      event_name: 'purchase_completed',
      user_id: 'u',
      properties: {
        amount: 29.99,
        currency: 'USD',
        product_id: 'premium_plan',
        $timestamp: '2026-01-01T00:00:00.000Z',
        $sent_at: '2026-01-01T00:00:00.800Z',
        $seq: 1,
        $lib: 'appizer-web',
        $lib_version: AppizerWeb.version,
      },
      ua: 'appizer-web/testing',
      app_id: 'demo',
    },
  );
});

test('what a loop tracks in the task of init is in storage when the task ends, all of it', () => {
  for (const options of [{}, { autoEvents: { sessionStart: true }, globalProperties: { a: 1 } }]) {
    const { world, app } = start(options, { url: 'https://example.com/' });
    world.setOnline(false);
    const expected = Array.from({ length: 5000 }, (_, i) => `e${i}`);
    for (const name of expected) app.trackEvent(name);
    world.isIdle();
    // As if the page had crashed.
    const next = createWorld({ storage: world.storage, now: world.host.wall() + 600_000 });
    AppizerWeb.create({ appId: 'demo', host: next.host });
    next.advance(120_000);
    const names = next.events().map(({ event_name }) => event_name);
    assert.deepEqual(
      names.filter((name) => name !== 'session_start'),
      expected,
    );
    const numbers = next.events().map(({ properties }) => properties.$seq);
    assert.deepEqual(
      numbers,
      Array.from(numbers, (_, i) => i + 1),
    );
  }
});

test('several events of a task travel in one batch, in order', () => {
  const { world, app } = start();
  for (let i = 0; i < 5; ++i) app.trackEvent('step_done', { i });
  world.advance(1000);
  assert.equal(world.requests.length, 1);
  assert.equal(world.requests[0].path, '/v1/events/batch');
  assert.deepEqual(Object.keys(world.requests[0].body), ['app_id', 'events']);
  assert.deepEqual(
    world.events().map((event) => event.properties.i),
    [0, 1, 2, 3, 4],
  );
});

test('calls before init are kept with their times', (t) => {
  Object.assign(globalThis, { window: globalThis, document: {} });
  t.after(() => {
    for (const name of ['window', 'document']) Reflect.deleteProperty(globalThis, name);
  });
  const world = createWorld();
  const app = AppizerWeb.create();
  app.setUserId('user_123');
  const before = Date.now();
  app.trackEvent('early');
  app.init({ appId: 'demo', host: world.host });
  world.advance(2000);
  const [event] = world.events();
  assert.equal(event.user_id, 'user_123');
  const time = Date.parse(String(event.properties.$timestamp));
  assert.ok(time >= before && time <= Date.now());
});

test('the user id and waiting events survive a reload', () => {
  const { world, app } = start();
  app.trackEvent('before_reload');
  const page2 = createWorld({ storage: world.storage, now: world.host.wall() + 400_000 });
  world.isIdle(); // ends the task, without sending
  const app2 = AppizerWeb.create({ appId: 'demo', host: page2.host });
  app2.trackEvent('after_reload');
  page2.advance(20_000);
  const events = page2.events();
  assert.deepEqual(events.map((event) => event.event_name).sort(), [
    'after_reload',
    'before_reload',
  ]);
  assert.equal(events[0].user_id, events[1].user_id);
  assert.equal(world.requests.length, 0);
});

test('setUserId links the anonymous id, users first', () => {
  const { world, app } = start();
  app.trackEvent('seen');
  app.setUserId('user_123');
  app.setUserId('user_123');
  app.trackEvent('bought');
  world.advance(5000);
  const [seen, bought] = world.events();
  assert.match(seen.user_id, UUID_V4);
  assert.equal(bought.user_id, 'user_123');
  const people = world.requests.filter(({ path }) => path.startsWith('/v1/users'));
  assert.deepEqual(
    people.map(({ path, body }) => [path, body]),
    [
      ['/v1/users', { user_id: 'user_123', app_id: 'demo' }],
      ['/v1/users/aliases', { user_id: 'user_123', alias_id: seen.user_id, app_id: 'demo' }],
    ],
  );
});

test('a failing server gets the same event again, and then no more', () => {
  const { world, app } = start();
  world.failNext(503, 2);
  world.failNext(0);
  app.trackEvent('stubborn');
  world.advance(3_600_000);
  assert.deepEqual(
    world.requests.map(({ status }) => status),
    [503, 503, 0, 200],
  );
  const ids = new Set(world.requests.map((request) => bodyOf(request).properties.$event_id));
  assert.equal(ids.size, 1);
  assert.ok(world.isIdle());
});

test('flush says what was delivered', async () => {
  const { world, app } = start();
  app.trackEvent('one');
  app.trackEvent('two');
  const flushed = app.flush();
  world.advance(0);
  assert.deepEqual(await flushed, { delivered: 2, dropped: 0, pending: 0 });
  world.setOnline(false);
  app.trackEvent('three');
  const offline = app.flush();
  world.advance(0);
  assert.deepEqual(await offline, { delivered: 0, dropped: 0, pending: 1 });
});

test('onError gets a report of an event that the server refuses for good', () => {
  /** @type {unknown[]} */
  const reports = [];
  const { world, app } = start({ onError: (report) => reports.push(report) });
  world.failNext(400);
  app.trackEvent('poison');
  world.advance(60_000);
  const id = bodyOf(world.requests[0]).properties.$event_id;
  assert.deepEqual(reports, [
    {
      reason: 'refused',
      status: 400,
      count: 1,
      records: [{ kind: 'event', event_name: 'poison', event_id: id }],
    },
  ]);
});

test('an exception in onError does not reach the page', () => {
  const { world, app } = start({
    onError: () => {
      throw new Error('host');
    },
  });
  world.failNext(400);
  app.trackEvent('poison');
  world.advance(60_000);
  app.trackEvent('next');
  world.advance(60_000);
  assert.equal(world.events().at(-1)?.event_name, 'next');
});

test('outside a browser and without a host, init does nothing and gives a hint', async () => {
  /** @type {string[]} */
  const said = [];
  const { info } = console;
  console.info = (/** @type {string} */ text) => said.push(text);
  try {
    const app = AppizerWeb.create({ appId: 'demo', debug: true });
    app.trackEvent('nobody');
    await import('../../dist/sentences.mjs');
    for (let turns = 0; turns < 100; ++turns) await null;
    assert.deepEqual(await app.flush(), { delivered: 0, dropped: 0, pending: 1 });
  } finally {
    console.info = info;
  }
  assert.equal(said.length, 1);
  assert.match(said[0], /no page/);
});

test('tabs that set user ids at the same time agree on one', () => {
  const storage = createWorld().storage;
  const tabs = ['user_a', 'user_b'].map((id) => {
    const { host, advance } = createWorld({ storage });
    /** @type {(key: string, old: string) => void} */
    let storageEvent = () => {};
    const app = AppizerWeb.create({
      appId: 'demo',
      host: {
        ...host,
        listen: (events) => {
          // As the browser's event has it: with the value from when it was written.
          storageEvent = /** @type {typeof storageEvent} */ (
            /** @type {unknown} */ (events.storage)
          );
          return host.listen?.(events) ?? (() => {});
        },
      },
    });
    return {
      id,
      app,
      advance,
      storageEvent: (/** @type {string} */ key, /** @type {string} */ old) =>
        storageEvent(key, old),
    };
  });
  for (const { app, id, advance } of tabs) {
    app.setUserId(id);
    advance(0);
  }
  tabs[0]?.storageEvent('appizer_user_id', 'user_b');
  tabs[1]?.storageEvent('appizer_user_id', 'user_a');
  const last = storage?.getItem('appizer_user_id');
  assert.deepEqual(
    tabs.map(({ app }) => app.getUserId()),
    [last, last],
  );
});
