/** Under every Content-Security-Policy that sites use: it works, and with the core it is meant to. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createCollector } from '../../examples/collector/server.mjs';
import { engines, launch } from './harness/browsers.mjs';
import { createSite } from './harness/site.mjs';
import { waitFor } from './harness/wait.mjs';

const collector = createCollector({ db: ':memory:' });
/** @type {string} */
let api;
/** @type {Awaited<ReturnType<typeof createSite>>} */
let site;

/** @type {Record<string, { csp: string, fallback: boolean, nonce?: string }>} */
const policies = {
  'scripts from here only': { csp: "script-src 'self'", fallback: true },
  'with wasm-unsafe-eval': { csp: "script-src 'self' 'wasm-unsafe-eval'", fallback: false },
  'a nonce': { csp: "script-src 'nonce-abc'", nonce: 'abc', fallback: true },
  'a nonce and strict-dynamic': {
    csp: "script-src 'nonce-abc' 'strict-dynamic'",
    nonce: 'abc',
    fallback: true,
  },
  'trusted types': { csp: "script-src 'self'; require-trusted-types-for 'script'", fallback: true },
  'nothing inline, nothing foreign': {
    csp: "default-src 'none'; script-src 'self'; connect-src API",
    fallback: true,
  },
};

before(async () => {
  api = await collector.listen();
  site = await createSite();
  for (const [name, { csp, nonce }] of Object.entries(policies)) {
    const attribute = nonce ? ` nonce="${nonce}"` : '';
    site.pages[`/${encodeURIComponent(name)}`] = {
      headers: { 'content-security-policy': csp.replace('API', api) },
      body: `<!doctype html><title>CSP</title>
        <script src="/appizer-web.js"${attribute}></script><script src="/init.js"${attribute}></script>`,
    };
  }
  site.pages['/init.js'] = {
    headers: { 'content-type': 'text/javascript' },
    body: `AppizerWeb.init({ appId: 'demo', apiBase: '${api}' });
           AppizerWeb.trackEvent('policy_kept', { page: decodeURIComponent(location.pathname) });`,
  };
});

after(async () => {
  await site.close();
  await collector.close();
});

for (const engine of engines) {
  test(`content security policies in ${engine}`, { timeout: 120_000 }, async (t) => {
    const browser = await launch(engine);
    try {
      const page = await browser.newPage();
      for (const [name, { fallback }] of Object.entries(policies)) {
        await t.test(name, async () => {
          const before = site.requests.length;
          await page.goto(`${site.address}/${encodeURIComponent(name)}`);
          const path = `/${name}`;
          await waitFor(
            () =>
              collector.store
                .newest('events', 'demo', 100)
                .some(
                  (/** @type {any} */ { ua, properties }) =>
                    properties.page === path && isFrom(engine, ua),
                ),
            { what: `the event of "${name}"` },
          );
          const loaded = site.requests
            .slice(before)
            .some(({ path: asked }) => asked.startsWith('/appizer-web.fallback.js'));
          assert.equal(loaded, fallback, fallback ? 'the fallback ran' : 'WebAssembly ran');
        });
      }
    } finally {
      await browser.close();
    }
  });
}

/** @param {string} engine @param {string} ua */
function isFrom(engine, ua) {
  const name = ua.includes('Firefox') ? 'firefox' : ua.includes('Chrome') ? 'chromium' : 'webkit';
  return name === engine;
}
