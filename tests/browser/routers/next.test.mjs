/** The packed package in an app of Next.js: in what runs in the browser it works, on the server it does nothing. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { inEngines, launch } from '../harness/browsers.mjs';
import { end, start } from '../harness/processes.mjs';
import { createSink } from '../harness/sink.mjs';
import { createSite } from '../harness/site.mjs';
import { waitFor } from '../harness/wait.mjs';
import { makeNextApp, withAll } from './shops.mjs';

/** @type {string} */
let folder;
/** @type {string} */
let bindings;
/** The address of the app with the bindings is a part of what is built. */
const port = 4597;
const site = `http://localhost:${port}`;
before(
  () => {
    if (!withAll) return;
    folder = makeNextApp('installed');
    process.env.NEXT_PUBLIC_SITE = site;
    process.env.NEXT_PUBLIC_API = `${site}/shop-data`;
    bindings = makeNextApp('bindings');
  },
  { timeout: 600_000 },
);

inEngines('Next.js, from npm', (engine) => {
  test('bindings and a route handler of the site, where no component may ask the clock', {
    timeout: 150_000,
    // One engine, as the app has one address.
    skip: !withAll || engine !== 'chromium',
  }, async () => {
    const sink = await createSink();
    const files = await createSite();
    const browser = await launch(engine);
    const server = start(
      process.execPath,
      ['../node_modules/next/dist/bin/next', 'start', '--port', String(port)],
      {
        cwd: bindings,
        env: {
          ...process.env,
          API: sink.address,
          CDN: files.address,
          NEXT_TELEMETRY_DISABLED: '1',
        },
        stdio: ['ignore', 'ignore', 'inherit'],
      },
    );
    try {
      const script = await waitFor(
        async () => (await fetch(`${site}/shop-data/script.js`)).text(),
        { what: 'the script' },
      );
      assert.match(script, /AppizerWeb/);
      const page = await browser.newPage();
      await page.goto(site);
      await waitFor(() => sink.named('page_view').length > 0, { what: 'the page view' });
      await page.click('#choose');
      await waitFor(() => sink.named('plan_chosen').length > 0, { what: 'the event' });
      // What the server rendered was for nobody.
      assert.deepEqual(
        sink.events.map(({ event_name }) => event_name),
        ['page_view', 'plan_chosen'],
      );
    } finally {
      end(server);
      await browser.close();
      await files.close();
      await sink.close();
    }
  });

  test('client components, server components and route handlers', {
    timeout: 150_000,
    skip: !withAll,
  }, async () => {
    const sink = await createSink();
    const browser = await launch(engine);
    const server = start(
      process.execPath,
      ['../node_modules/next/dist/bin/next', 'start', '--hostname', '127.0.0.1', '--port', '0'],
      {
        cwd: folder,
        env: { ...process.env, API: sink.address, NEXT_TELEMETRY_DISABLED: '1' },
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    try {
      let said = '';
      server.stdout?.on('data', (/** @type {Buffer} */ text) => {
        said += text;
      });
      const address = await waitFor(() => /http:\/\/127\.0\.0\.1:[1-9]\d*/.exec(said)?.[0], {
        timeout: 60_000,
        what: 'the address of the server',
      });

      const nothing = { window: 'undefined', global: false, user: null };
      const { version, ...handler } = await waitFor(
        async () => (await fetch(`${address}/api/total`)).json(),
        { what: 'the route handler' },
      );
      assert.match(version, /^\d+\.\d+\.\d+/);
      assert.deepEqual(handler, nothing);

      const page = await browser.newPage();
      await page.goto(address);
      const shown = await page.evaluate("document.getElementById('server').textContent");
      assert.deepEqual(JSON.parse(shown), { version, ...nothing });
      await waitFor(() => sink.named('page_view').length > 0, { what: 'the page view' });
      await page.click('#choose');
      await waitFor(() => sink.named('plan_chosen').length > 0, { what: 'the event' });

      const [view] = sink.named('page_view');
      assert.equal(view.properties.page, '/');
      assert.equal(view.properties.title, 'Shop');
      // What the server said before it had a page was for nobody.
      assert.deepEqual(
        sink.events.map(({ event_name, properties }) => [event_name, properties.plan]),
        [
          ['page_view', undefined],
          ['plan_chosen', 'pro'],
        ],
      );
      assert.equal(sink.events[1].user_id, view.user_id);
    } finally {
      end(server);
      await browser.close();
      await sink.close();
    }
  });
});
