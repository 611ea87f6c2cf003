// @ts-check
/** What is stored of an event, and that a copy is stored once. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { event, from, page, start } from './support.mjs';

const copy = { ...event, properties: { $event_id: '0190c6ab-0000-7000-8000-000000000001' } };

test('an event is stored as it was sent', async (t) => {
  const now = () => Date.parse('2026-01-01T12:00:00.250Z');
  const { send, collector } = await start(t, { now });
  const sent = {
    event_name: 'purchase_completed',
    user_id: 'user_123',
    properties: { amount: 29.99, currency: 'USD', 'naïve 名前': ['a', null, { b: '\u0000' }] },
    ip: '192.168.1.1',
    ua: 'Mozilla/5.0',
  };
  const { body } = await send('/v1/events', sent);
  const [stored] = await collector.store.newest('events', 'demo', 9);
  const { request_id, ...rest } = stored ?? {};
  assert.deepEqual(rest, {
    ...sent,
    event_id: body.event_id,
    app_id: 'demo',
    dedupe_id: null,
    plan_issues: null,
    received_at: '2026-01-01T12:00:00.250Z',
  });
  const [request] = await collector.store.newest('requests', 'demo', 9);
  assert.deepEqual(request, {
    request_id,
    app_id: 'demo',
    method: 'POST',
    path: '/v1/events',
    status: 200,
    events: 1,
    origin: null,
    received_at: '2026-01-01T12:00:00.250Z',
    reason: null,
  });
});

test('the address and the browser are filled in where the caller gives none', async (t) => {
  const { send, collector } = await start(t);
  const body = { ...event, app_id: 'demo' };
  await send('/v1/events', body, { ...from(page), 'user-agent': 'Browser/1' });
  await send('/v1/events', { ...body, ip: '', ua: '' }, { ...from(page), 'user-agent': 'B/2' });
  assert.deepEqual(
    (await collector.store.newest('events', 'demo', 9)).map(({ ip, ua }) => [ip, ua]),
    [
      ['127.0.0.1', 'Browser/1'],
      ['127.0.0.1', 'B/2'],
    ],
  );
});

test('property names such as __proto__ are stored like any other', async (t) => {
  const { send, collector } = await start(t);
  const properties = '{"__proto__":{"a":1},"constructor":{"prototype":2},"toString":3}';
  const { status } = await send(
    '/v1/events',
    `{"event_name":"e","user_id":"u","properties":${properties}}`,
  );
  assert.equal(status, 200);
  const [stored] = await collector.store.newest('events', 'demo', 1);
  assert.equal(JSON.stringify(stored?.properties), properties);
});

test('the events of a batch are stored in order, for the app of the page', async (t) => {
  const { send, collector } = await start(t);
  const events = ['a', 'b', 'c'].map((event_name) => ({ event_name, user_id: 'u' }));
  await send('/v1/events/batch', { app_id: 'demo', events }, from(page));
  const stored = await collector.store.newest('events', 'demo', 9);
  assert.deepEqual(
    stored.map(({ event_name }) => event_name),
    ['a', 'b', 'c'],
  );
  const [request] = await collector.store.newest('requests', 'demo', 9);
  assert.equal(request?.events, 3);
  assert.equal(request?.origin, page);
});

test('one bad event refuses its whole batch', async (t) => {
  const { send, collector } = await start(t);
  const { status } = await send('/v1/events/batch', { events: [event, {}, event] });
  assert.equal(status, 400);
  assert.equal(await collector.store.count('events', null), 0);
});

test('a copy is acknowledged like the first, stored once, and seen', async (t) => {
  const { send, collector } = await start(t);
  const first = await send('/v1/events', copy);
  const second = await send('/v1/events', copy);
  assert.equal(second.status, 200);
  assert.deepEqual(second.body, first.body);
  assert.equal(await collector.store.count('events', 'demo'), 1);
  const [duplicate] = await collector.store.newest('duplicates', 'demo', 9);
  assert.equal(duplicate?.dedupe_id, copy.properties.$event_id);
  assert.equal(duplicate?.event_id, first.body.event_id);
  const requests = await collector.store.newest('requests', 'demo', 9);
  assert.equal(duplicate?.request_id, requests[1]?.request_id);
});

test('copies are found across calls, callers and within a batch', async (t) => {
  const { send, collector } = await start(t);
  await send('/v1/events', copy);
  const batch = { app_id: 'demo', events: [event, copy, event, copy] };
  const { body } = await send('/v1/events/batch', batch, from(page));
  assert.equal(body.processed_count, 4);
  assert.equal(await collector.store.count('events', 'demo'), 3);
  assert.equal(await collector.store.count('duplicates', 'demo'), 2);
});

test('copies that arrive at once are stored once', async (t) => {
  const { send, collector } = await start(t);
  const answers = await Promise.all(Array.from({ length: 20 }, () => send('/v1/events', copy)));
  assert.equal(new Set(answers.map(({ body }) => body.event_id)).size, 1);
  assert.equal(await collector.store.count('events', 'demo'), 1);
  assert.equal(await collector.store.count('duplicates', 'demo'), 19);
});

test('apps do not share ids: the same one in another app is another event', async (t) => {
  const { send, collector } = await start(t);
  await send('/v1/events', copy);
  await send('/v1/events', copy, { authorization: 'Bearer sk_shop' });
  assert.equal(await collector.store.count('events', 'demo'), 1);
  assert.equal(await collector.store.count('events', 'shop'), 1);
  assert.equal(await collector.store.count('duplicates', null), 0);
});

test('events without an id are never taken for copies', async (t) => {
  const { send, collector } = await start(t);
  await send('/v1/events', event);
  await send('/v1/events', event);
  assert.equal(await collector.store.count('events', 'demo'), 2);
});
