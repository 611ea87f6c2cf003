/** Requests: what counts as an answer, and how much of one is read. */
import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { nodeHost } from '../../dist/index.mjs';

const URL_OF_EVENTS = 'https://api.example/v1/events';
const { fetch } = globalThis;
afterEach(() => {
  globalThis.fetch = fetch;
});

/** What a host makes of a response. @param {(signal: AbortSignal) => any} respond */
function answerTo(respond) {
  globalThis.fetch = async (_, init) => respond(/** @type {any} */ (init).signal);
  return new Promise((resolve) => {
    nodeHost().send({ url: URL_OF_EVENTS, body: '{}', keepalive: false, leaving: false }, resolve);
  });
}

/** @param {Response} response @param {string} url */
const from = (response, url) => Object.defineProperty(response, 'url', { value: url });

/** A body that never ends. @param {string} [text] */
const endless = (text = '') =>
  new ReadableStream({
    start: (controller) => controller.enqueue(new TextEncoder().encode(text)),
  });

test('a page from a service worker’s cache is no answer of the server', async () => {
  const { status } = await answerTo(() =>
    from(new Response('offline'), 'https://shop.example/offline.html'),
  );
  assert.equal(status, 0);
});

test('an answer from the request’s own URL counts, and one that a script made', async () => {
  for (const url of [URL_OF_EVENTS, '']) {
    const { status } = await answerTo(() => from(new Response('{}', { status: 202 }), url));
    assert.equal(status, 202);
  }
});

test('a URL is compared as the browser writes it', async () => {
  globalThis.fetch = async () => from(new Response('{}'), 'https://api.example/v1/events');
  const { status } = await new Promise((resolve) => {
    const url = 'HTTPS://API.example:443/v1/events';
    nodeHost().send({ url, body: '{}', keepalive: false, leaving: false }, resolve);
  });
  assert.equal(status, 200);
});

test('a 2xx is an answer although its body never ends, and the body is read no further', async () => {
  let cancelled = false;
  const body = new ReadableStream({
    pull: (controller) => controller.enqueue(new Uint8Array(1024)),
    cancel: () => {
      cancelled = true;
    },
  });
  const { status } = await answerTo(() => new Response(body));
  assert.equal(status, 200);
  for (let turns = 0; !cancelled && turns < 1000; ++turns) await null;
  assert.ok(cancelled);
});

test('the body of a refusal is read as far as 8 KB', async () => {
  const body = new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode('{"details":{"retry_after":5}}'));
    },
    pull: (controller) => controller.enqueue(new Uint8Array(1 << 20).fill(32)),
  });
  const answer = await answerTo(() => new Response(body, { status: 429 }));
  assert.equal(answer.status, 429);
  assert.equal(answer.body.length, 8192);
  assert.ok(answer.body.startsWith('{"details":{"retry_after":5}}'));
});

test('a refusal whose body never ends is an answer all the same', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { nodeHost: fresh } = await import(`../../dist/index.mjs?${'timers'}`);
  globalThis.fetch = async () => new Response(endless('{"a":1}'), { status: 503 });
  /** @type {Promise<any>} */
  const answered = new Promise((resolve) => {
    fresh().send({ url: URL_OF_EVENTS, body: '{}', keepalive: false, leaving: false }, resolve);
  });
  await new Promise((resolve) => setImmediate(resolve));
  t.mock.timers.tick(5000);
  const { status, body } = await answered;
  assert.deepEqual([status, body], [503, '{"a":1}']);
});

test('a body that breaks off leaves the status', async () => {
  const body = new ReadableStream({
    pull: (controller) => controller.error(new Error('reset')),
  });
  assert.equal((await answerTo(() => new Response(body, { status: 503 }))).status, 503);
});

const now = () => Date.now() / 1000;
/** @type {[string, Record<string, string>, (answer: any) => void][]} */
const waits = [
  ['seconds', { 'retry-after': '12' }, ({ retryAfter }) => assert.equal(retryAfter, 12)],
  [
    'no number',
    { 'retry-after': 'Infinity' },
    ({ retryAfter }) => assert.ok(Number.isNaN(retryAfter)),
  ],
  [
    'no decimal',
    { 'retry-after': '0x10' },
    ({ retryAfter }) => assert.ok(Number.isNaN(retryAfter)),
  ],
  [
    'a date, by the server’s own clock',
    { 'retry-after': 'Wed, 21 Oct 2026 07:28:05 GMT', date: 'Wed, 21 Oct 2026 07:28:00 GMT' },
    ({ retryAfter }) => assert.equal(retryAfter, 5),
  ],
  [
    'a date without another',
    { 'retry-after': 'Wed, 21 Oct 2026 07:28:05 GMT' },
    ({ retryAfter, retryAt }) => {
      assert.ok(Number.isNaN(retryAfter));
      assert.equal(retryAt, Date.parse('2026-10-21T07:28:05Z') / 1000);
    },
  ],
  [
    'an endless reset',
    { 'x-ratelimit-reset': 'Infinity' },
    ({ reset }) => assert.ok(Number.isNaN(reset)),
  ],
  [
    'a reset',
    { 'x-ratelimit-reset': String(Math.ceil(now())) },
    ({ reset }) => assert.ok(reset > now() - 60),
  ],
];
for (const [what, headers, check] of waits) {
  test(`retry headers: ${what}`, async () => {
    check(await answerTo(() => new Response('', { status: 429, headers })));
  });
}

test('requests go through the fetch of the moment', async () => {
  const host = nodeHost();
  /** @type {string[]} */
  const seen = [];
  for (const name of ['first', 'second']) {
    globalThis.fetch = async () => {
      seen.push(name);
      return new Response('{}');
    };
    await new Promise((resolve) => {
      host.send({ url: URL_OF_EVENTS, body: '{}', keepalive: false, leaving: false }, resolve);
    });
  }
  assert.deepEqual(seen, ['first', 'second']);
});
