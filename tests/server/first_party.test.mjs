/** The API and the script from the site's own domain, in front of the collector. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import Fastify from 'fastify';
import { firstParty, firstPartyMiddleware, renewIdCookie } from '../../dist/server.mjs';
import { createCollector } from '../../examples/collector/server.mjs';
import { dist } from '../../scripts/paths.mjs';
import { fileFor, serve } from '../../scripts/static.mjs';
import { launch } from '../browser/harness/browsers.mjs';
import { waitFor } from '../browser/harness/wait.mjs';

const site = 'http://localhost:3000';
const path = '/shop-data';
const apps = [{ app_id: 'demo', authorized_domains: ['localhost'] }];
const keys = [{ key: 'sk_test_demo', app_id: 'demo' }];

/** @type {ReturnType<typeof createCollector>} */
let collector;
/** @type {string} */
let apiBase;
/** @type {Awaited<ReturnType<typeof serve>>} */
let cdn;
before(async () => {
  collector = createCollector({ db: ':memory:', config: { apps, keys } });
  apiBase = await collector.listen();
  cdn = await serve((request, response) => {
    const file = fileFor([dist], request.url ?? '');
    const known = request.headers['if-none-match'] === '"1"';
    response.writeHead(!file ? 404 : known ? 304 : 200, {
      'content-type': file?.type ?? 'text/plain',
      'set-cookie': 'cdn=1',
      etag: '"1"',
    });
    response.end(known ? undefined : file?.body);
  });
});
after(async () => {
  await collector.close();
  await cdn.close();
});

/** @param {Partial<import('../../dist/server.mjs').FirstPartyOptions>} [more] */
const options = (more = {}) => ({
  path,
  origins: [site],
  apiBase,
  scriptBase: cdn.address,
  ...more,
});

/** @param {string} to @param {RequestInit} [init] */
const request = (to, init = {}) => new Request(`${site}${to}`, init);

/** @param {object} [body] @param {Record<string, string>} [headers] */
const event = (body = {}, headers = {}) =>
  request(`${path}/v1/events`, {
    method: 'POST',
    headers: { origin: site, 'content-type': 'application/json', 'user-agent': 'Shop', ...headers },
    body: JSON.stringify({ app_id: 'demo', event_name: 'plan_chosen', user_id: 'user_1', ...body }),
  });

/** The newest stored event. @returns {any} */
const newest = () => collector.store.newest('events', 'demo', 1)[0];

describe('events', () => {
  test('with a key they carry the address of the visitor, and no other that they claim', async () => {
    const cases = /** @type {const} */ ([
      [{}, '203.0.113.7', {}, '203.0.113.7'],
      [{}, '203.0.113.7', { 'x-forwarded-for': '198.51.100.1' }, '203.0.113.7'],
      [
        { proxies: 1 },
        '10.0.0.1',
        { 'x-forwarded-for': '198.51.100.1, 203.0.113.8' },
        '203.0.113.8',
      ],
      [
        { proxies: 2 },
        '10.0.0.1',
        { 'x-forwarded-for': '1.1.1.1, 203.0.113.9, 10.0.0.2' },
        '203.0.113.9',
      ],
      [
        { clientAddress: (/** @type {Request} */ one) => one.headers.get('cf-connecting-ip') },
        undefined,
        { 'cf-connecting-ip': '2001:db8::1' },
        '2001:db8::1',
      ],
    ]);
    for (const [more, address, headers, ip] of cases) {
      const handle = firstParty(options({ apiKey: 'sk_test_demo', ...more }));
      const answer = await handle(event({ ip: '192.0.2.66' }, headers), address);
      assert.equal(answer?.status, 200);
      assert.deepEqual([newest().ip, newest().ua], [ip, 'Shop']);
    }
    const count = collector.store.count('events', 'demo');
    const handle = firstParty(options({ apiKey: 'sk_test_demo' }));
    const one = { event_name: 'plan_chosen', user_id: 'user_1', ip: '192.0.2.66' };
    const batch = request(`${path}/v1/events/batch`, {
      method: 'POST',
      headers: { origin: site },
      body: JSON.stringify({ app_id: 'demo', events: [one, one] }),
    });
    assert.equal((await handle(batch, '203.0.113.5'))?.status, 200);
    assert.equal(collector.store.count('events', 'demo'), count + 2);
    assert.equal(newest().ip, '203.0.113.5');
  });

  test('without a key they are those of a page, with its origin', async () => {
    const answer = await firstParty(options())(event());
    assert.equal(answer?.status, 200);
    assert.equal(JSON.parse(String(await answer?.text())).success, true);
  });

  test('from other origins, for other paths and of other methods nothing reaches the API', async () => {
    const handle = firstParty(options({ apiKey: 'sk_test_demo' }));
    const before = collector.store.count('events', 'demo');
    const status = async (/** @type {Request} */ one) => (await handle(one))?.status;
    assert.equal(await status(event({}, { origin: 'https://evil.example' })), 403);
    assert.equal(await status(request(`${path}/v1/events`, { method: 'POST', body: '{}' })), 403);
    for (const call of ['v1/keys', 'v1/events/../keys', '', 'v1/events/']) {
      const one = request(`${path}/${call}`, { method: 'POST', headers: { origin: site } });
      assert.equal(await status(one), 404, call);
    }
    assert.equal(await status(request(`${path}/v1/events`)), 404);
    const large = 'x'.repeat(1_000_001);
    assert.equal(await status(event({ large })), 413);
    assert.equal(await handle(request('/elsewhere')), undefined);
    assert.equal(await handle(request(`${path}-else/v1/events`)), undefined);
    assert.equal(collector.store.count('events', 'demo'), before);
  });

  test('refusals and retry headers are passed on; neither cookies nor keys are, in any direction', async () => {
    /** @type {import('node:http').IncomingHttpHeaders} */
    let seen = {};
    const api = await serve((request, response) => {
      seen = request.headers;
      response.writeHead(429, {
        'retry-after': '7',
        'set-cookie': 'a=1',
        'x-ratelimit-reset': '9',
      });
      response.end('{"details":{"retry_after":7}}');
    });
    const claims = {
      cookie: 'session=secret',
      authorization: 'Bearer x',
      'x-forwarded-for': '1.1.1.1',
    };
    const answer = await firstParty(options({ apiBase: api.address }))(event({}, claims));
    await api.close();
    assert.equal(answer?.status, 429);
    assert.equal(answer?.headers.get('retry-after'), '7');
    assert.equal(answer?.headers.get('x-ratelimit-reset'), '9');
    assert.equal(answer?.headers.get('set-cookie'), null);
    assert.deepEqual(await answer?.json(), { details: { retry_after: 7 } });
    for (const name of ['cookie', 'authorization', 'x-forwarded-for']) {
      assert.equal(seen[name], undefined, name);
    }
    const down = await firstParty(options({ apiBase: 'http://127.0.0.1:9' }))(event());
    assert.equal(down?.status, 502);
  });
});

describe('the script', () => {
  test('comes under its own name, with the files beside it, and nothing else does', async () => {
    const handle = firstParty(options({ script: 'shop' }));
    for (const file of ['shop.js', 'shop.debug.js', 'shop.fallback.js', 'shop.consent.js']) {
      const answer = await handle(request(`${path}/${file}`));
      assert.equal(answer?.status, 200, file);
      assert.match(String(answer?.headers.get('content-type')), /javascript/);
      assert.equal(answer?.headers.get('set-cookie'), null);
    }
    for (const file of ['other.js', 'shop.mjs', 'shop.js.map', 'shop.secret.js', 'shop..js']) {
      assert.equal((await handle(request(`${path}/${file}`)))?.status, 404, file);
    }
    const known = request(`${path}/shop.js`, { headers: { 'if-none-match': '"1"' } });
    assert.equal((await handle(known))?.status, 304);
  });
});

describe('the cookie of the id', () => {
  const rules = 'Path=/; Max-Age=34560000; SameSite=Lax; Domain=shop.example';
  /** @param {string} cookie @param {string} [name] */
  const renewed = (cookie, name) =>
    renewIdCookie(new Request('https://shop.example/', { headers: { cookie } }), {
      domain: 'shop.example',
      name,
    });

  test('it is renewed for 400 days where the page has set it, and never made', () => {
    const id = '0192b3c4-aaaa-7bbb-8ccc-0123456789ab';
    assert.equal(
      renewed(`a=1; appizer_user_id=${id}; b=2`),
      `appizer_user_id=${id}; ${rules}; Secure`,
    );
    assert.equal(renewed('uid=user_1', 'uid'), `uid=user_1; ${rules}; Secure`);
    for (const cookie of ['', 'a=1', 'appizer_user_id=', 'xappizer_user_id=1']) {
      assert.equal(renewed(cookie), undefined, cookie);
    }
    assert.equal(renewed('appizer_user_id=a"b'), undefined);
  });
});

const page = `<!doctype html><title>Shop</title><script src="${path}/script.js"></script><script>
  AppizerWeb.init({ appId: 'demo', apiBase: location.origin + '${path}', autoEvents: true, persistence: 'cookie' });
  for (let i = 0; i < 100; ++i) AppizerWeb.trackEvent('plan_chosen', { i });
</script>`;

/** A server of each sort, with the middleware. @type {Record<string, () => Promise<{ address: string, close(): unknown }>>} */
const servers = {
  'http and Express': async () => {
    /** @type {ReturnType<typeof firstPartyMiddleware>} */
    let middleware;
    const server = await serve((request, response) =>
      middleware(request, response, () => {
        response.setHeader('content-type', 'text/html');
        response.end(page);
      }),
    );
    const address = server.address.replace('127.0.0.1', 'localhost');
    middleware = firstPartyMiddleware(forServer(address));
    return { ...server, address };
  },
  Fastify: async () => {
    const server = Fastify();
    /** @type {ReturnType<typeof firstPartyMiddleware>} */
    let middleware;
    server.addHook('onRequest', (request, reply, next) => {
      middleware(request.raw, reply.raw, next);
    });
    server.get('/', (_, reply) => reply.type('text/html').send(page));
    const address = (await server.listen({ host: '127.0.0.1', port: 0 })).replace(
      '127.0.0.1',
      'localhost',
    );
    middleware = firstPartyMiddleware(forServer(address));
    return { address, close: () => server.close() };
  },
};
/** @param {string} address */
const forServer = (address) =>
  options({ origins: [address], apiKey: 'sk_test_demo', idCookie: { domain: '' } });

for (const [name, open] of Object.entries(servers)) {
  test(`a page of ${name}: all events arrive without a preflight, and the cookie is the server's`, {
    timeout: 60_000,
  }, async (t) => {
    const server = await open();
    t.after(() => server.close());
    const browser = await launch('chromium');
    t.after(() => browser.close());
    const tab = await browser.newPage();
    /** @type {string[]} */
    const requests = [];
    tab.raw.on('request', (one) => requests.push(`${one.method()} ${new URL(one.url()).origin}`));
    const before = collector.store.count('events', 'demo');
    await tab.goto(`${server.address}/`);
    await waitFor(() => collector.store.count('events', 'demo') >= before + 101, {
      what: '100 events and a page view',
    });
    assert.equal(collector.store.count('events', 'demo'), before + 101);
    assert.ok(['127.0.0.1', '::1', '::ffff:127.0.0.1'].includes(newest().ip), newest().ip);
    assert.deepEqual(
      requests.filter((one) => one.startsWith('OPTIONS') || !one.endsWith(server.address)),
      [],
    );
    // The script is asked for again, now with the cookie.
    await tab.evaluate("document.cookie = 'appizer_user_id=user_1; path=/; max-age=60'");
    await tab.evaluate(`fetch('${path}/script.js', { cache: 'reload' }).then((one) => one.status)`);
    const [cookie] = (await tab.raw.cookies()).filter((one) => one.name === 'appizer_user_id');
    const days = ((cookie?.expires ?? 0) * 1000 - Date.now()) / 86_400_000;
    assert.ok(days > 399 && days < 401, `${days} days`);
    assert.equal(cookie?.value, 'user_1');
  });
}
