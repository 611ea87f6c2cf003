/** What a page says before the fallback has come: kept, with its times, and handed in when it has. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { dist } from '../../scripts/paths.mjs';
import { engines } from './harness/browsers.mjs';
import { waitFor } from './harness/wait.mjs';
import { withPage } from './setup.mjs';

const fallback = readFileSync(join(dist, 'appizer-web.fallback.js'), 'utf8');
const noWasm = "script-src 'self' 'unsafe-inline'";

for (const engine of engines) {
  describe(`waiting for the fallback in ${engine}`, { timeout: 120_000 }, () => {
    /** The server delays the fallback file until this resolves. @type {Promise<void>} */
    let come = Promise.resolve();
    const on = withPage(engine, {
      pages: {
        '/next': '<!doctype html><title>Next</title>',
        '/shown': '',
        '/file': { status: 204 },
        '/appizer-web.fallback.js': async () => {
          await come;
          return {
            headers: { 'content-type': 'text/javascript', 'cache-control': 'no-store' },
            body: fallback,
          };
        },
      },
    });

    // A name for each page's app: what an earlier page sends as it goes is not this one's.
    let app = 0;
    const events = (/** @type {string} */ name) =>
      on.sink.named(name).filter(({ app_id }) => app_id === `demo${app}`);

    /** Opens a page whose fallback comes only when the returned function is called. */
    async function open({ head = '', options = '', policy = '' } = {}) {
      ++app;
      on.site.requests.length = 0;
      let release = () => {};
      come = new Promise((resolve) => {
        release = resolve;
      });
      on.site.pages['/'] = {
        headers: { 'content-security-policy': noWasm + policy },
        body: `<!doctype html><title>Waiting</title><script>
          localStorage.clear(); wrong = []; onerror = (message) => { wrong.push(message); };
          onunhandledrejection = ({ reason }) => { wrong.push(String(reason)); };
          onpageshow = () => { fetch('/shown'); };
        </script>${head}<script src="/appizer-web.js"></script><body><script>
          onload = () => setTimeout(() => {
            AppizerWeb.init({ appId: 'demo${app}', apiBase: '${on.sink.address}', autoEvents: true, ${options} });
            for (let i = 0; i < 1500; ++i) AppizerWeb.trackEvent('said_early', { i, when: Date.now() });
          });
        </script>`,
      };
      await on.page.goto(`${on.site.address}/`);
      return release;
    }
    const asked = () =>
      waitFor(() => on.site.requests.some(({ path }) => path === '/appizer-web.fallback.js'), {
        what: 'the request for the fallback',
      });
    const pause = (/** @type {number} */ ms) => new Promise((resolve) => setTimeout(resolve, ms));

    async function arrived() {
      // The first that were said are kept; beside them is the page view.
      await waitFor(() => events('said_early').length >= 1000, { what: 'what was said' });
      const said = events('said_early');
      assert.deepEqual(
        // What is sent while the page is hidden, in several requests at once, arrives in any order.
        said.map(({ properties }) => properties.i).sort((a, b) => a - b),
        Array.from({ length: 1000 }, (_, i) => i),
      );
      for (const { properties } of said) {
        assert.ok(Math.abs(Date.parse(properties.$timestamp) - properties.when) < 100);
      }
      assert.deepEqual(await on.page.evaluate('wrong'), []);
    }

    test('calls are kept, bounded, with their times, in storage too', async () => {
      const release = await open();
      await asked();
      await pause(700);
      const kept = "Object.keys(localStorage).filter((key) => key.includes('.j.')).length";
      // And the page view.
      assert.equal(await on.page.evaluate(kept), 1001);
      release();
      await arrived();
    });

    test('it comes when the visitor does not see the page any more', async () => {
      const release = await open();
      await asked();
      await on.page.evaluate(`(() => {
        Object.defineProperty(Document.prototype, 'visibilityState', { get: () => 'hidden' });
        document.dispatchEvent(new Event('visibilitychange'));
      })()`);
      release();
      await arrived();
      assert.equal(events('page_view').length, 1, 'somebody has seen it');
    });

    test('the visitor goes, and comes back before it is there', async () => {
      const release = await open();
      await asked();
      await on.page.evaluate("setTimeout(() => { location.href = '/next'; })");
      await waitFor(() => on.page.evaluate("location.pathname === '/next'"));
      await pause(200);
      assert.deepEqual(
        on.sink.events.filter(({ app_id }) => app_id === `demo${app}`),
        [],
      );
      await on.page.evaluate('setTimeout(() => history.back())');
      // Not asked by the driver: WebKit's does not answer while the page that returned loads anything.
      await waitFor(() => on.site.requests.filter(({ path }) => path === '/shown').length === 2, {
        what: 'the return',
      });
      release();
      // The same page again, where the browser keeps one that still loads (in WebKit without what it loads); else a
      // new one.
      await arrived();
    });

    test('a navigation that leads nowhere, as one to a download, keeps nothing away', async () => {
      const release = await open({
        policy: "; require-trusted-types-for 'script'; trusted-types appizer-web-fallback",
      });
      await asked();
      await on.page.evaluate("setTimeout(() => { location.href = '/file'; })");
      await waitFor(() => on.site.requests.some(({ path }) => path === '/file'));
      await pause(200);
      release();
      await arrived();
    });

    test('consent that is denied while it is awaited keeps everything unsaid', async () => {
      const release = await open({ options: "consent: 'pending'" });
      await asked();
      await on.page.evaluate("AppizerWeb.setConsent('denied')");
      release();
      await waitFor(() => on.page.evaluate("typeof AppizerWebFallback === 'function'"));
      await pause(1500);
      assert.deepEqual(
        on.sink.events.filter(({ app_id }) => app_id === `demo${app}`),
        [],
      );
      assert.deepEqual(
        await on.page.evaluate("Object.keys(localStorage).filter((key) => key.includes('.j.'))"),
        [],
      );
    });

    test('a page that brings the fallback itself waits for nothing', async () => {
      ++app;
      on.site.requests.length = 0;
      come = Promise.resolve();
      on.site.pages['/'] = {
        headers: { 'content-security-policy': noWasm },
        body: `<!doctype html><title>Brought</title><script>localStorage.clear()</script>
          <script src="/appizer-web.fallback.js"></script><script src="/appizer-web.js"></script><script>
          AppizerWeb.init({ appId: 'demo${app}', apiBase: '${on.sink.address}' });
          AppizerWeb.trackEvent('said_early');
        </script>`,
      };
      await on.page.goto(`${on.site.address}/`);
      await waitFor(() => on.page.evaluate('AppizerWeb.getUserId()'), { what: 'the user id' });
      await waitFor(() => events('said_early').length > 0, { what: 'the event' });
      const loaded = on.site.requests.filter(({ path }) => path.includes('fallback'));
      assert.equal(loaded.length, 1);
    });
  });
}
