// @ts-check
/** Every way to be answered, as one table of requests; and that a refusal stores nothing. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { event, from, page, start } from './support.mjs';

const bad = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  413: 'Payload Too Large',
  415: 'Unsupported Media Type',
};

const batchOf = (/** @type {number} */ n) => ({ events: Array.from({ length: n }, () => event) });
const key = (/** @type {string} */ value) => ({ authorization: value });
const missing = (/** @type {string} */ field, issue = 'is required') => ({ field, issue });
const type = (
  /** @type {string} */ field,
  /** @type {string} */ expected,
  received = 'number',
) => ({
  field,
  expected,
  received,
});
const nested = `{"event_name":"a","user_id":"b","properties":{"a":${'['.repeat(2e5)}${']'.repeat(2e5)}}}`;
const oneTo100 = (/** @type {number} */ n) => ({
  field: 'events',
  issue: `must hold 1 to 100 events, not ${n}`,
});

/**
 * @typedef {object} Row
 * @property {string} name
 * @property {string} [path]
 * @property {string} [method]
 * @property {unknown} [body]
 * @property {Record<string, string | undefined>} [headers]
 * @property {keyof typeof bad} status
 * @property {string} code
 * @property {Record<string, any>} [details]
 * @property {false} [logged] where it is not even known which path is meant
 */

/** @type {Row[]} */
const refusals = [
  // Bodies that are not what was asked for.
  { name: 'malformed JSON', body: '{"event_name":', status: 400, code: 'INVALID_REQUEST' },
  { name: 'an empty JSON body', body: '', status: 400, code: 'INVALID_REQUEST' },
  {
    name: 'no body at all',
    body: undefined,
    headers: { 'content-type': undefined },
    status: 400,
    code: 'INVALID_TYPE',
    details: type('body', 'object', 'null'),
  },
  {
    name: 'an array as body',
    body: [event],
    status: 400,
    code: 'INVALID_TYPE',
    details: type('body', 'object', 'array'),
  },
  {
    name: 'properties nested beyond reason',
    body: nested,
    status: 400,
    code: 'INVALID_REQUEST',
    details: { field: 'properties', issue: 'is nested too deeply' },
  },
  {
    name: 'a body over 1 MiB',
    body: { ...event, properties: { text: 'x'.repeat(1024 * 1024) } },
    status: 413,
    code: 'PAYLOAD_TOO_LARGE',
    details: { limit_bytes: 1048576 },
  },
  {
    name: 'text/plain',
    body: JSON.stringify(event),
    headers: { 'content-type': 'text/plain' },
    status: 415,
    code: 'UNSUPPORTED_MEDIA_TYPE',
  },
  {
    name: 'a form',
    body: 'event_name=a&user_id=b',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    status: 415,
    code: 'UNSUPPORTED_MEDIA_TYPE',
  },
  {
    name: 'a compressed body',
    body: event,
    headers: { 'content-encoding': 'gzip' },
    status: 415,
    code: 'UNSUPPORTED_MEDIA_TYPE',
  },

  // Events.
  {
    name: 'an event without a name',
    body: { user_id: 'u' },
    status: 400,
    code: 'MISSING_FIELD',
    details: missing('event_name'),
  },
  {
    name: 'an event with an empty name',
    body: { ...event, event_name: '' },
    status: 400,
    code: 'MISSING_FIELD',
    details: missing('event_name', 'must not be empty'),
  },
  {
    name: 'an event without a user',
    body: { event_name: 'a' },
    status: 400,
    code: 'MISSING_FIELD',
    details: missing('user_id'),
  },
  {
    name: 'an event with an empty user',
    body: { ...event, user_id: '' },
    status: 400,
    code: 'MISSING_FIELD',
    details: missing('user_id', 'must not be empty'),
  },
  {
    name: 'a number as event name',
    body: { ...event, event_name: 1 },
    status: 400,
    code: 'INVALID_TYPE',
    details: type('event_name', 'string'),
  },
  {
    name: 'null as user',
    body: { ...event, user_id: null },
    status: 400,
    code: 'INVALID_TYPE',
    details: type('user_id', 'string', 'null'),
  },
  {
    name: 'an array as properties',
    body: { ...event, properties: [] },
    status: 400,
    code: 'INVALID_TYPE',
    details: type('properties', 'object', 'array'),
  },
  {
    name: 'a string as properties',
    body: { ...event, properties: 'a' },
    status: 400,
    code: 'INVALID_TYPE',
    details: type('properties', 'object', 'string'),
  },
  {
    name: 'a number as ip',
    body: { ...event, ip: 1 },
    status: 400,
    code: 'INVALID_TYPE',
    details: type('ip', 'string'),
  },
  {
    name: 'a boolean as ua',
    body: { ...event, ua: true },
    status: 400,
    code: 'INVALID_TYPE',
    details: type('ua', 'string', 'boolean'),
  },
  {
    name: 'a number as $event_id',
    body: { ...event, properties: { $event_id: 1 } },
    status: 400,
    code: 'INVALID_TYPE',
    details: type('properties.$event_id', 'string'),
  },

  // Batches.
  {
    name: 'a batch without events',
    path: '/v1/events/batch',
    body: {},
    status: 400,
    code: 'MISSING_FIELD',
    details: missing('events'),
  },
  {
    name: 'a batch that is an object',
    path: '/v1/events/batch',
    body: { events: {} },
    status: 400,
    code: 'INVALID_TYPE',
    details: type('events', 'array', 'object'),
  },
  {
    name: 'a batch of 0',
    path: '/v1/events/batch',
    body: batchOf(0),
    status: 400,
    code: 'INVALID_REQUEST',
    details: oneTo100(0),
  },
  {
    name: 'a batch of 101',
    path: '/v1/events/batch',
    body: batchOf(101),
    status: 400,
    code: 'INVALID_REQUEST',
    details: oneTo100(101),
  },
  {
    name: 'a batch with one event that has no name',
    path: '/v1/events/batch',
    body: { events: [event, event, event, { user_id: 'u' }, event] },
    status: 400,
    code: 'MISSING_FIELD',
    details: missing('events[3].event_name'),
  },
  {
    name: 'a batch with one event that is none',
    path: '/v1/events/batch',
    body: { events: [event, 7] },
    status: 400,
    code: 'INVALID_TYPE',
    details: type('events[1]', 'object'),
  },
  {
    name: 'a batch with one $event_id that is empty',
    path: '/v1/events/batch',
    body: { events: [{ ...event, properties: { $event_id: '' } }] },
    status: 400,
    code: 'MISSING_FIELD',
    details: missing('events[0].properties.$event_id', 'must not be empty'),
  },

  // Users and aliases.
  {
    name: 'a user without an id',
    path: '/v1/users',
    body: { email: 'a@example.com' },
    status: 400,
    code: 'MISSING_FIELD',
    details: missing('user_id'),
  },
  {
    name: 'a number as phone',
    path: '/v1/users',
    body: { user_id: 'u', phone: 49 },
    status: 400,
    code: 'INVALID_TYPE',
    details: type('phone', 'string'),
  },
  {
    name: 'a number as email',
    path: '/v1/users',
    body: { user_id: 'u', email: 1 },
    status: 400,
    code: 'INVALID_TYPE',
    details: type('email', 'string'),
  },
  {
    name: 'a string as origin of a user',
    path: '/v1/users',
    body: { user_id: 'u', origin: 'ads' },
    status: 400,
    code: 'INVALID_TYPE',
    details: type('origin', 'object', 'string'),
  },
  {
    name: 'an alias without an id',
    path: '/v1/users/aliases',
    body: { user_id: 'u' },
    status: 400,
    code: 'MISSING_FIELD',
    details: missing('alias_id'),
  },
  {
    name: 'an alias of itself',
    path: '/v1/users/aliases',
    body: { user_id: 'u', alias_id: 'u' },
    status: 400,
    code: 'INVALID_REQUEST',
    details: { field: 'alias_id', issue: 'must differ from user_id' },
  },
  {
    name: 'an alias of a user nobody knows',
    path: '/v1/users/aliases',
    body: { user_id: 'nobody', alias_id: 'a' },
    status: 404,
    code: 'USER_NOT_FOUND',
    details: { user_id: 'nobody' },
  },

  // Who calls.
  {
    name: 'neither key nor origin',
    headers: key(/** @type {any} */ (undefined)),
    status: 401,
    code: 'MISSING_AUTH',
  },
  { name: 'another scheme', headers: key('Basic abc'), status: 401, code: 'MISSING_AUTH' },
  { name: 'an empty key', headers: key('Bearer '), status: 401, code: 'MISSING_AUTH' },
  { name: 'an unknown key', headers: key('Bearer sk_x'), status: 401, code: 'INVALID_API_KEY' },
  {
    name: 'an unknown key from an authorized page',
    headers: { ...key('Bearer sk_x'), origin: page },
    body: { ...event, app_id: 'demo' },
    status: 401,
    code: 'INVALID_API_KEY',
  },
  {
    name: 'a revoked key',
    headers: key('Bearer sk_revoked'),
    status: 401,
    code: 'REVOKED_API_KEY',
  },
  {
    name: 'a key without the permission',
    path: '/v1/users',
    body: { user_id: 'u' },
    headers: key('Bearer sk_events_only'),
    status: 403,
    code: 'INSUFFICIENT_PERMISSIONS',
    details: { required_permission: 'users:write', current_permissions: ['events:write'] },
  },
  {
    name: 'a key of another app than the body names',
    body: { ...event, app_id: 'shop' },
    status: 400,
    code: 'INVALID_REQUEST',
    details: { field: 'app_id', issue: 'names another app than the key does' },
  },
  {
    name: 'a page without an app',
    headers: from(page),
    status: 400,
    code: 'MISSING_FIELD',
    details: missing('app_id'),
  },
  {
    name: 'a page with a number as app',
    headers: from(page),
    body: { ...event, app_id: 1 },
    status: 400,
    code: 'INVALID_TYPE',
    details: type('app_id', 'string'),
  },
  {
    name: 'a page with an app nobody knows',
    headers: from(page),
    body: { ...event, app_id: 'nope' },
    status: 403,
    code: 'ORIGIN_NOT_AUTHORIZED',
    details: { origin: page, app_id: 'nope' },
  },
  {
    name: 'a page of another app',
    headers: from('https://shop.example'),
    body: { ...event, app_id: 'demo' },
    status: 403,
    code: 'ORIGIN_NOT_AUTHORIZED',
    details: { origin: 'https://shop.example', app_id: 'demo' },
  },
  {
    name: 'a page of nobody',
    headers: from('https://evil.example'),
    body: { ...event, app_id: 'demo' },
    status: 403,
    code: 'ORIGIN_NOT_AUTHORIZED',
    details: { origin: 'https://evil.example', app_id: 'demo' },
  },
  {
    name: 'an opaque origin',
    headers: from('null'),
    body: { ...event, app_id: 'demo' },
    status: 403,
    code: 'ORIGIN_NOT_AUTHORIZED',
    details: { origin: 'null', app_id: 'demo' },
  },

  // Where.
  {
    name: 'an unknown path',
    path: '/v1/event',
    status: 404,
    code: 'NOT_FOUND',
    details: { path: '/v1/event' },
  },
  {
    name: 'an unknown path with a body nobody reads',
    path: '/nowhere',
    headers: { 'content-type': 'text/plain' },
    body: 'x',
    status: 404,
    code: 'NOT_FOUND',
    details: { path: '/nowhere' },
  },
  {
    name: 'a path that ends in a slash',
    path: '/v1/events/',
    status: 404,
    code: 'NOT_FOUND',
    details: { path: '/v1/events/' },
  },
  {
    name: 'a path that is not one',
    path: '/v1/%zz',
    status: 400,
    code: 'INVALID_REQUEST',
    logged: false,
  },
  ...['GET', 'PUT', 'DELETE', 'PATCH'].map((method) => ({
    name: `${method} of a call`,
    method,
    body: undefined,
    headers: { 'content-type': undefined },
    status: /** @type {const} */ (405),
    code: 'METHOD_NOT_ALLOWED',
    details: { method, allowed: ['POST', 'OPTIONS'] },
  })),
  {
    name: 'POST of the live page',
    path: '/',
    status: 405,
    code: 'METHOD_NOT_ALLOWED',
    details: { method: 'POST', allowed: ['GET'] },
  },
];

for (const row of refusals) {
  const { name, path = '/v1/events', method, body, headers, status, code, details = {} } = row;
  test(`${name} is answered ${status} ${code}`, async (t) => {
    const { send, collector, reported } = await start(t);
    const sent = 'body' in row ? body : event;
    const answer = await send(path, sent, headers, method);
    assert.equal(answer.status, status);
    const { message, ...rest } = answer.body;
    assert.deepEqual(rest, { error: bad[status], code, details });
    assert.match(message, /\S.*\.$/);
    assert.match(answer.headers.get('content-type') ?? '', /^application\/json/);
    if (status === 401) assert.equal(answer.headers.get('www-authenticate'), 'Bearer');
    if (status === 405) assert.equal(answer.headers.get('allow'), details.allowed.join(', '));
    assert.deepEqual(reported, []);
    for (const table of /** @type {const} */ (['events', 'users', 'aliases', 'duplicates'])) {
      assert.equal(await collector.store.count(table, null), 0);
    }
    assert.deepEqual(
      (await collector.store.newest('requests', null, 9)).map((request) => request.status),
      row.logged === false ? [] : [status],
    );
  });
}

test('a HEAD request is answered 405', async (t) => {
  const { send } = await start(t);
  const { status, headers } = await send('/v1/events', undefined, {}, 'HEAD');
  assert.equal(status, 405);
  assert.equal(headers.get('allow'), 'POST, OPTIONS');
});

test('a body of exactly 1 MiB is accepted', async (t) => {
  const { send } = await start(t);
  const empty = JSON.stringify({ ...event, properties: { text: '' } });
  const text = 'x'.repeat(1024 * 1024 - empty.length);
  assert.equal((await send('/v1/events', { ...event, properties: { text } })).status, 200);
});

test('the four calls answer as documented', async (t) => {
  const { send } = await start(t);
  const id = (/** @type {string} */ kind) => new RegExp(`^${kind}_[0-9a-f]{32}$`);

  const single = await send('/v1/events', event);
  assert.equal(single.status, 200);
  assert.deepEqual(Object.keys(single.body), ['success', 'event_id', 'message']);
  assert.match(single.body.event_id, id('evt'));
  assert.equal(single.body.message, 'Event tracked successfully');

  const batch = await send('/v1/events/batch', batchOf(100));
  assert.equal(batch.status, 200);
  assert.deepEqual(batch.body, {
    success: true,
    processed_count: 100,
    message: '100 events tracked successfully',
  });

  const user = await send('/v1/users', { user_id: 'user_123' });
  assert.equal(user.status, 200);
  assert.match(user.body.user_id, id('usr'));
  assert.deepEqual(
    { ...user.body, user_id: '' },
    { success: true, user_id: '', external_id: 'user_123', message: 'User created successfully' },
  );

  const alias = await send('/v1/users/aliases', { user_id: 'user_123', alias_id: 'anon' });
  assert.equal(alias.status, 200);
  assert.deepEqual(alias.body, {
    success: true,
    alias_id: 'anon',
    user_id: 'user_123',
    message: 'Alias linked successfully',
  });
});

test('a page gets the same answers as a server', async (t) => {
  const { send, collector } = await start(t);
  for (const [path, body] of /** @type {[string, object][]} */ ([
    ['/v1/events', event],
    ['/v1/events/batch', batchOf(2)],
    ['/v1/users', { user_id: 'user_123' }],
    ['/v1/users/aliases', { user_id: 'user_123', alias_id: 'anon' }],
  ])) {
    const { status, body: answer } = await send(path, { ...body, app_id: 'demo' }, from(page));
    assert.equal(status, 200);
    assert.equal(answer.success, true);
  }
  assert.equal(await collector.store.count('events', 'demo'), 3);
});

test('fields nobody documented are ignored', async (t) => {
  const { send } = await start(t);
  assert.equal((await send('/v1/events', { ...event, colour: 'red', timestamp: 1 })).status, 200);
});

test('a media type with a charset is JSON all the same', async (t) => {
  const { send } = await start(t);
  const headers = { 'content-type': 'application/json; charset=utf-8' };
  assert.equal((await send('/v1/events', event, headers)).status, 200);
});
