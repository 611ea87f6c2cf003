/**
 * The harness itself: does it drive each engine? What fails here
 * is no fault of the SDK.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { createCollector } from '../../examples/collector/server.mjs';
import { engines, launch } from './harness/browsers.mjs';
import { createFaulty } from './harness/faulty.mjs';
import { createSite } from './harness/site.mjs';
import { waitFor } from './harness/wait.mjs';

const folder = mkdtempSync(join(tmpdir(), 'appizer-harness-'));
const event = { app_id: 'demo', event_name: 'harness_checked', user_id: 'u1' };

const collector = createCollector({ db: join(folder, 'events.sqlite') });
let proxy;
let site;

describe('the harness', () => {
  before(async () => {
    await collector.listen();
    proxy = await createFaulty(collector.address ?? '');
    site = await createSite({
      pages: {
        '/': `<!doctype html><title>One</title><button>Press</button><input><a href="/two">Two</a>
        <script>
          document.querySelector('button').onclick = () => document.title = 'Pressed';
        </script>`,
        '/two': '<!doctype html><title>Two</title>',
        '/strict': {
          headers: { 'content-security-policy': "default-src 'self'" },
          body: '<!doctype html><title>Strict</title>',
        },
      },
    });
  });

  after(async () => {
    await Promise.all([site?.close(), proxy?.close(), collector.close()]);
    rmSync(folder, { recursive: true, force: true });
  });

  beforeEach(() => {
    proxy.recover();
    proxy.requests.length = 0;
  });

  for (const engine of engines) {
    describe(engine, { timeout: 180_000 }, () => {
      let browser;
      let page;
      before(async () => {
        browser = await launch(engine);
        page = await browser.newPage();
      });
      after(() => browser?.close());

      test(`${engine} opens a page, runs code in it, clicks and types`, async () => {
        await page.goto(site.address);
        assert.equal(await page.evaluate(() => document.title), 'One');
        assert.equal(await page.evaluate('1 + 1'), 2);
        assert.deepEqual(await page.evaluate(async (a, b) => ({ sum: a + b }), 3, 4), { sum: 7 });
        assert.equal(await page.evaluate(() => {}), undefined);
        await assert.rejects(
          page.evaluate(() => {
            throw new Error('of the page');
          }),
          /of the page/,
        );
        await page.click('button');
        assert.equal(await page.evaluate(() => document.title), 'Pressed');
        await page.type('input', 'typed');
        assert.equal(await page.evaluate(() => document.querySelector('input')?.value), 'typed');
      });

      test(`${engine} reloads, follows a link and goes back`, async () => {
        await page.goto(site.address);
        await page.evaluate(() => {
          document.title = 'Changed';
        });
        await page.reload();
        assert.equal(await page.evaluate(() => document.title), 'One');
        await page.click('a');
        await waitFor(() => page.evaluate(() => document.title === 'Two'));
        await page.back();
        assert.equal(await page.evaluate(() => location.pathname), '/');
      });

      test(`${engine} runs our code where a policy forbids the page's own`, async () => {
        await page.goto(`${site.address}/strict`);
        assert.equal(await page.evaluate(() => document.title), 'Strict');
        assert.equal(await page.evaluate('document.title'), 'Strict');
      });

      test(`${engine} sends to the collector from another origin`, async () => {
        await page.goto(site.address);
        const answer = await page.evaluate(post, `${proxy.address}/v1/events`, event);
        assert.equal(answer.success, true);
        assert.deepEqual(proxy.events, [event]);
        assert.equal(proxy.requests.at(-1).origin, site.address);
      });

      test(`${engine} may read a made-up answer only with CORS`, async () => {
        await page.goto(site.address);
        proxy.next({ status: 503, body: { code: 'SERVICE_UNAVAILABLE' } });
        proxy.next({ status: 503, cors: false });
        const url = `${proxy.address}/v1/events`;
        assert.equal((await page.evaluate(post, url, event)).code, 'SERVICE_UNAVAILABLE');
        assert.equal((await page.evaluate(post, url, event)).failed, true);
      });

      test(`${engine} has several pages, and takes pictures of them`, async () => {
        const other = await browser.newPage();
        await page.goto(site.address);
        await other.goto(`${site.address}/two`);
        assert.equal(await page.evaluate(() => document.title), 'One');
        assert.equal(await other.evaluate(() => document.title), 'Two');
        const picture = join(folder, `${engine}.png`);
        await page.screenshot(picture);
        assert.equal(readFileSync(picture).subarray(1, 4).toString(), 'PNG');
        await other.close();
        assert.equal(await page.evaluate(() => document.title), 'One');
      });
    });
  }
});

/** Runs in the page. */
async function post(url, body) {
  try {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
    return await response.json();
  } catch {
    return { failed: true };
  }
}
