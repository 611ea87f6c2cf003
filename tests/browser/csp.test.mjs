/** Under every Content-Security-Policy that sites use: it works, and with the core it is meant to. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createCollector } from '../../examples/collector/server.mjs';
import { inEngines, launch } from './harness/browsers.mjs';
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
  'trusted types, and only the policies that the SDK names': {
    csp: "script-src 'self'; require-trusted-types-for 'script'; trusted-types appizer-web-fallback appizer-web-debug",
    fallback: true,
  },
  'nothing inline, nothing foreign': {
    csp: "default-src 'none'; script-src 'self'; connect-src API",
    fallback: true,
  },
};

describe('with a collector and a site for all engines', { concurrency: true }, () => {
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
      // Two clients, and debug: the files beside the script are loaded, and each of them once.
      body: `said = [];
           console.info = (text) => { said.push(text); };
           const options = { appId: 'demo', apiBase: '${api}', debug: true };
           AppizerWeb.init(options);
           AppizerWeb.trackEvent('policy_kept', { page: decodeURIComponent(location.pathname) });
           AppizerWeb.create(options).trackEvent('policy_kept', { page: 'the other client' });`,
    };
    site.pages['/mute'] = {
      headers: {
        'content-security-policy':
          "script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'; connect-src 'self'",
      },
      body: `<!doctype html><title>CSP</title><script>
      violations = 0;
      addEventListener('securitypolicyviolation', () => { ++violations; });
      addEventListener('unhandledrejection', ({ reason }) => { said.push('unhandled: ' + reason); });
    </script><script src="/appizer-web.js"></script><script src="/init.js"></script>`,
    };
  });

  after(async () => {
    await site.close();
    await collector.close();
  });

  inEngines('content security policies', (engine) => {
    test('every policy', { timeout: 200_000 }, async (t) => {
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
            const loaded = (/** @type {string} */ file) =>
              site.requests
                .slice(before)
                .filter(
                  ({ path: asked, headers }) =>
                    asked === file && isFrom(engine, headers['user-agent'] ?? ''),
                ).length;
            assert.equal(loaded('/appizer-web.fallback.js'), fallback ? 1 : 0, 'the core that ran');
            await waitFor(() => page.evaluate('said.length'), { what: 'what debug says' });
            assert.equal(loaded('/appizer-web.debug.js'), 1);
          });
        }

        await t.test(
          'connect-src without the API: debug says so, and there is no storm',
          async () => {
            await page.goto(`${site.address}/mute`);
            await waitFor(
              () => page.evaluate("said.some((text) => text.includes('connect-src'))"),
              {
                what: 'the sentence about connect-src',
              },
            );
            await new Promise((resolve) => setTimeout(resolve, 8000));
            const { violations, said } = await page.evaluate('({ violations, said })');
            // Of two clients, which try again after half a second, a second, two, four, …
            assert.ok(violations >= 2 && violations <= 14, `${violations} attempts`);
            assert.ok(said.length < 20, said.join('\n'));
            assert.deepEqual(
              said.filter((/** @type {string} */ text) => text.startsWith('unhandled')),
              [],
            );
            // Kept for a page that may.
            assert.ok(
              await page.evaluate("Object.keys(localStorage).some((key) => key.includes('.j.'))"),
            );
          },
        );
      } finally {
        await browser.close();
      }
    });
  });
});

/** @param {string} engine @param {string} ua */
function isFrom(engine, ua) {
  const name = ua.includes('Firefox') ? 'firefox' : ua.includes('Chrome') ? 'chromium' : 'webkit';
  return name === engine;
}
