/** What stands between the SDK and the server in real pages: wrapped functions, service workers, policies. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inEngines } from './harness/browsers.mjs';
import { createSink } from './harness/sink.mjs';
import { createSite } from './harness/site.mjs';
import { waitFor } from './harness/wait.mjs';
import { withPage } from './setup.mjs';

/** Delays every request by 5 ms, as some error trackers do that wait for something first. */
const wrapper = `<script>
  const native = fetch;
  window.fetch = async (...given) => {
    await new Promise((resolve) => setTimeout(resolve, 5));
    window.through = (window.through ?? 0) + 1;
    return native(...given);
  };
</script>`;

inEngines('between page and server', (engine) => {
  const on = withPage(engine, { pages: { '/next': '<!doctype html><title>Next</title>' } });
  let app = 0;
  const mine = () => on.sink.events.filter(({ app_id }) => app_id === `demo${app}`);

  /** @param {string} before what the page has before the SDK's script @param {string} after and behind it */
  function shows(before, after = '') {
    ++app;
    on.site.pages['/'] = `<!doctype html><title>Page</title>${before}
      <script src="/appizer-web.js"></script>${after}
      <script>AppizerWeb.init({ appId: 'demo${app}', apiBase: '${on.sink.address}' });</script>`;
  }

  for (const [when, before, after] of [
    ['before', wrapper, ''],
    ['after', '', wrapper],
  ]) {
    test(`a fetch wrapped ${when} the script loads costs no event of a page that is left`, async () => {
      shows(/** @type {string} */ (before), /** @type {string} */ (after));
      const rounds = 3;
      for (let i = 0; i < rounds; ++i) {
        await on.page.goto(`${on.site.address}/`);
        // As a visitor who has been there for a moment.
        await on.page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 1500)));
        await on.page.evaluate((n) => {
          /** @type {any} */ (window).AppizerWeb.trackEvent(`left_${n}`);
          setTimeout(() => {
            location.href = '/next';
          });
        }, i);
        await waitFor(() => on.page.evaluate(() => document.title === 'Next'));
      }
      await waitFor(() => mine().length >= rounds, { what: 'every event' });
      const ids = mine().map(({ properties }) => properties.$event_id);
      assert.equal(ids.length, rounds, 'none twice');
    });
  }

  test('ordinary requests go through the page’s fetch, and leave nothing behind', async () => {
    shows(wrapper);
    await on.page.goto(`${on.site.address}/`);
    await on.page.evaluate(() => /** @type {any} */ (window).AppizerWeb.trackEvent('ordinary'));
    await waitFor(() => mine().length === 1);
    assert.ok((await on.page.evaluate(() => /** @type {any} */ (window).through)) >= 1);
    await on.page.evaluate(() => /** @type {any} */ (window).AppizerWeb.shutdown());
    await waitFor(() => on.page.evaluate(() => window.length === 0));
  });

  test('without a native function the fallback brings a stand-in', async () => {
    const names = ['TextEncoder', 'TextDecoder', 'AbortController', 'queueMicrotask', 'fetch'];
    shows(`<script>for (const name of ${JSON.stringify(names)}) delete window[name];</script>`);
    await on.page.goto(`${on.site.address}/`);
    await on.page.evaluate(() =>
      /** @type {any} */ (window).AppizerWeb.trackEvent('old_browser', { city: 'Zürich 🌍' }),
    );
    await waitFor(() => mine().length === 1);
    assert.equal(mine()[0].properties.city, 'Zürich 🌍');
  });

  test('a page that demands CORP gets the files beside the script as it gets the script', async () => {
    const cdn = await createSite({ headers: { 'access-control-allow-origin': '*' } });
    try {
      ++app;
      on.site.pages['/coep'] = {
        headers: {
          'cross-origin-embedder-policy': 'require-corp',
          'content-security-policy': `script-src 'unsafe-inline' ${cdn.address}`,
        },
        body: `<!doctype html><title>COEP</title>
          <script src="${cdn.address}/appizer-web.js" crossorigin></script>
          <script>AppizerWeb.init({ appId: 'demo${app}', apiBase: '${on.sink.address}' });
            AppizerWeb.trackEvent('isolated');</script>`,
      };
      await on.page.goto(`${on.site.address}/coep`);
      await waitFor(() => mine().length === 1);
    } finally {
      await cdn.close();
    }
  });

  test('a service worker’s offline page acknowledges nothing', async () => {
    const down = await createSink();
    await down.close();
    on.site.pages['/offline.html'] = '<!doctype html><title>Offline</title>';
    on.site.pages['/worker.js'] = {
      headers: { 'content-type': 'text/javascript' },
      body: `oninstall = (event) => event.waitUntil(
          caches.open('v1').then((cache) => cache.add('/offline.html')).then(() => skipWaiting()));
        onactivate = (event) => event.waitUntil(clients.claim());
        onfetch = (event) => event.respondWith(
          fetch(event.request).catch(() => caches.match('/offline.html')));`,
    };
    on.site.pages['/worked'] = `<!doctype html><title>Worked</title>
      <script src="/appizer-web.js"></script>`;
    await on.page.goto(`${on.site.address}/worked`);
    const result = await on.page.evaluate(async (/** @type {string} */ api) => {
      await navigator.serviceWorker.register('/worker.js');
      if (!navigator.serviceWorker.controller) {
        await new Promise((resolve) => {
          navigator.serviceWorker.oncontrollerchange = resolve;
        });
      }
      // The worker does answer for the server.
      const response = await fetch(`${api}/v1/events`, { method: 'POST', body: '{}' });
      const app = /** @type {any} */ (window).AppizerWeb;
      app.init({ appId: 'worked', apiBase: api });
      app.trackEvent('kept');
      return { status: response.status, flushed: await app.flush() };
    }, down.address);
    assert.deepEqual(result, {
      status: 200,
      flushed: { delivered: 0, dropped: 0, pending: 1 },
    });
  });
});
