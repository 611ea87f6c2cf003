/** Who the visitor is, and what they allow: storage, cookies and tabs of real browsers. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inEngines } from './harness/browsers.mjs';
import { waitFor } from './harness/wait.mjs';
import { createStage, track } from './setup.mjs';

/** @param {import('./harness/browsers.mjs').Page} page @returns {Promise<string>} */
const userId = (page) =>
  page.evaluate(() => /** @type {any} */ (window).AppizerWeb.getUserId() ?? '');

/** What the page keeps, everywhere. @param {import('./harness/browsers.mjs').Page} page @returns {Promise<string[]>} */
const kept = (page) =>
  page.evaluate(() => [
    ...Object.keys(localStorage),
    ...Object.keys(sessionStorage),
    ...document.cookie.split('; ').filter(Boolean),
  ]);

inEngines('identity', (engine) => {
  test('the visitor', { timeout: 240_000 }, async (t) => {
    const stage = await createStage({ engine });
    const { site, settings } = stage;
    /** @param {object} options @param {string} [before] */
    const pageFor = (options, before = '') =>
      `<!doctype html><title>Identity</title><script>${before}</script><script src="/appizer-web.js"></script>
       <script>AppizerWeb.init(${JSON.stringify({ ...settings, ...options })});</script>`;
    site.pages['/cookie'] = pageFor({ persistence: 'cookie' });
    site.pages['/both'] = pageFor({ persistence: 'both' });
    site.pages['/denied'] = pageFor({ consent: 'denied', autoEvents: true });
    site.pages['/pending'] = pageFor(
      { consent: 'pending', autoEvents: true },
      `window.touched = 0;
       const { get } = Object.getOwnPropertyDescriptor(window, 'localStorage');
       Object.defineProperty(window, 'localStorage', { get() { touched += 1; return get.call(this); } });`,
    );
    site.pages['/cookieless'] = pageFor({ cookieless: true, autoEvents: true });
    site.pages['/gpc'] = pageFor(
      { autoEvents: true },
      "Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', { get: () => true });",
    );
    site.pages['/frames'] =
      '<!doctype html><title>Two at once</title><iframe src="/"></iframe><iframe src="/"></iframe>';
    try {
      const page = await stage.open('/bare');
      const clear = () =>
        page.evaluate(() => {
          localStorage.clear();
          for (const pair of document.cookie.split('; ')) {
            const name = pair.split('=')[0];
            document.cookie = `${name}=; max-age=0; path=/`;
            document.cookie = `${name}=; max-age=0; path=/; domain=${location.hostname}`;
          }
        });

      // Leaves the page before, and waits until the last of its requests has come in.
      const requestsWhenQuiet = async () => {
        await page.goto(`${site.address}/bare`);
        let last = -1;
        while (last < stage.proxy.requests.length) {
          last = stage.proxy.requests.length;
          await new Promise((resolve) => setTimeout(resolve, 500));
        }
        return last;
      };

      await t.test('the id is kept, and survives a reload', async () => {
        await page.goto(`${site.address}/`);
        const id = await userId(page);
        assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-4/);
        await page.reload();
        assert.equal(await userId(page), id);
        assert.equal(await page.evaluate(() => localStorage.getItem('appizer_user_id')), id);
      });

      await t.test('a stored id that is none is replaced', async () => {
        await page.evaluate(() => localStorage.setItem('appizer_user_id', '[object Object]'));
        await page.reload();
        assert.match(await userId(page), /^[0-9a-f]{8}-/);
      });

      await t.test('a cookie keeps it, and with both either restores the other', async () => {
        await clear();
        await page.goto(`${site.address}/cookie`);
        const id = await userId(page);
        assert.ok((await kept(page)).includes(`appizer_user_id=${id}`));
        await page.reload();
        assert.equal(await userId(page), id);
        await page.goto(`${site.address}/both`);
        assert.equal(await userId(page), id);
        assert.equal(await page.evaluate(() => localStorage.getItem('appizer_user_id')), id);
        await page.evaluate(() => {
          document.cookie = 'appizer_user_id=; max-age=0; path=/';
        });
        await page.reload();
        assert.equal(await userId(page), id);
        assert.ok((await kept(page)).includes(`appizer_user_id=${id}`));
      });

      await t.test('two documents opened at once on a new profile agree on one id', async () => {
        await page.goto(`${site.address}/bare`);
        await clear();
        const before = stage.stored().length;
        await page.goto(`${site.address}/frames`);
        await waitFor(
          () =>
            page.evaluate(() =>
              [...document.querySelectorAll('iframe')].every(
                (frame) => /** @type {any} */ (frame.contentWindow)?.AppizerWeb,
              ),
            ),
          { what: 'both frames' },
        );
        await page.evaluate(() => {
          for (const frame of document.querySelectorAll('iframe')) {
            /** @type {any} */ (frame.contentWindow).AppizerWeb.trackEvent('frame_seen');
          }
        });
        await stage.storedCount(before + 2);
        const ids = stage
          .stored()
          .slice(before)
          .map(({ user_id }) => user_id);
        assert.equal(new Set(ids).size, 1);
      });

      await t.test('denied: nothing is kept, nothing is sent, and nothing is left', async () => {
        await page.goto(`${site.address}/`);
        const before = stage.stored().length;
        await track(page, 'before', 1);
        assert.notEqual((await kept(page)).length, 0);
        await stage.storedCount(before + 1);
        const requests = await requestsWhenQuiet();
        await page.goto(`${site.address}/denied`);
        await track(page, 'denied', 3);
        await new Promise((resolve) => setTimeout(resolve, 2000));
        assert.deepEqual(await kept(page), []);
        assert.equal(stage.proxy.requests.length, requests);
        assert.equal(await userId(page), '');
      });

      await t.test('pending: the same, until the visitor agrees', async () => {
        const requests = await requestsWhenQuiet();
        await page.goto(`${site.address}/pending`);
        const before = stage.stored().length;
        await track(page, 'pending', 2);
        await new Promise((resolve) => setTimeout(resolve, 2000));
        assert.equal(await page.evaluate('touched'), 0);
        assert.deepEqual(await kept(page), []);
        assert.equal(stage.proxy.requests.length, requests);
        await page.evaluate(() => /** @type {any} */ (window).AppizerWeb.setConsent('granted'));
        await stage.storedCount(before + 3);
        assert.deepEqual(
          stage
            .stored()
            .slice(before)
            .map(({ event_name }) => event_name)
            .sort(),
          ['page_view', 'pending_tracked', 'pending_tracked'],
        );
      });

      await t.test('Global Privacy Control counts as denied consent', async () => {
        const requests = await requestsWhenQuiet();
        await page.goto(`${site.address}/gpc`);
        await track(page, 'gpc', 1);
        await new Promise((resolve) => setTimeout(resolve, 2000));
        assert.deepEqual(await kept(page), []);
        assert.equal(stage.proxy.requests.length, requests);
      });

      await t.test('cookieless: events arrive, and nothing is kept', async () => {
        await page.goto(`${site.address}/cookieless`);
        const before = stage.stored().length;
        await track(page, 'cookieless', 1);
        await stage.storedCount(before + 2);
        assert.deepEqual(await kept(page), []);
      });

      await t.test('another tab’s login is followed', async () => {
        await page.goto(`${site.address}/`);
        await page.evaluate(() => {
          const frame = document.createElement('iframe');
          frame.src = '/';
          document.body.append(frame);
        });
        await waitFor(() =>
          page.evaluate(() => !!(/** @type {any} */ (window.frames[0])?.AppizerWeb)),
        );
        await page.evaluate(() =>
          /** @type {any} */ (window.frames[0]).AppizerWeb.setUserId('user_7'),
        );
        await waitFor(async () => (await userId(page)) === 'user_7', { what: 'the new id' });
        await page.evaluate(() => /** @type {any} */ (window).AppizerWeb.reset());
        await waitFor(
          () =>
            page.evaluate(
              () =>
                /** @type {any} */ (window.frames[0]).AppizerWeb.getUserId() ===
                /** @type {any} */ (window).AppizerWeb.getUserId(),
            ),
          { what: 'the same new visitor in both' },
        );
      });

      await t.test('sub-domains share the cookie where the browser lets them', async () => {
        const [a, b] = ['a', 'b'].map((label) =>
          site.address.replace('127.0.0.1', `${label}.shop.localhost`),
        );
        await page.goto(`${a}/cookie`);
        const id = await userId(page);
        assert.match(id, /^[0-9a-f]{8}-/);
        await page.goto(`${b}/cookie`);
        assert.equal(await userId(page), id);
      });
    } finally {
      await stage.close();
    }
  });
});
