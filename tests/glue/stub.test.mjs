/** What is pasted into pages: small, old-fashioned, and safe to put into HTML. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { snippet, stub } from '../../dist/snippet.mjs';
import { dist } from '../../scripts/paths.mjs';

test('the stub has at most 1,500 bytes', () => {
  assert.equal(stub, readFileSync(join(dist, 'appizer-web.stub.js'), 'utf8').trim());
  assert.ok(Buffer.byteLength(stub) <= 1500, `${Buffer.byteLength(stub)} bytes`);
});

test('the README has it in its first snippet', () => {
  const readme = readFileSync(join(dist, '..', 'README.md'), 'utf8');
  assert.ok(readme.includes(`<script>${stub}</script>`), 'paste dist/appizer-web.stub.js into it');
});

test('it keeps at most 1,000 calls, and freezes what they were given', () => {
  const window = /** @type {any} */ ({});
  new Function('window', stub)(window);
  const cart = { step: 1 };
  window.AppizerWeb.trackEvent('step_done', cart);
  cart.step = 2;
  const [[method, given, time]] = window.AppizerWeb.q;
  assert.deepEqual([method, given[0], given[1]], ['trackEvent', 'step_done', { step: 1 }]);
  assert.ok(Math.abs(time - Date.now()) < 1000);
  for (let i = 0; i < 2000; ++i) window.AppizerWeb.reset();
  assert.equal(window.AppizerWeb.q.length, 1000);
});

test('it has every method of the client', async () => {
  const window = /** @type {any} */ ({});
  new Function('window', stub)(window);
  const { AppizerWeb } = await import('../../dist/index.mjs');
  const methods = Object.entries(AppizerWeb).filter(([, one]) => typeof one === 'function');
  assert.deepEqual(
    Object.keys(window.AppizerWeb).sort(),
    ['q', ...methods.map(([name]) => name)].sort(),
  );
});

/** A page with nothing but the stub, and what storage has. @param {object} [browser] what else its browser says */
function page(browser = {}) {
  /** @type {Record<string, string>} */
  const storage = {};
  const window = /** @type {any} */ ({});
  const document = { hidden: false, title: 'Tea', referrer: 'https://news.example/' };
  const names = ['window', 'document', 'navigator', 'localStorage', 'location'];
  const values = [
    { ...document, ...browser },
    { locks: {}, ...browser },
    storage,
    { href: 'https://shop.example/tea' },
  ];
  new Function(...names, stub)(window, ...values);
  const kept = () => Object.values(storage).map((text) => JSON.parse(text));
  return { app: window.AppizerWeb, storage, kept };
}

test('once it is known for which app, calls are in storage when they return', () => {
  const { app, storage, kept } = page();
  app.trackEvent('before', { a: 1 });
  assert.deepEqual(storage, {});
  app.init({ appId: 'demo', autoEvents: true });
  app.trackEvent('after');
  app.setUserId(7);
  storage.appizer_user_id = '"x"';
  app.trackEvent('named');
  delete storage.appizer_user_id;
  const where = { r: 'https://news.example/', u: 'https://shop.example/tea' };
  const common = kept().map(({ t, ...rest }) => {
    assert.ok(Math.abs(t - Date.now()) < 1000);
    return rest;
  });
  assert.deepEqual(common, [
    { n: 'before', p: { a: 1 }, v: 0, ...where, s: 1 },
    { n: '[object Object]', v: 'Tea', ...where, s: 2 },
    { n: 'after', v: 0, ...where, s: 3 },
    { n: 'named', v: 0, ...where, i: '7', s: 5 },
  ]);
  const keys = Object.keys(storage);
  for (const key of keys) assert.match(key, /^appizer\.1\.[0-9a-f]{8}\.j\.[0-9a-z]{10}\.c\d{13}$/);
  assert.equal(new Set(keys).size, 4);
  assert.deepEqual(
    app.q.map((/** @type {any} */ call) => call[3] && app.k + call[3]),
    [keys[0], keys[1], keys[2], undefined, keys[3]],
  );
});

test('where somebody has a say in what is kept, nothing is', () => {
  for (const options of [
    { consent: 'granted' },
    { rememberConsent: true },
    { cookieless: true },
    { persistence: 'memory' },
    { beforeSend() {} },
    { respectDNT: true },
  ]) {
    const { app, storage } = page();
    app.trackEvent('before');
    app.init({ appId: 'demo', autoEvents: true, ...options });
    app.trackEvent('after');
    assert.deepEqual(storage, {}, JSON.stringify(options));
  }
  for (const browser of [{ globalPrivacyControl: true }, { hidden: true }, { locks: undefined }]) {
    const { app, storage } = page(browser);
    app.init({ appId: 'demo', autoEvents: true });
    app.trackEvent('after');
    assert.deepEqual(storage, {}, JSON.stringify(browser));
  }
  const { app, storage } = page();
  app.init({ appId: 'demo', autoEvents: true });
  app.setConsent('granted');
  app.trackEvent('after');
  assert.deepEqual(storage, {}, 'what was kept is removed');
});

test('after a logout it is not known whose a call is', () => {
  const { app, kept } = page();
  app.init({ appId: 'demo' });
  app.trackEvent('before');
  app.reset();
  app.trackEvent('after');
  assert.deepEqual(
    kept().map(({ n }) => n),
    ['before'],
  );
});

test('storage that throws is no trouble', () => {
  const window = /** @type {any} */ ({});
  const denied = new Proxy(
    {},
    {
      set() {
        throw new Error('denied');
      },
    },
  );
  const names = ['window', 'document', 'navigator', 'localStorage', 'location'];
  new Function(...names, stub)(window, { title: '' }, { locks: {} }, denied, {});
  window.AppizerWeb.init({ appId: 'demo', autoEvents: true });
  window.AppizerWeb.trackEvent('after');
  assert.deepEqual(
    window.AppizerWeb.q.map((/** @type {any} */ call) => [call[0], call[3]]),
    [
      ['init', undefined],
      ['trackEvent', undefined],
    ],
  );
});

test('the snippet is HTML, whatever it is given', () => {
  assert.equal(
    snippet(),
    `<script>${stub}</script>\n<script async src="https://cdn.appizer.com/js/appizer-web.js"></script>`,
  );
  assert.equal(
    snippet({
      appId: '"><&',
      autoHook: true,
      debug: false,
      nonce: 'n',
      src: '/a.js',
      integrity: 'sha384-x',
    }),
    `<script nonce="n">${stub}</script>\n<script async src="/a.js" integrity="sha384-x" crossorigin="anonymous" nonce="n" data-app-id="&quot;><&amp;" data-auto-hook="true" data-debug="false"></script>`,
  );
  assert.ok(!stub.includes('</'));
});
