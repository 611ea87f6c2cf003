/** `Appizer`: what each call sends, and what becomes of a mistake. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { Appizer } from '../../dist/server.mjs';
import { waitFor } from '../browser/harness/wait.mjs';

/** @type {{ url: string, headers: import('node:http').IncomingHttpHeaders, body: any }[]} */
let requests;
/** @type {(url: string, body: any) => { status: number, headers?: Record<string, string>, body?: string }} */
let answer;
const server = createServer(async (request, response) => {
  let text = '';
  for await (const part of request) text += part;
  const body = JSON.parse(text);
  requests.push({ url: request.url ?? '', headers: request.headers, body });
  const { status, headers = {}, body: said = '{"success":true}' } = answer(request.url ?? '', body);
  response.writeHead(status, headers).end(said);
});
/** @type {string} */
let apiBase;
/** @type {string} */
let folder;
before(async () => {
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const address = /** @type {import('node:net').AddressInfo} */ (server.address());
  apiBase = `http://127.0.0.1:${address.port}`;
  folder = mkdtempSync(join(tmpdir(), 'appizer-server-'));
});
after(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  requests = [];
  answer = () => ({ status: 200 });
});

/** @param {Partial<import('../../dist/server.mjs').AppizerOptions>} [more] */
const open = (more) => new Appizer({ apiKey: 'sk_1', apiBase, ...more });

const events = () => requests.flatMap(({ body }) => body.events ?? (body.event_name ? [body] : []));

test('the documented calls send what the API documents, with the key and without an app', async () => {
  const appizer = open();
  appizer.track({ event: 'purchase_completed', userId: 'user_1', properties: { amount: 29.99 } });
  appizer.identify({ userId: 'user_1', traits: { email: 'jane@example.com', plan: 'pro' } });
  appizer.alias({ userId: 'user_1', previousId: 'anonymous_1' });
  assert.deepEqual(await appizer.shutdown(), { delivered: 4, dropped: 0, pending: 0 });
  assert.ok(requests.every(({ headers }) => headers.authorization === 'Bearer sk_1'));
  assert.ok(requests.every(({ body }) => !('app_id' in body)));
  const [event] = events();
  assert.equal(event.event_name, 'purchase_completed');
  assert.equal(event.user_id, 'user_1');
  assert.equal(event.properties.amount, 29.99);
  assert.match(event.properties.$event_id, /^[\da-f-]{36}$/);
  assert.ok(!('ip' in event || 'ua' in event || '$session_id' in event.properties));
  assert.deepEqual(
    requests.filter(({ url }) => url.startsWith('/v1/users')).map(({ url, body }) => [url, body]),
    [
      ['/v1/users', { user_id: 'user_1', email: 'jane@example.com', properties: { plan: 'pro' } }],
      ['/v1/users', { user_id: 'user_1' }],
      ['/v1/users/aliases', { user_id: 'user_1', alias_id: 'anonymous_1' }],
    ],
  );
});

test('one client serves any number of users', async () => {
  const appizer = open();
  appizer.batchTrack([
    { event: 'plan_chosen', userId: 'user_1' },
    { event: 'plan_chosen', userId: 2 },
  ]);
  appizer.trackEvent('plan_chosen', { plan: 'pro' }, { userId: 'user_3' });
  await appizer.shutdown();
  assert.deepEqual(
    events().map(({ user_id }) => user_id),
    ['user_1', '2', 'user_3'],
  );
  assert.equal(requests.length, 1);
  assert.equal(requests[0]?.url, '/v1/events/batch');
});

test('facts of an event: time, address, user agent, session and view', async () => {
  const appizer = open();
  for (const timestamp of [new Date(0), '1970-01-01T00:00:00Z', 0]) {
    appizer.track({
      event: 'order_shipped',
      userId: 'user_1',
      timestamp,
      ip: '203.0.113.7',
      ua: 'Mozilla/5.0 "quoted"',
      sessionId: 'session_1',
      viewId: 'document.3',
    });
  }
  await appizer.shutdown();
  assert.equal(events().length, 3);
  for (const event of events()) {
    assert.deepEqual([event.ip, event.ua], ['203.0.113.7', 'Mozilla/5.0 "quoted"']);
    assert.equal(event.properties.$timestamp, '1970-01-01T00:00:00.000Z');
    assert.equal(event.properties.$session_id, 'session_1');
    assert.equal(event.properties.$view_id, 'document.3');
  }
});

test('a request’s visitor: from the cookies of the page’s SDK, in each form of a request', async () => {
  const appizer = open();
  const cookie =
    'theme=dark; appizer_user_id=user%201; appizer.1.0abcdefg.s=session_1%201763928000000';
  const headers = { cookie, 'user-agent': 'Firefox' };
  for (const request of [
    { headers, ip: '203.0.113.7' },
    { headers, socket: { remoteAddress: '::ffff:203.0.113.7' } },
    { headers: new Headers(headers), ip: '203.0.113.7' },
  ]) {
    const visitor = appizer.fromRequest(request);
    assert.deepEqual(
      [visitor.userId, visitor.sessionId, visitor.ip, visitor.ua],
      ['user 1', 'session_1', '203.0.113.7', 'Firefox'],
    );
    visitor.trackEvent('purchase_completed', { amount: 1 });
  }
  // A login is better known to the server.
  appizer.fromRequest({ headers }).trackEvent('purchase_completed', {}, { userId: 'user_2' });
  // Nobody is known: nothing is recorded.
  appizer.fromRequest({ headers: {} }).trackEvent('purchase_completed');
  await appizer.shutdown();
  assert.deepEqual(
    events().map(({ user_id, properties }) => [user_id, properties.$session_id]),
    [
      ['user 1', 'session_1'],
      ['user 1', 'session_1'],
      ['user 1', 'session_1'],
      ['user_2', 'session_1'],
    ],
  );
});

test('a request’s visitor: from the header of the page’s SDK, which says the view as well', async () => {
  const appizer = open();
  const cookie = 'appizer_user_id=old; appizer.1.0abcdefg.s=old_session%201763928000000';
  const said = (/** @type {string} */ value) =>
    appizer.fromRequest({ headers: { cookie, 'appizer-visitor': value } });
  said('user%201 session_1 document.3').trackEvent('purchase_completed');
  // A session that has ended has no id, and its cookie says less.
  said('user%201  ').trackEvent('purchase_completed');
  // None of ours, or not readable: the cookies count.
  for (const value of [
    '',
    'user',
    ' session_1 document.3',
    '%E0%A4%A a b',
    `${'x'.repeat(3000)} a b`,
  ]) {
    assert.equal(said(value).userId, 'old', value);
    assert.equal(said(value).viewId, undefined, value);
  }
  await appizer.shutdown();
  assert.deepEqual(
    events().map(({ user_id, properties }) => [
      user_id,
      properties.$session_id,
      properties.$view_id,
    ]),
    [
      ['user 1', 'session_1', 'document.3'],
      ['user 1', undefined, undefined],
    ],
  );
});

test('mistakes: a sentence each in debug, never an exception', async (t) => {
  /** @type {string[]} */
  const said = [];
  t.mock.method(console, 'info', (/** @type {string} */ sentence) => said.push(sentence));
  /** @type {any} */
  const appizer = open({ debug: true, fsync: /** @type {any} */ ('often') });
  appizer.track({ event: ' ', userId: 'user_1' });
  appizer.track({ event: 'plan_chosen' });
  appizer.track({ event: 'plan_chosen', userId: 'undefined' });
  appizer.track({ event: 'plan_chosen', userId: 'user_1', properties: 'pro' });
  appizer.track({ event: 'plan_chosen', userId: 'user_1', timestamp: 'yesterday' });
  appizer.track();
  appizer.batchTrack({});
  appizer.identify({ userId: 'user_1', traits: 'pro' });
  appizer.alias({ userId: 'user_1' });
  appizer.identify();
  appizer.fromRequest();
  await appizer.shutdown();
  appizer.track({ event: 'plan_chosen', userId: 'user_1' });
  /** @type {any} */ (new Appizer(/** @type {any} */ ({ debug: true }))).shutdown();
  const text = said.join('\n');
  for (const part of [
    'fsync is "always"',
    'needs a name',
    'given the user id ""',
    'given the user id "undefined"',
    'properties of "plan_chosen" are not an object',
    'timestamp "yesterday" is no time',
    'batchTrack needs an array',
    'identify needs traits',
    'fromRequest was given no request',
    'track does nothing, as the client has ended',
    'needs an apiKey',
  ]) {
    assert.ok(text.includes(part), `${part} in\n${text}`);
  }
  assert.equal(events().length, 2);
});

test('an outage: what was tracked is delivered once, when the API is back', async () => {
  let down = true;
  answer = () => (down ? { status: 503, headers: { 'retry-after': '1' } } : { status: 200 });
  const appizer = open({ dir: join(folder, 'outage') });
  appizer.track({ event: 'plan_chosen', userId: 'user_1' });
  const { pending } = await appizer.flush();
  assert.equal(pending, 1);
  down = false;
  requests = [];
  await waitFor(() => requests.length > 0, { timeout: 60_000, what: 'another attempt' });
  const { dropped, pending: left } = await appizer.shutdown();
  assert.deepEqual([dropped, left], [0, 0]);
  assert.equal(events().length, 1);
});

test('an event that the API refuses is reported, and the others arrive', async () => {
  answer = (_url, body) => {
    const bad = (body.events ?? [body]).some(
      (/** @type {any} */ { event_name }) => event_name === 'bad_event',
    );
    return { status: bad ? 400 : 200, body: bad ? '{"error":"Bad Request"}' : undefined };
  };
  /** @type {any[]} */
  const reports = [];
  const appizer = open({ onError: (report) => reports.push(report) });
  for (const event of ['plan_chosen', 'bad_event', 'order_placed']) {
    appizer.track({ event, userId: 'user_1' });
  }
  await appizer.flush();
  await waitFor(() => reports.length > 0, { timeout: 60_000, what: 'the report' });
  await appizer.shutdown();
  assert.deepEqual(
    reports.map(({ reason, status, count }) => [reason, status, count]),
    [['refused', 400, 1]],
  );
  const arrived = requests.filter(({ body }) => answer('', body).status === 200);
  const names = arrived.flatMap(({ body }) => body.events ?? [body]).map((one) => one.event_name);
  assert.deepEqual(names.sort(), ['order_placed', 'plan_chosen']);
});

test('apps with different keys share a folder, and each sends its own', async () => {
  const dir = join(folder, 'shared');
  for (const apiKey of ['sk_1', 'sk_2']) {
    const down = open({ apiKey, dir });
    answer = () => ({ status: 503 });
    down.track({ event: 'plan_chosen', userId: apiKey });
    await down.shutdown();
  }
  answer = () => ({ status: 200 });
  requests = [];
  const appizer = open({ apiKey: 'sk_2', dir });
  await waitFor(() => events().length > 0, { timeout: 60_000, what: 'its own event' });
  await appizer.shutdown();
  assert.deepEqual(
    requests.map(({ headers, body }) => [headers.authorization, body.user_id]),
    [['Bearer sk_2', 'sk_2']],
  );
});

test('the folder is the owner’s alone, and empty when all is delivered', async () => {
  const dir = join(folder, 'private');
  const appizer = open({ dir, fsync: 'always' });
  appizer.track({ event: 'plan_chosen', userId: 'user_1' });
  assert.equal(statSync(dir).mode & 0o077, 0);
  for (const name of readdirSync(dir).filter((one) => one !== 'locks')) {
    assert.equal(statSync(join(dir, name)).mode & 0o077, 0, name);
  }
  await appizer.shutdown();
  assert.deepEqual(readdirSync(dir), ['locks']);
  assert.deepEqual(readdirSync(join(dir, 'locks')), []);
});

test('a folder that cannot be written: events are sent from memory', async () => {
  const file = join(folder, 'file');
  writeFileSync(file, '');
  const appizer = open({ dir: join(file, 'queue') });
  appizer.track({ event: 'plan_chosen', userId: 'user_1' });
  await appizer.shutdown();
  assert.equal(events().length, 1);
});
