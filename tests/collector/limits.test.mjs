// @ts-check
/** Rate limits, with a clock that only the test moves. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLimits } from '../../examples/collector/limits.mjs';
import { config, event, from, page, start } from './support.mjs';

const limits = { events: 3, batch: 2, users: 2, strangers: 9 };
const noon = Date.parse('2026-01-01T12:00:00.250Z');

/** @param {import('node:test').TestContext} t @param {object} [rate_limits] */
async function startAt(t, rate_limits = limits) {
  const clock = { time: noon };
  const running = await start(t, { config: { ...config, rate_limits }, now: () => clock.time });
  return { ...running, clock };
}

/** @param {Headers} headers */
const quota = (headers) =>
  ['limit', 'remaining', 'reset'].map((name) => Number(headers.get(`x-ratelimit-${name}`)));

// Rounded up: at that second the window is over.
const reset = Math.ceil((noon + 60_000) / 1000);

test('every answer says how much is left and when it starts anew', async (t) => {
  const { send, clock } = await startAt(t);
  assert.deepEqual(quota((await send('/v1/events', event)).headers), [3, 2, reset]);
  clock.time += 59_999;
  assert.deepEqual(quota((await send('/v1/events', event)).headers), [3, 1, reset]);
  assert.deepEqual(quota((await send('/v1/events', {})).headers), [3, 0, reset]);
  clock.time += 1;
  assert.deepEqual(quota((await send('/v1/events', event)).headers), [3, 2, reset + 60]);
});

test('one request too many is refused until the minute is over', async (t) => {
  const { send, clock, collector } = await startAt(t);
  for (let i = 0; i < 3; i += 1) assert.equal((await send('/v1/events', event)).status, 200);
  clock.time += 10_500;
  const { status, headers, body } = await send('/v1/events', event);
  assert.equal(status, 429);
  assert.deepEqual(body, {
    error: 'Too Many Requests',
    message: 'More than 3 requests in a minute. Try again in 50 s.',
    code: 'RATE_LIMIT_EXCEEDED',
    details: { limit: 3, window: '1m', retry_after: 50 },
  });
  assert.equal(headers.get('retry-after'), '50');
  assert.deepEqual(quota(headers), [3, 0, reset]);
  assert.equal(await collector.store.count('events', 'demo'), 3);

  clock.time += 50_000;
  assert.equal((await send('/v1/events', event)).status, 200);
});

test('a page that exceeds the limit is answered 429 too', async (t) => {
  const { send } = await startAt(t);
  const body = { ...event, app_id: 'demo' };
  for (let i = 0; i < 3; i += 1) await send('/v1/events', body, from(page));
  const answer = await send('/v1/events', body, from(page));
  assert.equal(answer.status, 429);
  assert.equal(answer.body.details.retry_after, 60);
});

test('a batch counts as one request', async (t) => {
  const { send } = await startAt(t);
  const batch = { events: [event, event, event, event] };
  assert.deepEqual(quota((await send('/v1/events/batch', batch)).headers), [2, 1, reset]);
});

test('aliases count as users', async (t) => {
  const { send } = await startAt(t);
  await send('/v1/users', { user_id: 'u' });
  await send('/v1/users/aliases', { user_id: 'u', alias_id: 'a' });
  assert.equal((await send('/v1/users', { user_id: 'u' })).status, 429);
  assert.equal((await send('/v1/users/aliases', { user_id: 'u', alias_id: 'a' })).status, 429);
});

test('kinds of call, keys and apps are counted apart', async (t) => {
  const { send } = await startAt(t, { events: 1, batch: 1, users: 1 });
  const shop = 'https://shop.example';
  /** @type {[string, object, Record<string, string | undefined>?][]} */
  const requests = [
    ['/v1/events', event],
    ['/v1/events/batch', { events: [event] }],
    ['/v1/users', { user_id: 'u' }],
    ['/v1/events', event, { authorization: 'Bearer sk_shop' }],
    ['/v1/events', { ...event, app_id: 'demo' }, from(page)],
    ['/v1/events', { ...event, app_id: 'shop' }, from(shop)],
  ];
  for (const expected of [200, 429]) {
    for (const [path, body, headers] of requests) {
      assert.equal((await send(path, body, headers)).status, expected);
    }
  }
});

test('requests of unknown callers share one limit of their own', async (t) => {
  const { send } = await startAt(t, { events: 2 });
  const headers = { authorization: 'Bearer sk_x' };
  const left = [];
  for (let i = 0; i < 4; i += 1) {
    const answer = await send('/v1/events', event, headers);
    assert.equal(answer.status, 401);
    left.push(quota(answer.headers)[1]);
  }
  assert.deepEqual(left, [1, 0, 0, 0]);
  assert.equal((await send('/v1/events', event)).status, 200);
});

test('the limits are the documented ones unless configured', async (t) => {
  const { send } = await start(t);
  const shown = [];
  for (const path of ['/v1/events', '/v1/events/batch', '/v1/users', '/v1/users/aliases']) {
    shown.push(quota((await send(path, {})).headers)[0]);
  }
  assert.deepEqual(shown, [1000, 100, 500, 500]);
});

test('a clock that is set back opens a new window', () => {
  const clock = { time: noon };
  const { take } = createLimits(limits, () => clock.time);
  for (let i = 0; i < 4; i += 1) take('somebody', 'events');
  assert.equal(take('somebody', 'events').exceeded, true);
  clock.time -= 3_600_000;
  assert.equal(take('somebody', 'events').exceeded, false);
});
