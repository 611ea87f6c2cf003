// @ts-check
/** What a hostile page, a careless client or a full disk must not be able to do. */
import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { test } from 'node:test';
import { DatabaseSync } from '@photostructure/sqlite';
import { matchesOrigin, parseDomain } from '../../examples/collector/origins.mjs';
import { config, event, from, page, start, temporaryFile } from './support.mjs';

/** @param {string} address @param {string} path */
const get = async (address, path) => {
  const response = await fetch(address + path);
  return { status: response.status, text: await response.text() };
};

/**
 * A GET with headers that `fetch` does not let anyone set, as a browser sends them.
 *
 * @param {string} address @param {string} path @param {Record<string, string>} headers
 * @returns {Promise<number>}
 */
const statusOf = (address, path, headers) =>
  new Promise((resolve, reject) => {
    const call = httpRequest(address + path, { headers }, (answer) => {
      answer.destroy();
      resolve(answer.statusCode ?? 0);
    });
    call.on('error', reject).end();
  });

/** @param {string} address @param {string} text @returns {Promise<string>} what the server answers */
const raw = (address, text) =>
  new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(address).port), '127.0.0.1', () => socket.write(text));
    let answer = '';
    socket.setEncoding('utf8').on('data', (part) => {
      answer += part;
    });
    socket.on('close', () => resolve(answer)).on('error', reject);
  });

/** Rows as an earlier run left them. @param {string} db @param {number} count */
function fill(db, count) {
  const other = new DatabaseSync(db);
  const insert = other.prepare(`
    INSERT INTO events (event_id, app_id, event_name, user_id, properties, request_id, received_at)
    VALUES (?, 'demo', 'e', 'u', '{}', 'req_0', '2026-01-01T00:00:00.000Z')`);
  other.exec('BEGIN');
  for (let i = 0; i < count; i += 1) insert.run(`evt_${i}`);
  other.exec('COMMIT');
  other.close();
}

test('NUL and lone surrogates are refused by the name of their field, in every text column', async (t) => {
  const { send, collector } = await start(t);
  const bad = ['n\0A', '\ud800', 'x\udc00y'];
  /** @type {[string, (text: string) => object, string][]} */
  const columns = [
    ['/v1/events', (text) => ({ ...event, event_name: text }), 'event_name'],
    ['/v1/events', (text) => ({ ...event, user_id: text }), 'user_id'],
    ['/v1/events', (text) => ({ ...event, ua: text }), 'ua'],
    ['/v1/events', (text) => ({ ...event, ip: text }), 'ip'],
    [
      '/v1/events',
      (text) => ({ ...event, properties: { $event_id: text } }),
      'properties.$event_id',
    ],
    [
      '/v1/events/batch',
      (text) => ({ events: [event, { ...event, user_id: text }] }),
      'events[1].user_id',
    ],
    ['/v1/users', (text) => ({ user_id: text }), 'user_id'],
    ['/v1/users', (text) => ({ user_id: 'u', email: text }), 'email'],
    ['/v1/users', (text) => ({ user_id: 'u', phone: text }), 'phone'],
    ['/v1/users/aliases', (text) => ({ user_id: 'u', alias_id: text }), 'alias_id'],
    ['/v1/events', (text) => ({ ...event, app_id: text }), 'app_id'],
  ];
  for (const [path, body, field] of columns) {
    for (const text of bad) {
      const headers = field === 'app_id' ? from(page) : {};
      const answer = await send(path, body(text), headers);
      assert.equal(answer.status, 400, `${path} ${field}`);
      assert.equal(answer.body.details.field, field);
    }
  }
  assert.equal(collector.store.count('events', null), 0);
});

test('properties keep NUL and lone surrogates whole', async (t) => {
  const { send, collector } = await start(t);
  const properties = { text: 'a\0b', odd: '\ud800', 'na\0me': 1 };
  assert.equal((await send('/v1/events', { ...event, properties })).status, 200);
  assert.deepEqual(collector.store.newest('events', null, 1)[0]?.properties, properties);
});

test('event ids that differ only behind a NUL are never taken for copies', async (t) => {
  const { send, collector } = await start(t);
  const ids = ['n', 'n\0A', 'n\0B'];
  for (const $event_id of ids) await send('/v1/events', { ...event, properties: { $event_id } });
  assert.equal(collector.store.count('events', null), 1);
  assert.equal(collector.store.count('duplicates', null), 0);
});

test('a number that JSON can write but no double can hold is refused', async (t) => {
  const { send } = await start(t);
  const answer = await send(
    '/v1/events',
    '{"event_name":"e","user_id":"u","properties":{"a":[{"b":1e999}]}}',
  );
  assert.equal(answer.status, 400);
  assert.equal(answer.body.details.field, 'properties.a[0].b');
  assert.equal((await send('/v1/users', '{"user_id":"u","properties":{"a":-1e999}}')).status, 400);
});

test('only the collector’s own pages may look inside; any page may call the API', async (t) => {
  const { address } = await start(t);
  const inside = ['/live', '/debug/events', '/debug/requests', '/page/live.mjs', '/healthz'];
  for (const path of inside) {
    for (const site of ['cross-site', 'same-site']) {
      assert.equal(await statusOf(address, path, { 'sec-fetch-site': site }), 403, path);
    }
    assert.equal(await statusOf(address, path, { origin: 'https://evil.example' }), 403, path);
    assert.equal(await statusOf(address, path, { 'sec-fetch-site': 'same-origin' }), 200, path);
    assert.equal(await statusOf(address, path, { origin: address }), 200, path);
  }
  // A link to the live page is a link like any other.
  const link = {
    'sec-fetch-site': 'cross-site',
    'sec-fetch-mode': 'navigate',
    'sec-fetch-dest': 'document',
  };
  assert.equal(await statusOf(address, '/', link), 200);
  assert.equal(await statusOf(address, '/', { ...link, 'sec-fetch-dest': 'iframe' }), 403);
  assert.equal(await statusOf(address, '/debug/events', link), 403);
});

test('looking inside is capped in rows and in bytes, and says so', async (t) => {
  const { send, address } = await start(t);
  const tooMany = await get(address, '/debug/events?limit=999999999');
  assert.equal(tooMany.status, 400);
  assert.match(tooMany.text, /at most 10000/);
  const big = { ...event, properties: { text: 'x'.repeat(900_000) } };
  for (let i = 0; i < 24; i += 1) await send('/v1/events', big);
  await send('/v1/events', { ...event, event_name: 'the_last' });
  const { text } = await get(address, '/debug/events?limit=10000');
  const answer = JSON.parse(text);
  assert.equal(answer.total, 25);
  assert.ok(text.length < 17_000_000, `${text.length}`);
  assert.equal(answer.truncated, true);
  // The newest are the ones that are shown.
  assert.equal(answer.events.at(-1).event_name, 'the_last');
  assert.ok(answer.events.length < 25);
});

test('a long listing lets other requests through', async (t) => {
  const { db, address, send } = await start(t);
  fill(db, 20_000);
  const listing = get(address, '/debug/events?limit=10000');
  const order = await Promise.race([
    listing.then(() => 'listing'),
    send('/v1/events', event).then(() => 'event'),
  ]);
  assert.equal(order, 'event');
  assert.equal(JSON.parse((await listing).text).events.length, 10_000);
});

test('another process that locks the database costs a pause and a 503, not a frozen server', async (t) => {
  const { db, send, address, reported } = await start(t, { longestLockMs: 300 });
  const other = new DatabaseSync(db);
  t.after(() => other.close());
  other.exec('BEGIN IMMEDIATE');
  const posted = send('/v1/events', event);
  assert.equal((await get(address, '/healthz')).status, 200);
  const refused = await posted;
  assert.equal(refused.status, 503);
  assert.equal(refused.body.code, 'STORE_UNAVAILABLE');
  assert.ok(Number(refused.headers.get('retry-after')) >= 1);
  assert.equal((await get(address, '/readyz')).status, 503);
  other.exec('ROLLBACK');
  assert.equal((await send('/v1/events', event)).status, 200);
  assert.equal((await get(address, '/readyz')).status, 200);
  assert.deepEqual(reported, []);
});

test('a lock that is released in time costs nothing but time', async (t) => {
  const { db, send } = await start(t, { longestLockMs: 5000 });
  const other = new DatabaseSync(db);
  t.after(() => other.close());
  other.exec('BEGIN IMMEDIATE');
  const posted = send('/v1/events', event);
  setTimeout(() => other.exec('ROLLBACK'), 100);
  assert.equal((await posted).status, 200);
});

test('a full disk is a 503 that asks to come back, and not ready', async (t) => {
  const { send, address, db } = await start(t, { maxBytes: 400_000 });
  const large = { ...event, properties: { text: 'x'.repeat(60_000) } };
  let answer = await send('/v1/events', large);
  for (let i = 0; i < 10 && answer.status === 200; i += 1) answer = await send('/v1/events', large);
  assert.equal(answer.status, 503);
  assert.equal(answer.body.code, 'STORE_UNAVAILABLE');
  assert.equal((await get(address, '/healthz')).status, 200);
  assert.equal((await get(address, '/readyz')).status, 503);
  const other = new DatabaseSync(db);
  other.exec('DELETE FROM events');
  other.close();
  assert.equal((await send('/v1/events', event)).status, 200);
  assert.equal((await get(address, '/readyz')).status, 200);
});

test('a watcher is sent a bounded snapshot, however large the events are', async (t) => {
  const { send, address } = await start(t);
  const big = { ...event, properties: { text: 'x'.repeat(900_000), page: '/here' } };
  for (let i = 0; i < 8; i += 1) await send('/v1/events', big);
  const abort = new AbortController();
  t.after(() => abort.abort());
  const { body } = await fetch(`${address}/live`, { signal: abort.signal });
  assert.ok(body);
  let text = '';
  for await (const part of body.pipeThrough(new TextDecoderStream())) {
    text += part;
    if (text.includes('\n\n')) break;
  }
  assert.ok(text.length < 1_100_000, `${text.length}`);
  const snapshot = JSON.parse(/data: (.*)\n/.exec(text)?.[1] ?? '');
  assert.equal(snapshot.events.length, 8);
  assert.equal(snapshot.events[0].properties, null);
  assert.ok(snapshot.events[0].properties_bytes > 900_000);
});

test('a user record has an upper bound, and what would exceed it is refused by name', async (t) => {
  const { send, collector } = await start(t);
  const many = (/** @type {number} */ round) =>
    Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`k${round}_${i}`, 'x'.repeat(2000)]));
  let status = 200;
  let rounds = 0;
  /** @type {any} */
  let body;
  while (status === 200 && rounds < 100) {
    ({ status, body } = await send('/v1/users', { user_id: 'u', properties: many(rounds) }));
    rounds += 1;
  }
  assert.equal(status, 400);
  assert.equal(body.details.field, 'properties');
  assert.match(body.message, /100000/);
  const [user] = collector.store.newest('users', null, 1);
  assert.ok(JSON.stringify(user?.properties).length <= 100_000);
  // What fits is still taken.
  assert.equal((await send('/v1/users', { user_id: 'u', email: 'a@example.com' })).status, 200);
});

test('a stranger is answered 429 in the end, and cannot fill the disk', async (t) => {
  const strict = { ...config, rate_limits: { strangers: 20 } };
  const { send, collector } = await start(t, { config: strict });
  const path = `/v1/${'x'.repeat(8000)}`;
  /** @type {number[]} */
  const statuses = [];
  for (let i = 0; i < 40; i += 1) {
    statuses.push((await send(path, event, { authorization: undefined })).status);
  }
  assert.equal(statuses[0], 404);
  assert.equal(statuses.at(-1), 429);
  assert.equal(collector.store.count('requests', null), 20);
  const [stored] = collector.store.newest('requests', null, 1);
  assert.ok(String(stored?.path).length <= 500);
  // A caller with a key is no stranger.
  assert.equal((await send('/v1/events', event)).status, 200);
});

test('refused requests are bounded in all', async (t) => {
  const { send, collector } = await start(t, { mostRefused: 50 });
  for (let i = 0; i < 120; i += 1) await send('/v1/events', { bad: i });
  await send('/v1/events', event);
  const rows = collector.store.newest('requests', null, 1000);
  assert.ok(rows.length <= 101, `${rows.length}`);
  assert.equal(rows.at(-1)?.status, 200);
});

test('a client that hangs up in the middle of its body is not our failure', async (t) => {
  const { address, reported, collector } = await start(t);
  await new Promise((resolve) => {
    const socket = connect(Number(new URL(address).port), '127.0.0.1', () => {
      socket.write(
        'POST /v1/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer sk_test_demo\r\n' +
          'Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"event_name":',
        () => setTimeout(() => socket.destroy(), 50),
      );
    });
    socket.on('close', resolve);
  });
  for (let i = 0; i < 200 && collector.store.count('requests', null) === 0; i += 1) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assert.deepEqual(reported, []);
  assert.equal(collector.store.newest('requests', null, 1)[0]?.status, 499);
});

test('a path is the same path however it is written', async (t) => {
  const { send, collector } = await start(t);
  const { status, headers } = await send('/v1/%65vents', event);
  assert.equal(status, 200);
  assert.ok(headers.get('x-ratelimit-limit'));
  assert.equal(collector.store.newest('requests', null, 1)[0]?.path, '/v1/events');
});

test('what is not even HTTP is answered in the documented shape', async (t) => {
  const { address } = await start(t);
  const malformed = await raw(address, 'POST /v1/events HTTP/1.1\r\nHost localhost\r\n\r\n');
  assert.match(malformed, /^HTTP\/1\.1 400 /);
  assert.match(malformed, /"code":"INVALID_REQUEST"/);
  const large = await raw(
    address,
    `GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(40_000)}\r\n\r\n`,
  );
  assert.match(large, /^HTTP\/1\.1 431 /);
  assert.match(large, /"code":"HEADERS_TOO_LARGE"/);
});

test('a Content-Encoding of identity is none, in any case', async (t) => {
  const { send } = await start(t);
  for (const encoding of ['identity', 'Identity', 'IDENTITY']) {
    assert.equal((await send('/v1/events', event, { 'content-encoding': encoding })).status, 200);
  }
  assert.equal((await send('/v1/events', event, { 'content-encoding': 'gzip' })).status, 415);
});

test('ip has to be an address and ua a short text', async (t) => {
  const { send, collector } = await start(t);
  for (const ip of ['192.168.1.1', '2001:db8::1', '']) {
    assert.equal((await send('/v1/events', { ...event, ip })).status, 200, ip);
  }
  for (const ip of ['999.1.1.1', '<script>', '10.0.0.1, 10.0.0.2']) {
    const { status, body } = await send('/v1/events', { ...event, ip });
    assert.equal(status, 400, ip);
    assert.equal(body.details.field, 'ip');
  }
  // A page can only claim an address; its connection shows it.
  const claimed = { ...event, app_id: 'demo', ip: '8.8.8.8' };
  assert.equal((await send('/v1/events', claimed, from(page))).status, 200);
  assert.equal(collector.store.newest('events', null, 1)[0]?.ip, '127.0.0.1');
  const { status, body } = await send('/v1/events', { ...event, ua: 'x'.repeat(2000) });
  assert.equal(status, 400);
  assert.equal(body.details.field, 'ua');
});

test('nobody else on the machine can read the database', async (t) => {
  const db = temporaryFile(t);
  const { send } = await start(t, { db });
  await send('/v1/events', event);
  for (const file of [db, `${db}-wal`]) assert.equal(statSync(file).mode & 0o777, 0o600, file);
});

test('an empty label is no subdomain', () => {
  const domain = /** @type {import('../../examples/collector/origins.mjs').Domain} */ (
    parseDomain('*.example.org')
  );
  assert.equal(matchesOrigin([domain], 'http://.example.org'), false);
  assert.equal(matchesOrigin([domain], 'http://..example.org'), false);
  assert.equal(matchesOrigin([domain], 'http://a.example.org'), true);
});
