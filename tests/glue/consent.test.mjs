/** Consent, and what a site can say and see: over the real module, in a world without waiting. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AppizerWeb } from '../../dist/index.mjs';
import { createWorld } from '../../dist/testing.mjs';

/** A world that remembers every touch of its storage. */
function watchedWorld() {
  const world = createWorld();
  /** @type {string[]} */
  const touched = [];
  const inner = /** @type {any} */ (world.host.storage);
  /** @type {any} */
  const host = { ...world.host };
  host.storage = {
    getItem: (/** @type {string} */ key) => {
      touched.push(`get ${key}`);
      return inner.getItem(key);
    },
    setItem: (/** @type {string} */ key, /** @type {string} */ value) => {
      touched.push(`set ${key}`);
      inner.setItem(key, value);
    },
    removeItem: (/** @type {string} */ key) => {
      touched.push(`remove ${key}`);
      inner.removeItem(key);
    },
    keys: () => inner.keys(),
  };
  return { world, host, touched, inner };
}

/** @param {any} app */
const fill = (app) => {
  app.trackEvent('one_done', { n: 1 });
  app.setUserId('user_1');
  app.setUserProperties({ plan: 'pro' });
  app.trackEvent('two_done');
};

test('pending: nothing is stored, read or sent, and what happened waits', () => {
  const { world, host, touched } = watchedWorld();
  const app = AppizerWeb.create({ appId: 'demo', host, consent: 'pending' });
  fill(app);
  world.advance(60_000);
  assert.deepEqual(touched, []);
  assert.equal(world.requests.length, 0);
  assert.equal(app.getUserId(), undefined);

  app.setConsent('granted');
  world.advance(10_000);
  const events = world.events();
  assert.deepEqual(
    events.map(({ event_name, properties }) => [event_name, properties.$timestamp]),
    [
      ['one_done', '2026-01-01T00:00:00.000Z'],
      ['two_done', '2026-01-01T00:00:00.000Z'],
    ],
  );
  assert.equal(events[1]?.user_id, 'user_1');
  assert.notEqual(events[0]?.user_id, 'user_1');
  assert.equal(app.getUserId(), 'user_1');
});

test('pending, then denied: what waited vanishes', () => {
  const { world, host, touched } = watchedWorld();
  const app = AppizerWeb.create({ appId: 'demo', host, consent: 'pending' });
  fill(app);
  app.setConsent('denied');
  world.advance(60_000);
  assert.deepEqual(
    touched.filter((touch) => touch.startsWith('set') || touch.startsWith('get')),
    [],
  );
  app.setConsent('granted');
  world.advance(60_000);
  assert.equal(world.requests.length, 0);
});

test('denied: no id, no storage, no request, and nothing is left of before', () => {
  const { world, host, touched, inner } = watchedWorld();
  const before = AppizerWeb.create({ appId: 'demo', host });
  world.failNext(503, 100);
  fill(before);
  world.advance(5000);
  assert.ok(inner.keys().length > 3);
  inner.setItem('the_sites_own', 'stays');
  world.requests.length = 0;

  before.setConsent('denied');
  touched.length = 0;
  fill(before);
  world.advance(3_600_000);
  assert.deepEqual(inner.keys(), ['the_sites_own']);
  assert.equal(world.requests.length, 0);
  assert.equal(before.getUserId(), undefined);
  assert.ok(touched.every((touch) => touch.startsWith('remove')));
  assert.ok(world.isIdle());
});

test('denied at the start removes what earlier pages stored', () => {
  const { world, host, inner } = watchedWorld();
  fill(AppizerWeb.create({ appId: 'demo', host }));
  world.advance(5000);
  const app = AppizerWeb.create({ appId: 'demo', host, consent: 'denied' });
  fill(app);
  world.advance(5000);
  assert.deepEqual(inner.keys(), []);
});

test('denied, then granted: a new visitor, from then on', () => {
  const { world, host } = watchedWorld();
  const app = AppizerWeb.create({ appId: 'demo', host });
  app.trackEvent('one_done');
  world.advance(1000);
  const first = app.getUserId();
  app.setConsent('denied');
  app.trackEvent('unseen');
  app.setConsent('granted');
  app.trackEvent('two_done');
  world.advance(10_000);
  assert.notEqual(app.getUserId(), first);
  assert.deepEqual(
    world.events().map(({ event_name }) => event_name),
    ['one_done', 'two_done'],
  );
});

test('a request cancelled by denied consent is not taken for a later one', () => {
  const { world, host } = watchedWorld();
  /** @type {any[]} */
  const answers = [];
  host.send = (/** @type {any} */ _, /** @type {any} */ answer) => {
    answers.push(answer);
    return () => {}; // as fetch does: the abort is reported later
  };
  const app = AppizerWeb.create({ appId: 'demo', host });
  app.trackEvent('one_done');
  world.advance(1000);
  app.setConsent('denied');
  app.setConsent('granted');
  app.trackEvent('two_done');
  world.advance(1000);
  assert.equal(answers.length, 2);
  const [ofOne, ofTwo] = answers;
  ofOne({ status: 0, body: '', retryAfter: Number.NaN, reset: Number.NaN });
  ofTwo({ status: 200, body: '', retryAfter: Number.NaN, reset: Number.NaN });
  world.advance(3_600_000);
  assert.equal(answers.length, 2);
  assert.ok(world.isIdle());
});

test('a decision is not undone to pending', async () => {
  const world = createWorld();
  const app = AppizerWeb.create({ appId: 'demo', host: world.host, debug: true });
  app.setConsent('pending');
  app.trackEvent('one_done');
  world.advance(2000);
  assert.equal(world.events().length, 1);
  await import('../../dist/sentences.mjs');
  for (let i = 0; i < 100; ++i) await null;
  assert.match(world.log.join('\n'), /setConsent was given "pending"/);
});

test('the decision is remembered where the site wants it, and only there', () => {
  const { world, host, inner } = watchedWorld();
  const options = {
    appId: 'demo',
    host,
    rememberConsent: true,
    consent: /** @type {const} */ ('pending'),
  };
  AppizerWeb.create(options).setConsent('denied');
  world.advance(1000);
  assert.equal(inner.keys().length, 1);
  const next = AppizerWeb.create(options);
  next.trackEvent('unseen');
  world.advance(5000);
  assert.equal(world.requests.length, 0);
  next.setConsent('granted');
  world.advance(1000);
  const last = AppizerWeb.create(options);
  last.trackEvent('seen');
  world.advance(5000);
  assert.deepEqual(
    world.events().map(({ event_name }) => event_name),
    ['seen'],
  );
});

for (const [name, facts, options, tracked] of /** @type {[string, any, any, boolean][]} */ ([
  ['Global Privacy Control denies consent', { gpc: true }, {}, false],
  ['unless the site has the visitor’s own yes', { gpc: true }, { consent: 'granted' }, true],
  ['or does not want it', { gpc: true }, { respectGPC: false }, true],
  ['Do Not Track is none', { dnt: true }, {}, true],
  ['unless the site wants it', { dnt: true }, { respectDNT: true }, false],
])) {
  test(`signals: ${name}`, () => {
    const world = createWorld();
    const host = { ...world.host, ...facts };
    AppizerWeb.create({ appId: 'demo', host, ...options }).trackEvent('one_done');
    world.advance(2000);
    assert.equal(world.events().length, tracked ? 1 : 0);
  });
}

test('cookieless: nothing is kept anywhere, and events arrive', () => {
  const { world, host, touched } = watchedWorld();
  const app = AppizerWeb.create({ appId: 'demo', host, cookieless: true });
  world.failNext(503);
  fill(app);
  world.advance(120_000);
  assert.deepEqual(touched, []);
  assert.equal(world.events().length, 2);
  assert.ok(world.isIdle());
});

test('reset: a new visitor and session, and what waits keeps its id', () => {
  const world = createWorld();
  const app = AppizerWeb.create({ appId: 'demo', host: world.host });
  app.setUserId('user_1');
  app.trackEvent('before_logout');
  app.reset();
  app.trackEvent('after_logout');
  app.setUserId('user_2');
  app.trackEvent('after_login');
  world.advance(10_000);
  const [before, after, login] = world.events();
  assert.equal(before?.user_id, 'user_1');
  assert.match(String(after?.user_id), /^[0-9a-f-]{36}$/);
  assert.equal(login?.user_id, 'user_2');
  assert.notEqual(before?.properties.$session_id, after?.properties.$session_id);
  const aliases = world.requests.filter(({ path }) => path.endsWith('/aliases'));
  assert.deepEqual(
    aliases.map(({ body }) => [body.user_id, body.alias_id === after?.user_id]),
    [
      ['user_1', false],
      ['user_2', true],
    ],
  );
});

test('consecutive setUserProperties calls make one request', () => {
  const world = createWorld();
  const app = AppizerWeb.create({ appId: 'demo', host: world.host });
  app.setUserId('user_1');
  world.advance(5000);
  world.requests.length = 0;
  app.setUserProperties({ plan: 'free', seats: 3 });
  app.setUserProperties({ plan: 'pro', email: 'a@b.example' });
  world.advance(5000);
  assert.deepEqual(
    world.requests.map(({ path, body }) => [path, body]),
    [
      [
        '/v1/users',
        {
          user_id: 'user_1',
          email: 'a@b.example',
          properties: { plan: 'pro', seats: 3 },
          app_id: 'demo',
        },
      ],
    ],
  );
});

test('globalProperties are on every event, and an event’s own win', () => {
  const world = createWorld();
  let asked = 0;
  const app = AppizerWeb.create({
    appId: 'demo',
    host: world.host,
    globalProperties: () => ({ release: 7, n: ++asked }),
  });
  app.trackEvent('one_done', { release: 8 });
  app.trackEvent('two_done');
  world.advance(2000);
  assert.deepEqual(
    world.events().map(({ properties: { release, n } }) => [release, n]),
    [
      [8, 1],
      [7, 2],
    ],
  );
});

test('beforeSend changes, drops, and costs nothing when it throws', () => {
  const world = createWorld();
  const app = AppizerWeb.create({
    appId: 'demo',
    host: world.host,
    beforeSend: (event) => {
      if (event.event_name === 'dropped') return null;
      if (event.event_name === 'thrown') {
        event.properties.half = true;
        throw new Error('site');
      }
      if (event.event_name === 'renamed') return { event_name: 'other_name', properties: { a: 1 } };
      event.properties.seen = true;
    },
  });
  for (const name of ['kept', 'dropped', 'thrown', 'renamed']) app.trackEvent(name, { own: 1 });
  world.advance(2000);
  assert.deepEqual(
    world.events().map(({ event_name, properties: { own, seen, half, a } }) => ({
      event_name,
      own,
      seen,
      half,
      a,
    })),
    [
      { event_name: 'kept', own: 1, seen: true, half: undefined, a: undefined },
      { event_name: 'thrown', own: 1, seen: undefined, half: undefined, a: undefined },
      { event_name: 'other_name', own: undefined, seen: undefined, half: undefined, a: 1 },
    ],
  );
});

test('beforeSend sees automatic events too', () => {
  const world = createWorld();
  /** @type {string[]} */
  const seen = [];
  AppizerWeb.create({
    appId: 'demo',
    host: world.host,
    autoEvents: { sessionStart: true },
    beforeSend: (event) => {
      seen.push(event.event_name);
      event.properties.checked = true;
    },
  });
  // A page without a title is counted after 3 s.
  world.advance(5000);
  assert.deepEqual(seen, ['session_start', 'page_view']);
  assert.deepEqual(
    world.events().map(({ event_name, properties }) => [event_name, properties.checked]),
    [
      ['session_start', true],
      ['page_view', true],
    ],
  );
});

test('the leave of a hidden page passes beforeSend each time, and outlives the page as it left it', () => {
  const world = createWorld({ title: 'Home', url: 'https://example.com/a' });
  /** @type {unknown[]} */
  const seen = [];
  const app = AppizerWeb.create({
    appId: 'demo',
    host: world.host,
    autoEvents: true,
    globalProperties: { plan: 'pro' },
    beforeSend: (event) => {
      if (event.event_name !== 'page_leave') return;
      seen.push(event.properties.visible_ms);
      event.event_name = 'left';
      event.properties.url = 'hidden';
      // An event of its own, whatever passes the hooks meanwhile.
      if (seen.length === 1) app.trackEvent('noticed');
    },
  });
  world.advance(4000);
  world.setVisible(false);
  world.advance(1000);
  world.setVisible(true);
  world.advance(1000);
  world.setVisible(false);
  world.advance(1000);
  assert.deepEqual(seen, [4000, 5000]);
  assert.deepEqual(
    world.events().map(({ event_name }) => event_name),
    ['page_view', 'noticed'],
  );
  // The page is ended without notice.
  const next = createWorld({ storage: world.storage, now: world.host.wall() + 600_000 });
  AppizerWeb.create({ appId: 'demo', host: next.host });
  next.advance(60_000);
  const [left, ...others] = next.events();
  assert.deepEqual(others, []);
  assert.equal(left?.event_name, 'left');
  assert.equal(left?.properties.url, 'hidden');
  assert.equal(left?.properties.plan, 'pro');
  assert.equal(left?.properties.visible_ms, 5000);
  assert.equal(left?.properties.$seq, 3);
});

test('a view keeps the user id of when it was seen, not of a login a moment later', () => {
  const world = createWorld();
  const app = AppizerWeb.create({ appId: 'demo', host: world.host, autoEvents: true });
  app.setUserId('user_1');
  app.trackEvent('logged_in');
  world.advance(5000);
  const ids = Object.fromEntries(
    world.events().map(({ event_name, user_id }) => [event_name, user_id]),
  );
  assert.equal(ids.logged_in, 'user_1');
  assert.match(String(ids.page_view), /^[0-9a-f]{8}-/);
});

for (const keepalive of [true, false]) {
  test(`a page that goes away ${keepalive ? 'hands over' : 'keeps, without keepalive,'} what it sent`, async () => {
    const { world, host, inner } = watchedWorld();
    const app = AppizerWeb.create({ appId: 'demo', host: { ...host, keepalive } });
    app.trackEvent('left_behind');
    world.failNext(0, 1, { delay: 60_000 });
    world.leave();
    for (let turns = 0; turns < 50; ++turns) await null;
    const waits = inner.keys().some((/** @type {string} */ key) => key.includes('.j.'));
    assert.equal(waits, !keepalive);
  });
}

test('granting what was the default already is remembered too', () => {
  const { world, host, inner } = watchedWorld();
  AppizerWeb.create({ appId: 'demo', host, rememberConsent: true }).setConsent('granted');
  world.advance(1000);
  const key = inner.keys().find((/** @type {string} */ name) => name.endsWith('.c'));
  assert.equal(inner.getItem(key), 'granted');
});
