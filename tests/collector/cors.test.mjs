// @ts-check
/** What a browser asks before it sends, and what lets it read the answer. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DatabaseSync } from '@photostructure/sqlite';
import { event, from, page, start } from './support.mjs';

const paths = ['/v1/events', '/v1/events/batch', '/v1/users', '/v1/users/aliases'];
const exposed = 'X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, Retry-After';

/** What a browser sends ahead of a JSON POST. @param {string} origin */
const preflight = (origin) => ({
  authorization: undefined,
  'content-type': undefined,
  origin,
  'access-control-request-method': 'POST',
  'access-control-request-headers': 'content-type',
});

for (const path of paths) {
  test(`a preflight of ${path} passes for an authorized page`, async (t) => {
    const { send } = await start(t);
    const { status, headers, body } = await send(path, undefined, preflight(page), 'OPTIONS');
    assert.equal(status, 204);
    assert.equal(body, null);
    assert.equal(headers.get('access-control-allow-origin'), page);
    assert.equal(headers.get('access-control-allow-methods'), 'POST');
    assert.equal(headers.get('access-control-allow-headers'), 'content-type');
    assert.equal(headers.get('access-control-max-age'), '7200');
    assert.equal(headers.get('access-control-allow-credentials'), null);
    assert.equal(headers.get('vary'), 'Origin');
  });
}

test('a preflight passes for a page of any app, since it does not name one', async (t) => {
  const { send } = await start(t);
  const origin = 'https://shop.example';
  const { status, headers } = await send('/v1/users', undefined, preflight(origin), 'OPTIONS');
  assert.equal(status, 204);
  assert.equal(headers.get('access-control-allow-origin'), origin);
});

test('a preflight of a stranger is refused, and so is not read', async (t) => {
  const { send } = await start(t);
  for (const origin of ['https://evil.example', 'null', 'file://']) {
    const answer = await send('/v1/events', undefined, preflight(origin), 'OPTIONS');
    assert.equal(answer.status, 403);
    assert.equal(answer.body.code, 'ORIGIN_NOT_AUTHORIZED');
    assert.equal(answer.headers.get('access-control-allow-origin'), null);
    assert.equal(answer.headers.get('vary'), 'Origin');
  }
});

test('OPTIONS without an origin says which methods there are', async (t) => {
  const { send } = await start(t);
  const headers = { authorization: undefined, 'content-type': undefined };
  const answer = await send('/v1/events', undefined, headers, 'OPTIONS');
  assert.equal(answer.status, 204);
  assert.equal(answer.headers.get('allow'), 'POST, OPTIONS');
});

test('a preflight does not count against the rate limit', async (t) => {
  const { send } = await start(t);
  await send('/v1/events', undefined, preflight(page), 'OPTIONS');
  const { headers } = await send('/v1/events', { ...event, app_id: 'demo' }, from(page));
  assert.equal(headers.get('x-ratelimit-remaining'), '999');
});

/** @type {[name: string, status: number, path: string, body: unknown, headers?: object, method?: string][]} */
const answers = [
  ['a success', 200, '/v1/events', { ...event, app_id: 'demo' }],
  ['a bad body', 400, '/v1/events', '{'],
  ['a missing field', 400, '/v1/events', { app_id: 'demo' }],
  ['an unknown key', 401, '/v1/events', event, { authorization: 'Bearer sk_x' }],
  ['an app of somebody else', 403, '/v1/events', { ...event, app_id: 'shop' }],
  ['an unknown user', 404, '/v1/users/aliases', { user_id: 'u', alias_id: 'a', app_id: 'demo' }],
  ['an unknown path', 404, '/v1/nothing', {}],
  ['a wrong method', 405, '/v1/events', {}, {}, 'PUT'],
  ['a body that is too large', 413, '/v1/events', 'x'.repeat(1024 * 1024 + 1)],
  ['a wrong media type', 415, '/v1/events', '{}', { 'content-type': 'text/plain' }],
];

for (const [name, status, path, body, headers, method] of answers) {
  test(`a page can read the answer to ${name}`, async (t) => {
    const { send } = await start(t);
    const answer = await send(path, body, { ...from(page), ...headers }, method);
    assert.equal(answer.status, status);
    assert.equal(answer.headers.get('access-control-allow-origin'), page);
    assert.equal(answer.headers.get('access-control-expose-headers'), exposed);
    assert.equal(answer.headers.get('vary'), 'Origin');
  });
}

test('a page can read that it was too fast, or that the store has failed', async (t) => {
  const { send, db } = await start(t, {
    config: {
      apps: [{ app_id: 'demo', authorized_domains: ['localhost'] }],
      rate_limits: { events: 1 },
    },
  });
  const other = new DatabaseSync(db);
  other.exec('DROP TABLE users');
  other.close();
  const body = { ...event, app_id: 'demo' };
  await send('/v1/events', body, from(page));
  for (const [path, status] of /** @type {const} */ ([
    ['/v1/events', 429],
    ['/v1/users', 500],
  ])) {
    const answer = await send(path, body, from(page));
    assert.equal(answer.status, status);
    assert.equal(answer.headers.get('access-control-allow-origin'), page);
    assert.equal(answer.headers.get('access-control-expose-headers'), exposed);
  }
});

test('another origin can read nothing, and caches keep the origins apart', async (t) => {
  const { send } = await start(t);
  const body = { ...event, app_id: 'demo' };
  const { status, headers } = await send('/v1/events', body, from('https://evil.example'));
  assert.equal(status, 403);
  assert.equal(headers.get('access-control-allow-origin'), null);
  assert.equal(headers.get('vary'), 'Origin');
});
