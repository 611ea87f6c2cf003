// @ts-check
/** The live page: what it receives, and that no received text can act in it. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { test } from 'node:test';
import { event, start } from './support.mjs';

/** @param {import('node:test').TestContext} t @param {string} address */
async function listen(t, address) {
  const stop = new AbortController();
  t.after(() => stop.abort());
  const response = await fetch(`${address}/live`, { signal: stop.signal });
  assert.equal(response.headers.get('content-type'), 'text/event-stream');
  assert.ok(response.body);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';

  return {
    /** @returns {Promise<{ name: string, data: any } | null>} null at the end of the stream */
    async next() {
      for (;;) {
        const found = /event: (.*)\ndata: (.*)\n\n/.exec(text);
        if (found?.[2]) {
          text = text.slice(found.index + found[0].length);
          return { name: found[1] ?? '', data: JSON.parse(found[2]) };
        }
        const { value, done } = await reader.read();
        if (done) return null;
        text += value;
      }
    },
  };
}

test('a page is shown what is there, then what comes, and the end', async (t) => {
  const { send, address, collector } = await start(t);
  await send('/v1/events', { ...event, properties: { n: 1 } });
  await send('/v1/users', { user_id: 'user_123', email: 'ada@example.com' });

  const { next } = await listen(t, address);
  const snapshot = await next();
  assert.equal(snapshot?.name, 'snapshot');
  assert.deepEqual(snapshot?.data.apps, [
    { app_id: 'demo', website_url: null },
    { app_id: 'shop', website_url: null },
  ]);
  assert.deepEqual(snapshot?.data.events[0].properties, { n: 1 });
  assert.equal(snapshot?.data.users[0].email, 'ada@example.com');
  assert.deepEqual(snapshot?.data.aliases, []);

  const { body } = await send('/v1/events', { ...event, properties: { n: 2 } });
  const changes = await next();
  assert.equal(changes?.name, 'changes');
  const { received_at, ...told } = changes?.data.events[0] ?? {};
  assert.match(received_at, /^\d{4}-.*Z$/);
  const { event_id } = body;
  assert.deepEqual(told, {
    ...event,
    event_id,
    app_id: 'demo',
    properties: { n: 2 },
    plan_issues: null,
  });

  await send('/v1/users', { user_id: 'user_123', properties: { plan: 'premium' } });
  assert.deepEqual((await next())?.data.users[0].properties, { plan: 'premium' });
  await send('/v1/users/aliases', { user_id: 'user_123', alias_id: 'anon' });
  assert.deepEqual((await next())?.data.aliases, [
    { app_id: 'demo', user_id: 'user_123', alias_id: 'anon' },
  ]);

  await collector.close();
  assert.equal(await next(), null);
});

test('a duplicate is not sent to pages, and neither is a refused event', async (t) => {
  const { send, address } = await start(t);
  const { next } = await listen(t, address);
  await next();
  const copy = { ...event, properties: { $event_id: 'once' } };
  await send('/v1/events', copy);
  await send('/v1/events', copy);
  await send('/v1/events', {});
  await send('/v1/events', { ...event, event_name: 'last' });
  /** @type {string[]} */
  const names = [];
  while (!names.includes('last')) {
    for (const { event_name } of (await next())?.data.events ?? []) names.push(event_name);
  }
  assert.deepEqual(names, [event.event_name, 'last']);
});

test('every page receives changes, and a closed one is forgotten', async (t) => {
  const { send, address } = await start(t);
  const pages = await Promise.all([listen(t, address), listen(t, address)]);
  for (const { next } of pages) await next();
  await send('/v1/events', event);
  for (const { next } of pages) {
    assert.equal((await next())?.data.events[0].event_name, event.event_name);
  }
});

test('the page and its parts are served, with a policy that lets only them act', async (t) => {
  const { address } = await start(t);
  const types = {
    '/': 'text/html',
    '/page/live.css': 'text/css',
    '/page/live.mjs': 'text/javascript',
    '/page/rows.mjs': 'text/javascript',
    '/page/views.mjs': 'text/javascript',
    '/page/chart.mjs': 'text/javascript',
  };
  for (const [path, type] of Object.entries(types)) {
    const { status, headers } = await fetch(address + path);
    assert.equal(status, 200);
    assert.equal(headers.get('content-type'), `${type}; charset=utf-8`);
    assert.equal(headers.get('x-content-type-options'), 'nosniff');
    const policy = headers.get('content-security-policy') ?? '';
    assert.match(policy, /default-src 'none'; script-src 'self'; style-src 'self'/);
    assert.doesNotMatch(policy, /unsafe/);
  }
});

test('what others sent reaches the page as text only', () => {
  const read = (/** @type {string} */ name) =>
    readFileSync(new URL(`../../examples/collector/page/${name}`, import.meta.url), 'utf8');
  const script = ['live.mjs', 'rows.mjs', 'views.mjs', 'chart.mjs'].map(read).join('');
  assert.match(script, /\.textContent = text;/);
  const markup =
    /innerHTML|outerHTML|insertAdjacent|document\.write|DOMParser|setHTML|srcdoc|eval\(/;
  assert.doesNotMatch(script, markup);
  const html = read('live.html');
  assert.doesNotMatch(html, /<script(?![^>]*\bsrc=)|\son\w+=|\sstyle=|javascript:/i);
});

/** fetch does not let a Host header be chosen. @param {string} url @param {string} host */
const statusAs = (url, host) =>
  new Promise((resolve, reject) => {
    const sent = request(url, { headers: { host } }, (response) => {
      response.destroy();
      resolve(response.statusCode);
    });
    sent.on('error', reject).end();
  });

test('only requests with the name of this machine as Host are answered', async (t) => {
  const { address } = await start(t);
  const paths = ['/', '/live', '/page/live.mjs', '/healthz', '/debug/events', '/debug/requests'];
  for (const path of paths) {
    for (const host of ['localhost', 'LOCALHOST:1', '127.0.0.1:8787', '[::1]:1', 'a.localhost']) {
      assert.equal(await statusAs(address + path, host), 200, `${path} as ${host}`);
    }
    for (const host of ['rebound.example', 'localhost.evil.example', '127.0.0.1.evil.example']) {
      assert.equal(await statusAs(address + path, host), 403, `${path} as ${host}`);
    }
  }
});

test('the tables can be read as JSON, by app and only the newest', async (t) => {
  const { send, address } = await start(t);
  await send('/v1/events', event);
  await send('/v1/events', { ...event, event_name: 'second' });
  await send('/v1/events', event, { authorization: 'Bearer sk_shop' });
  await send('/v1/events', {});
  const get = async (/** @type {string} */ path) => (await fetch(address + path)).json();

  assert.equal((await get('/debug/events')).total, 3);
  const demo = await get('/debug/events?app_id=demo&limit=1');
  assert.equal(demo.total, 2);
  assert.deepEqual(
    demo.events.map((/** @type {any} */ row) => row.event_name),
    ['second'],
  );
  assert.deepEqual((await get('/debug/events?app_id=nope')).events, []);
  const { requests } = await get('/debug/requests');
  assert.deepEqual(
    requests.map((/** @type {any} */ row) => [row.status, row.events]),
    [
      [200, 1],
      [200, 1],
      [200, 1],
      [400, 0],
    ],
  );
  for (const table of ['users', 'aliases', 'duplicates']) {
    assert.deepEqual(await get(`/debug/${table}`), { total: 0, [table]: [] });
  }
  assert.equal((await get('/debug/events?limit=all')).code, 'INVALID_REQUEST');
  assert.deepEqual(await get('/healthz'), { ok: true });
});
