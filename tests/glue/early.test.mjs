/** Between `init` and the start of the core, which waits for idle time where the host knows when that is. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AppizerWeb, memoryStorage } from '../../dist/index.mjs';
import { createWorld } from '../../dist/testing.mjs';
import { waitFor } from '../browser/harness/wait.mjs';

const MINUTE = 60_000;

/** A page whose idle time comes when the test says so. @param {any} [worldOptions] @param {any} [hostOptions] */
function page(worldOptions = {}, hostOptions = {}) {
  const world = createWorld(worldOptions);
  /** @type {(() => void)[]} */
  const pending = [];
  const storage = worldOptions.storage ?? world.storage;
  let listeners = 0;
  const host = {
    ...world.host,
    locks: {
      /** @param {string} _ @param {boolean} __ @param {(granted: boolean) => void} answer */
      request: (_, __, answer) => {
        world.host.timer(1, () => answer(true));
      },
      release() {},
    },
    /** @param {any} events */
    listen(events) {
      ++listeners;
      return world.host.listen?.(events);
    },
    /** @param {() => void} call */
    idle: (call) => {
      pending.push(call);
    },
    ...hostOptions,
  };
  const app = AppizerWeb.create();
  const keys = () => storage.keys().filter((/** @type {string} */ key) => key.includes('.j.'));
  return {
    app,
    world,
    host,
    storage,
    keys,
    listeners: () => listeners,
    /** @param {object} [options] */
    init: (options) => app.init({ appId: 'demo', autoEvents: true, host, ...options }),
    raw: () =>
      keys()
        .map((/** @type {string} */ key) => String(storage.getItem(key)))
        .filter((/** @type {string} */ text) => text.startsWith('{'))
        .map((/** @type {string} */ text) => JSON.parse(text)),
    isRunning: () => storage.getItem('appizer_user_id') !== null,
    /** Idle time comes, as often as it takes. */
    async idle() {
      await waitFor(() => {
        for (const call of pending.splice(0)) call();
        return storage.getItem('appizer_user_id') !== null;
      });
      world.advance(0);
    },
    names() {
      world.advance(5000);
      return world.events().map(({ event_name }) => event_name);
    },
  };
}

test('init listens, keeps the view, and leaves the rest to idle time', async () => {
  const { init, app, raw, isRunning, idle, names, listeners, world, keys } = page({
    title: 'Tea',
    referrer: 'https://news.example/',
  });
  init();
  app.trackEvent('early', { a: 1 });
  assert.equal(listeners(), 1);
  assert.ok(!isRunning());
  assert.deepEqual(
    raw().map(({ n, v, p, s }) => [n ?? v, p, s]),
    [
      ['Tea', undefined, 1],
      ['early', { a: 1 }, 2],
    ],
  );
  const before = keys();
  world.advance(700);
  await idle();
  assert.deepEqual(raw(), []);
  assert.deepEqual(keys(), before, 'under the same keys, which the core would choose too');
  assert.deepEqual(names(), ['early', 'page_view'].sort());
  const [early, view] = world.events().sort((a, b) => (a.event_name < b.event_name ? -1 : 1));
  assert.equal(early?.properties?.a, 1);
  assert.equal(early?.properties?.$timestamp, '2026-01-01T00:00:00.000Z');
  assert.equal(view?.properties?.$timestamp, '2026-01-01T00:00:00.000Z');
  assert.equal(view?.properties?.title, 'Tea');
  assert.equal(listeners(), 1);
  assert.deepEqual(keys(), []);
});

test('a page that ends before is sent by the next page, once', async () => {
  const storage = memoryStorage();
  const first = page({ storage, title: 'Tea' });
  first.init();
  first.app.trackEvent('early', { a: 1 });
  const next = page({ storage, now: Date.parse('2026-01-01T00:01:00Z') });
  next.init({ autoEvents: { pageLeave: false } });
  await next.idle();
  next.world.advance(MINUTE);
  assert.deepEqual(
    next.world
      .events()
      .map(({ event_name, properties }) => [event_name, properties?.title, properties?.a])
      .sort(),
    [
      ['early', undefined, 1],
      ['page_view', '', undefined],
      ['page_view', 'Tea', undefined],
    ],
  );
  assert.deepEqual(next.keys(), []);
});

for (const [what, ask] of /** @type {[string, (all: ReturnType<typeof page>) => unknown][]} */ ([
  ['getUserId', ({ app }) => assert.ok(app.getUserId())],
  ['flush', ({ app }) => app.flush()],
  ['setConsent', ({ app }) => app.setConsent('granted')],
  ['another user', ({ app }) => app.setUserId('user_123')],
  ['properties of the user', ({ app }) => app.setUserProperties({ plan: 'pro' })],
  ['a logout', ({ app }) => app.reset()],
  ['a page that is hidden', ({ world }) => world.setVisible(false)],
  ['a page that is left', ({ world }) => world.leave()],
  ['a click', ({ world }) => world.click('https://elsewhere.example/')],
  ['many calls', ({ app }) => Array.from({ length: 60 }, () => app.trackEvent('more'))],
  ['an end', ({ app }) => app.shutdown()],
])) {
  test(`${what} starts the core at once`, async () => {
    const all = page();
    all.init();
    all.app.trackEvent('early');
    assert.ok(!all.isRunning());
    ask(all);
    await null;
    assert.ok(all.isRunning());
    all.world.advance(0);
    assert.deepEqual(all.raw(), []);
    await all.idle();
    assert.equal(all.names().filter((name) => name === 'early').length, 1);
  });
}

test('the same user as before is no reason to start at once', async () => {
  const storage = memoryStorage();
  storage.setItem('appizer_user_id', 'user_123');
  const { init, app, raw, world, names, host } = page({ storage });
  let idle = () => {};
  host.idle = (call) => {
    idle = call;
  };
  init({ autoEvents: false });
  app.setUserId('user_123');
  app.trackEvent('early');
  assert.equal(raw().length, 1);
  assert.equal(raw()[0].i, 'user_123');
  await waitFor(() => {
    idle();
    return raw().length === 0;
  });
  assert.deepEqual(names(), ['early']);
  assert.equal(world.events()[0]?.user_id, 'user_123');
});

for (const [why, options, hostOptions] of /** @type {[string, any, any][]} */ ([
  ['the site has hooks', { beforeSend: () => {} }, {}],
  ['nobody could keep its calls', {}, { locks: undefined }],
  ['nobody sees the page', {}, { visible: false }],
  ['the options are unusable', { appId: '' }, {}],
])) {
  test(`the core starts within init where ${why}`, () => {
    let asked = 0;
    const { init, raw } = page({}, { ...hostOptions, idle: () => ++asked });
    init(options);
    assert.equal(asked, 0);
    assert.deepEqual(raw(), []);
  });
}

for (const [why, options, hostOptions] of /** @type {[string, any, any][]} */ ([
  ['consent is awaited', { consent: 'pending' }, {}],
  ['consent is remembered', { rememberConsent: true }, {}],
  ['nothing may be stored', { cookieless: true }, {}],
  ['the browser signals GPC', {}, { gpc: true }],
  ['the browser signals DNT', { respectDNT: true }, { dnt: true }],
])) {
  test(`calls wait in memory where ${why}`, async () => {
    const { init, app, storage, host } = page({}, hostOptions);
    host.idle = () => {};
    init(options);
    app.trackEvent('early');
    app.setUserId('user_123');
    assert.deepEqual(storage.keys(), []);
  });
}

test('storage that is full makes the core start at once', () => {
  const { init, app, world, storage, host } = page();
  const full = { ...storage, setItem: () => assert.fail('full') };
  init({ host: { ...host, storage: full }, autoEvents: false });
  app.trackEvent('early');
  assert.ok(app.getUserId());
  world.advance(5000);
  assert.deepEqual(
    world.events().map(({ event_name }) => event_name),
    ['early'],
  );
});

test('a page that has moved on by then has the view of where it was, and each event its page', async () => {
  const { init, app, world, idle, names } = page({ url: 'https://shop.example/tea' });
  init();
  app.trackEvent('on_tea');
  world.navigate('/cart', { gesture: true });
  app.trackEvent('on_cart');
  world.advance(400);
  await idle();
  names();
  const pages = world
    .events()
    .map(({ event_name, properties }) => [event_name, properties?.page ?? properties?.$page]);
  assert.deepEqual(pages.sort(), [
    ['on_cart', '/cart'],
    ['on_tea', '/tea'],
    ['page_leave', '/tea'],
    ['page_view', '/cart'],
    ['page_view', '/tea'],
  ]);
});

test('how long a page was seen counts from init', async () => {
  const { init, world, idle, names } = page();
  init();
  world.advance(900);
  await idle();
  world.advance(2100);
  await world.leave();
  names();
  const leave = world.events().find(({ event_name }) => event_name === 'page_leave');
  assert.equal(leave?.properties?.visible_ms, 3000);
});

test('a page that starts late still makes its calls, unless another page has', async () => {
  for (const taken of [false, true]) {
    const storage = memoryStorage();
    const late = page({ storage });
    late.init({ autoEvents: { pageLeave: false } });
    late.app.trackEvent('early');
    late.world.advance(MINUTE);
    const other = page({ storage, now: late.world.host.wall() });
    if (taken) {
      other.init({ autoEvents: false });
      await other.idle();
      other.world.advance(5000);
      assert.deepEqual(
        other.world.events().map(({ event_name }) => event_name),
        ['page_view', 'early'],
      );
    }
    late.app.trackEvent('later');
    late.app.flush();
    const expected = ['early', 'later', 'page_view'];
    assert.deepEqual(late.names().sort(), taken ? ['later'] : expected);
    late.world.advance(MINUTE);
    assert.deepEqual(late.keys(), []);
  }
});
