/** Every way in which a page can load the script, and what it means to load it more than once. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { snippet, stub } from '../../dist/snippet.mjs';
import { dist } from '../../scripts/paths.mjs';
import { engines } from './harness/browsers.mjs';
import { waitFor } from './harness/wait.mjs';
import { withPage } from './setup.mjs';

const script = readFileSync(join(dist, 'appizer-web.js'), 'utf8');
const { version } = JSON.parse(readFileSync(join(dist, '..', 'package.json'), 'utf8'));
const hashes = JSON.parse(readFileSync(join(dist, 'sri.json'), 'utf8'));
const pause = (/** @type {number} */ ms) => new Promise((resolve) => setTimeout(resolve, ms));

for (const engine of engines) {
  describe(`loading in ${engine}`, { timeout: 300_000 }, () => {
    const on = withPage(engine, {
      pages: {
        '/errors.js': {
          headers: { 'content-type': 'text/javascript' },
          body: `localStorage.clear(); wrong = []; onerror = (message) => { wrong.push(message) };
            onunhandledrejection = ({ reason }) => { wrong.push(String(reason)); };`,
        },
        '/later.js': {
          headers: { 'content-type': 'text/javascript' },
          body: script.replaceAll(version, '9.9.9'),
        },
      },
    });

    /**
     * Opens a page. `HERE` in its HTML is the API's address.
     *
     * @param {string} head @param {Record<string, string>} [headers]
     */
    async function open(head, headers = {}) {
      on.sink.events.length = 0;
      on.site.requests.length = 0;
      on.site.pages['/'] = {
        headers,
        body: `<!doctype html><html lang="en"><head><title>Loading</title>
          <script src="/errors.js"></script>${head.replaceAll('HERE', on.sink.address)}</head><body></body></html>`,
      };
      await on.page.goto(`${on.site.address}/`);
    }

    /** Waits until so many events of a name have arrived. @param {string} name @param {number} [count] */
    const arrived = async (name, count = 1) => {
      await waitFor(() => on.sink.named(name).length >= count, { what: `${count} ${name}` });
      assert.deepEqual(await on.page.evaluate('wrong'), []);
      return on.sink.named(name);
    };

    const attributes = 'data-app-id="demo" data-api-base="HERE" data-auto-events';

    for (const kind of ['', 'async', 'defer', 'type="module"']) {
      test(`a tag ${kind || 'as it is'}, configured by its attributes`, async () => {
        await open(`<script ${kind} src="/appizer-web.js" ${attributes}></script>`);
        const [{ app_id }] = await arrived('page_view');
        assert.equal(app_id, 'demo');
      });

      // In the others the two that differ.
      if (engine !== 'chromium' && ['async', 'defer'].includes(kind)) continue;
      test(`a tag ${kind || 'as it is'} finds the fallback beside it`, async () => {
        const stubTag = '<script src="/appizer-web.stub.js"></script>';
        await open(`${stubTag}<script ${kind} src="/appizer-web.js?v=5" ${attributes}></script>`, {
          'content-security-policy': "script-src 'self'",
        });
        await arrived('page_view');
        const loaded = on.site.requests.map(({ path }) => path);
        assert.ok(loaded.includes('/appizer-web.fallback.js?v=5'), loaded.join());
      });
    }

    test('what an attribute says', async () => {
      await open(`<script src="/appizer-web.js" data-app-id="42" data-api-base="HERE" data-auto-events="false"
        data-auto-hook data-debug="true" data-host="x" data-cfasync="false"></script>
        <script>AppizerWeb.trackEvent('said_nothing')</script>`);
      const [{ app_id }] = await arrived('said_nothing');
      assert.equal(app_id, '42');
      assert.equal(on.sink.named('page_view').length, 0);
      await waitFor(() => on.site.requests.some(({ path }) => path === '/appizer-web.debug.js'));
    });

    test('without data-app-id it waits for init', async () => {
      await open(`<script src="/appizer-web.js" data-auto-events></script>
        <script>AppizerWeb.trackEvent('before_init')</script>`);
      await pause(300);
      assert.equal(await on.page.evaluate('localStorage.length'), 0);
      await on.page.evaluate(`AppizerWeb.init({ appId: 'demo', apiBase: '${on.sink.address}' })`);
      await arrived('before_init');
      assert.equal(on.sink.named('page_view').length, 0);
    });

    test('loaded twice, it is there once', async () => {
      await open(`<script src="/appizer-web.js" ${attributes}></script>
        <script>first = AppizerWeb; AppizerWeb.trackEvent('seen_once')</script>
        <script src="/appizer-web.js" ${attributes}></script>
        <script>same = first === AppizerWeb</script>`);
      await arrived('seen_once');
      await pause(1200);
      assert.equal(await on.page.evaluate('same'), true);
      assert.deepEqual(on.sink.events.map(({ event_name }) => event_name).sort(), [
        'page_view',
        'seen_once',
      ]);
    });

    test('of two versions the first counts', async () => {
      for (const [first, second, counts] of [
        ['appizer-web.js', 'later.js', version],
        ['later.js', 'appizer-web.js', '9.9.9'],
      ]) {
        await open(`<script src="/${first}" ${attributes}></script>
          <script src="/${second}" ${attributes}></script>`);
        await arrived('page_view');
        assert.equal(await on.page.evaluate('AppizerWeb.version'), counts);
        await pause(900);
        assert.equal(on.sink.named('page_view').length, 1);
      }
    });

    test('two apps on one page do not affect each other', async () => {
      await open(`<script src="/appizer-web.js"></script><script>
        const all = { apiBase: 'HERE', autoEvents: true };
        AppizerWeb.init({ ...all, appId: 'one' });
        const other = AppizerWeb.create({ ...all, appId: 'two', userIdStorageKey: 'other' });
        AppizerWeb.trackEvent('told_one');
        other.trackEvent('told_two');
        other.setUserId('somebody');
        ids = [AppizerWeb.getUserId(), other.getUserId()];
      </script>`);
      await arrived('page_view', 2);
      const [one] = await arrived('told_one');
      const [two] = await arrived('told_two');
      assert.deepEqual([one.app_id, two.app_id], ['one', 'two']);
      assert.deepEqual(
        on.sink
          .named('page_view')
          .map(({ app_id }) => app_id)
          .sort(),
        ['one', 'two'],
      );
      const ids = await on.page.evaluate('ids');
      assert.equal(one.user_id, ids[0]);
      assert.notEqual(two.user_id, ids[0]);
      assert.equal(ids[1], 'somebody');
    });

    test('a stub keeps calls with their times, in order', async () => {
      await open(`<script src="/appizer-web.stub.js"></script><script>
        kept = AppizerWeb;
        const { trackEvent } = AppizerWeb;
        const cart = { step: 1, when: Date.now() };
        trackEvent('step_done', cart);
        cart.step = 'changed by the page';
        AppizerWeb.trackEvent('step_done', { step: 2, size: 5n, when: Date.now() });
        AppizerWeb.init({ appId: 'demo', apiBase: 'HERE', beforeSend: (event) => {
          event.properties.hooked = true;
          return event;
        } });
        const other = AppizerWeb.create({ appId: 'two', apiBase: 'HERE' });
        other.trackEvent('other_step', { when: Date.now() });
        AppizerWeb.flush().then((flushed) => { window.flushed = flushed; });
        early = [AppizerWeb.getUserId(), AppizerWeb.version];
        setTimeout(() => {
          trackEvent('step_done', { step: 3, when: Date.now() });
          const script = document.createElement('script');
          script.src = '/appizer-web.js';
          script.onload = () => {
            kept.trackEvent('step_done', { step: 4, when: Date.now() });
            trackEvent('step_done', { step: 5, when: Date.now() });
            late = [kept.getUserId() === AppizerWeb.getUserId(), kept.version, kept === AppizerWeb];
            other.trackEvent('other_step', { when: Date.now() });
          };
          document.head.append(script);
        }, 400);
      </script>`);
      const steps = await arrived('step_done', 5);
      const others = await arrived('other_step', 2);
      assert.deepEqual(
        steps.map(({ properties }) => [properties.step, properties.hooked]),
        [1, 2, 3, 4, 5].map((step) => [step, true]),
      );
      assert.equal(steps[1].properties.size, '5');
      assert.deepEqual(new Set(others.map(({ app_id }) => app_id)), new Set(['two']));
      for (const { properties } of [...steps, ...others]) {
        const off = Date.parse(properties.$timestamp) - properties.when;
        assert.ok(off >= 0 && off < 50, `${off} ms off`);
      }
      assert.deepEqual(await on.page.evaluate('flushed'), { delivered: 0, dropped: 0, pending: 4 });
      assert.deepEqual(await on.page.evaluate('early.map(String)'), ['undefined', 'undefined']);
      assert.deepEqual(await on.page.evaluate('late'), [true, version, true]);
    });

    test('what a stub has kept is sent by the next page, where its script never came', async () => {
      const init = `AppizerWeb.init({ appId: 'demo', apiBase: 'HERE', autoEvents: true })`;
      await open(`<script>${stub}</script><script>${init};
        AppizerWeb.trackEvent('kept_by_stub', { a: 1 })</script>`);
      // Half a minute later.
      const kept = await on.page.evaluate(() => {
        const keys = Object.keys(localStorage).filter((key) => key.includes('.j.'));
        for (const key of keys) {
          const earlier = (/** @type {string} */ time) => String(Number(time) - 40_000);
          localStorage.setItem(
            key.replace(/\d+$/, earlier),
            String(localStorage.getItem(key)).replace(/(?<="t":)\d+/, earlier),
          );
          localStorage.removeItem(key);
        }
        return keys.length;
      });
      assert.equal(kept, 2);
      on.site.pages['/next'] = {
        body: `<!doctype html><title>Next</title><script>wrong = []</script>
          <script src="/appizer-web.js"></script><script>${init.replace('HERE', on.sink.address)}</script>`,
      };
      await on.page.goto(`${on.site.address}/next`);
      const [{ properties }] = await arrived('kept_by_stub');
      assert.equal(properties.a, 1);
      assert.equal(properties.$page, '/');
      const views = await arrived('page_view', 2);
      assert.deepEqual(views.map(({ properties }) => properties.title).sort(), ['Loading', 'Next']);
      await waitFor(
        () => on.page.evaluate(`!Object.keys(localStorage).some((key) => key.includes('.j.'))`),
        { what: 'an empty queue' },
      );
      assert.equal(on.sink.named('kept_by_stub').length, 1);
    });

    test('an event is in storage when trackEvent returns, and the core starts a little later', async () => {
      await open(`<script src="/appizer-web.js"></script><script>
        AppizerWeb.init({ appId: 'demo', apiBase: 'HERE', autoEvents: true });
        AppizerWeb.trackEvent('early');
        kept = Object.entries(localStorage).filter(([key]) => key.includes('.j.')).map(([, text]) => text[0]);
        known = localStorage.getItem('appizer_user_id');</script>`);
      assert.deepEqual(await on.page.evaluate('kept'), ['{', '{']);
      assert.equal(await on.page.evaluate('known'), null);
      await arrived('early');
      await arrived('page_view');
      assert.equal(on.sink.named('early').length, 1);
    });

    test('a page that is left before the core has started loses nothing', async () => {
      on.site.pages['/next'] = {
        body: '<!doctype html><title>Next</title><script>wrong = []</script>',
      };
      await open(`<script src="/appizer-web.js"></script><script>
        AppizerWeb.init({ appId: 'demo', apiBase: 'HERE', autoEvents: true });
        AppizerWeb.trackEvent('early');
        location.href = '/next';</script>`);
      await waitFor(() => on.sink.named('early').length > 0, { what: 'the event' });
      await waitFor(() => on.sink.named('page_view').length > 0, { what: 'the view' });
    });

    test('a stub whose script never comes is quiet, and bounded', async () => {
      await open(`<script src="/appizer-web.stub.js"></script>
        <script async src="/not-there/appizer-web.js"></script><script>
        for (let i = 0; i < 1500; ++i) AppizerWeb.trackEvent('never_seen', { i });
        for (const name in AppizerWeb) {
          if (typeof AppizerWeb[name] === 'function') AppizerWeb[name]();
        }
        const circle = {};
        circle.self = circle;
        AppizerWeb.trackEvent('circle_drawn', circle);
        AppizerWeb.flush().then(({ pending }) => { window.pending = pending; });
      </script>`);
      await waitFor(() => on.page.evaluate('window.pending'));
      assert.equal(await on.page.evaluate('pending'), 1000);
      assert.deepEqual(await on.page.evaluate('wrong'), []);
    });

    test('a stub after the script changes nothing', async () => {
      await open(`<script src="/appizer-web.js" ${attributes}></script>
        <script>first = AppizerWeb</script><script>${stub}</script>`);
      await arrived('page_view');
      assert.equal(await on.page.evaluate('first === AppizerWeb'), true);
    });

    test('the snippet, under a policy with a nonce and with a hash of the script', async () => {
      await open(
        `${snippet({
          src: '/appizer-web.js?a=1&b="2"',
          integrity: hashes['appizer-web.js'],
          nonce: 'abc',
          appId: 'demo',
          autoEvents: true,
          autoHook: false,
          apiBase: on.sink.address,
        })}<script nonce="abc">AppizerWeb.trackEvent('shown_early')</script>`,
        { 'content-security-policy': "script-src 'self' 'nonce-abc' 'wasm-unsafe-eval'" },
      );
      await arrived('shown_early');
      await arrived('page_view');
      assert.ok(on.site.requests.some(({ path }) => path === '/appizer-web.js?a=1&b=%222%22'));
    });

    test('elements that have taken the names it needs are no trouble', async () => {
      await open(
        `<img name="currentScript" src="/evil/appizer-web.js"><form name="querySelector"></form>
         <form name="title"></form><a id="AppizerWeb"></a>
         <script type="module" src="/appizer-web.js" ${attributes}></script>
         <script src="/appizer-web.js" ${attributes}></script>`,
        { 'content-security-policy': "script-src 'self'" },
      );
      await arrived('page_view');
      assert.ok(
        !on.site.requests.some(({ path }) => path.startsWith('/evil/appizer-web.fallback')),
      );
    });
  });
}
