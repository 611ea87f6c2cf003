/** Page views in a world without waiting: what a page's facts come to, over the real module. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AppizerWeb } from '../../dist/index.mjs';
import { createWorld } from '../../dist/testing.mjs';

/** @param {object} [options] @param {import('../../dist/types/entries/testing.js').WorldOptions} [worldOptions] */
function start(options = {}, worldOptions = {}) {
  const world = createWorld({ url: 'https://shop.example/', title: 'Home', ...worldOptions });
  const app = AppizerWeb.create({ appId: 'demo', host: world.host, autoEvents: true, ...options });
  world.advance(1000);
  return { world, app };
}

/** @typedef {ReturnType<typeof start>['world']} World */

/** Each event with its page, as far as the server has them. @param {World} world */
function recorded(world) {
  world.advance(10_000);
  return world.events().map(({ event_name, properties }) => `${event_name} ${properties.page}`);
}

/** @param {World} world @param {number} i */
function own(world, i) {
  const entries = Object.entries(world.events()[i]?.properties ?? {});
  return Object.fromEntries(entries.filter(([name]) => !name.startsWith('$')));
}

test('without autoEvents nothing is recorded', () => {
  for (const autoEvents of [undefined, false, null]) {
    const { world } = start({ autoEvents });
    world.navigate('/a', { title: 'A' });
    world.click('https://other.example/');
    assert.deepEqual(recorded(world), []);
    world.leave();
    assert.deepEqual(world.requests, []);
  }
});

test('the first page and each one after it arrive as the contract has it', () => {
  const { world } = start(
    {},
    {
      url: 'https://shop.example/start?utm_source=news&utm_campaign=spring+sale&gclid=abc#top',
      title: 'Start',
      referrer: 'https://search.example/',
    },
  );
  world.navigate('/tea?page=2', { title: 'Tea' });
  assert.deepEqual(recorded(world), ['page_view /start', 'page_leave /start', 'page_view /tea']);
  assert.deepEqual(own(world, 0), {
    page: '/start',
    title: 'Start',
    url: 'https://shop.example/start?utm_source=news&utm_campaign=spring+sale&gclid=abc#top',
    referrer: 'https://search.example/',
    utm_source: 'news',
    utm_campaign: 'spring sale',
    gclid: 'abc',
  });
  assert.deepEqual(own(world, 2), {
    page: '/tea',
    title: 'Tea',
    url: 'https://shop.example/tea?page=2',
    referrer: 'https://shop.example/start?utm_source=news&utm_campaign=spring+sale&gclid=abc#top',
  });
});

test('a view has the time of its navigation and the title that came later', () => {
  const { world } = start();
  const now = world.host.wall();
  world.navigate('/a');
  world.advance(50);
  world.setTitle('A');
  world.advance(5000);
  const view = world.events()[2];
  assert.equal(view?.properties.$timestamp, new Date(now).toISOString());
  assert.equal(view?.properties.title, 'A');
});

test('one view for each page that is seen, none otherwise', () => {
  const { world } = start({ autoEvents: { pageLeave: false } });
  const visits = [
    '/a',
    '/a',
    '/a?x=1',
    '/a#price',
    '/b',
    '/b/c',
    '/#/in',
    '/#/in?sort=1',
    '/#/out',
  ];
  for (const url of visits) {
    world.navigate(url, { title: url });
    world.advance(1000);
  }
  assert.deepEqual(recorded(world), [
    'page_view /',
    'page_view /a',
    'page_view /b',
    'page_view /b/c',
    'page_view /#/in',
    'page_view /#/out',
  ]);
});

test('redirects and bursts come to one view', () => {
  const { world } = start({ autoEvents: { pageLeave: false } });
  world.navigate('/account');
  world.advance(20);
  world.navigate('/login', { title: 'Log in', gesture: false });
  world.advance(1000);
  for (let i = 0; i < 20; ++i) world.navigate(`/step/${i}`);
  assert.deepEqual(recorded(world), ['page_view /', 'page_view /login', 'page_view /step/19']);
  assert.ok(world.isIdle());
});

test('options say whether queries and hashes count', () => {
  const { world } = start({
    autoEvents: { pageLeave: false, pageViews: { query: true, hash: true } },
  });
  world.navigate('/?tab=2');
  world.advance(1000);
  world.navigate('/?tab=2#price');
  assert.deepEqual(recorded(world), ['page_view /', 'page_view /', 'page_view /#price']);
});

test('an option of the wrong type is complained of by its whole name', async () => {
  const { world } = start({ debug: true, autoEvents: { pageViews: 'yes', pageLeaves: true } });
  await import('../../dist/sentences.mjs');
  for (let turns = 0; turns < 100; ++turns) await null;
  assert.match(String(world.log), /"autoEvents.pageViews" has a value of the wrong type/);
  assert.match(String(world.log), /does not know the option "autoEvents.pageLeaves"/);
});

test('a page in the background counts when it is seen, and never if it is not', () => {
  const { world } = start({}, { visible: false });
  assert.deepEqual(recorded(world), []);
  const now = world.host.wall();
  world.setVisible(true);
  assert.deepEqual(recorded(world), ['page_view /']);
  assert.equal(world.events()[0]?.properties.$timestamp, new Date(now).toISOString());

  const unseen = start({}, { visible: false }).world;
  unseen.leave();
  assert.deepEqual(recorded(unseen), []);
});

test('page_leave goes with the batch of the leaving page', async () => {
  const { world, app } = start();
  world.advance(5000);
  world.scroll(80);
  world.scroll(30);
  app.trackEvent('last_word');
  world.leave();
  const last = world.requests.at(-1);
  assert.equal(last?.keepalive, true);
  assert.equal(last?.status, -1);
  world.advance(0);
  assert.deepEqual(recorded(world), ['page_view /', 'last_word undefined', 'page_leave /']);
  assert.deepEqual(own(world, 2), {
    page: '/',
    title: 'Home',
    url: 'https://shop.example/',
    visible_ms: 6000,
    scroll_percent: 80,
  });
});

test('a visitor who bounces at once is counted', () => {
  const world = createWorld({ url: 'https://shop.example/' });
  AppizerWeb.create({ appId: 'demo', host: world.host, autoEvents: true });
  world.advance(10);
  world.leave();
  assert.equal(world.requests.length, 1);
  assert.deepEqual(recorded(world), ['page_view /', 'page_leave /']);
});

test('time in the background is not visible time', () => {
  const { world } = start();
  world.advance(2000);
  world.setVisible(false);
  world.advance(60_000);
  world.setVisible(true);
  world.advance(1000);
  world.leave();
  assert.deepEqual(recorded(world), ['page_view /', 'page_leave /']);
  assert.equal(own(world, 1).visible_ms, 4000);
});

test('a return from the back/forward cache is a view', async () => {
  const { world } = start();
  world.leave();
  await new Promise((resolve) => setTimeout(resolve, 10));
  world.advance(60_000);
  world.comeBack();
  assert.deepEqual(recorded(world), ['page_view /', 'page_leave /', 'page_view /']);
});

test('links to elsewhere and to files are recorded where they are asked for', () => {
  const { world } = start({
    autoEvents: { pageLeave: false, outboundLinks: true, downloads: true },
  });
  world.click('/tea');
  world.click('https://other.example/a?b');
  world.click('https://other.example/', { button: 2 });
  world.click('/files/list.pdf');
  assert.deepEqual(recorded(world), [
    'page_view /',
    'outbound_link_clicked /',
    'file_downloaded /',
  ]);
  assert.deepEqual(own(world, 1), { url: 'https://other.example/a?b', page: '/' });
  assert.deepEqual(own(world, 2), {
    url: 'https://shop.example/files/list.pdf',
    page: '/',
    file_name: 'list.pdf',
    file_extension: 'pdf',
  });
});

test('flush sends the view that is pending', async () => {
  const world = createWorld();
  const app = AppizerWeb.create({ appId: 'demo', host: world.host, autoEvents: true });
  const flushed = app.flush();
  world.advance(0);
  assert.deepEqual(await flushed, { delivered: 1, dropped: 0, pending: 0 });
  assert.equal(world.events()[0]?.event_name, 'page_view');
});

test('where a session began is kept with it', () => {
  const { world } = start({}, { url: 'https://shop.example/?utm_source=news' });
  world.navigate('/a?utm_source=news');
  world.advance(5000);
  const key = world.storage?.keys().find((name) => /^appizer\.1\..*\.s$/.test(name)) ?? '';
  const text = world.storage?.getItem(key)?.split(' ').slice(2).join(' ') ?? '';
  assert.deepEqual(JSON.parse(text), {
    url: 'https://shop.example/?utm_source=news',
    referrer: '',
    utm_source: 'news',
  });
});

test('a host without pages has none', () => {
  const world = createWorld();
  const { page: _, watch: __, ...host } = world.host;
  const app = AppizerWeb.create({ appId: 'demo', host, autoEvents: true });
  app.trackEvent('by_hand');
  world.advance(60_000);
  assert.deepEqual(
    world.events().map((event) => event.event_name),
    ['by_hand'],
  );
  assert.ok(world.isIdle());
});

test('a host whose page facts throw does no harm', () => {
  const world = createWorld();
  const broken = () => {
    throw new Error('host');
  };
  const host = { ...world.host, page: broken, watch: broken };
  const app = AppizerWeb.create({ appId: 'demo', host, autoEvents: true });
  app.trackEvent('by_hand');
  world.advance(60_000);
  assert.deepEqual(
    world.events().map((event) => event.event_name),
    ['by_hand'],
  );
});
