/** One visitor in several documents, sub-domains and visits: one id, one session, in what the collector has stored. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createCollector } from '../../examples/collector/server.mjs';
import { inEngines, launch } from './harness/browsers.mjs';
import { createSite } from './harness/site.mjs';
import { waitFor } from './harness/wait.mjs';
import { pageOf, visit } from './visits.mjs';

/** A call of the SDK, as code for the page. @type {(code: string) => string} */
const call = (code) => `void AppizerWeb.${code}`;

/**
 * A collector, a site with the SDK, and what the collector has stored of it.
 *
 * @param {object} options of `AppizerWeb.init`
 * @param {Record<string, string>} pages
 */
async function createStore(options, pages) {
  const collector = createCollector({ db: ':memory:' });
  const settings = { appId: 'demo', apiBase: await collector.listen(), ...options };
  const site = await createSite({
    pages: {
      '/bare': '<!doctype html><title>No SDK here</title>',
      '/init.js': {
        headers: { 'content-type': 'text/javascript' },
        body: `AppizerWeb.init(${JSON.stringify(settings)});`,
      },
      ...pages,
    },
  });
  /** @param {'events' | 'aliases' | 'users'} table @returns {any[]} */
  const all = (table) => collector.store.newest(table, 'demo', 100_000);
  return {
    site,
    events: () => all('events'),
    /** The ids of events that are neither the visitor's nor linked to it, over however many steps. @param {string} id */
    strangers(id) {
      const links = new Map(all('aliases').map(({ alias_id, user_id }) => [alias_id, user_id]));
      const owner = (/** @type {string} */ one) => {
        for (let step = 0; step < 100 && links.has(one); ++step) one = links.get(one);
        return one;
      };
      return [...new Set(all('events').map(({ user_id }) => user_id))].filter(
        (one) => owner(one) !== id,
      );
    },
    aliases: () => all('aliases'),
    users: () => all('users'),
    async close() {
      await site.close();
      await collector.close();
    },
  };
}

/** @param {import('./harness/browsers.mjs').Page} page @returns {Promise<string>} */
const userId = (page) => page.evaluate('AppizerWeb.getUserId() ?? ""');

/** Waits until all tabs have one id. @param {import('./harness/browsers.mjs').Page[]} tabs @returns {Promise<string>} */
const agreed = (tabs) =>
  waitFor(
    async () => {
      const ids = new Set(await Promise.all(tabs.map(userId)));
      return ids.size === 1 ? [...ids][0] : undefined;
    },
    { what: 'one id in all tabs' },
  );

// What a tab sees while its process does not know yet what another one has written: nothing of it, and no event of it,
// before `catchUp()`. A browser does that for some milliseconds at most, when it likes.
const late = `<script>
  const { getItem } = Storage.prototype;
  const missed = [];
  Storage.prototype.getItem = function (key) {
    return /user_id$|[.]s$/.test(key) && !own.has(key) ? null : getItem.call(this, key);
  };
  const own = new Set();
  const { setItem } = Storage.prototype;
  Storage.prototype.setItem = function (key, text) {
    own.add(key);
    return setItem.call(this, key, text);
  };
  const hold = (event) => {
    event.stopImmediatePropagation();
    missed.push(event);
  };
  addEventListener('storage', hold, true);
  window.catchUp = () => {
    Object.assign(Storage.prototype, { getItem, setItem });
    removeEventListener('storage', hold, true);
    for (const { key, newValue, oldValue, storageArea, url } of missed) {
      dispatchEvent(new StorageEvent('storage', { key, newValue, oldValue, storageArea, url }));
    }
  };
</script>`;

inEngines('one visitor', (engine) => {
  /** @type {import('./harness/browsers.mjs').Browser} */
  let browser;
  before(async () => {
    browser = await launch(engine);
  });
  after(() => browser.close());

  // WebKit's driver shows no second window.
  if (engine !== 'webkit') {
    test('two tabs that a new visitor opens at once: what lost is linked, and a login links it all', {
      timeout: 150_000,
    }, async () => {
      const profile = await launch(engine);
      const store = await createStore(
        {},
        { '/': pageOf('First'), '/late': pageOf('Late', '', late) },
      );
      try {
        const [first, second] = [await profile.newPage(), await profile.newPage()];
        await first.goto(`${store.site.address}/bare`);
        await second.goto(`${store.site.address}/bare`);
        await first.goto(`${store.site.address}/`);
        await first.evaluate(call("trackEvent('in_first'), AppizerWeb.flush()"));
        await second.goto(`${store.site.address}/late`);
        await second.evaluate(call("trackEvent('in_second'), AppizerWeb.flush()"));
        await waitFor(() => store.events().length === 2, { what: 'what both have sent' });
        // Each was sent under an id of its own, so that one of the two must be linked.
        assert.equal(new Set(store.events().map(({ user_id }) => user_id)).size, 2);
        await second.evaluate('catchUp()');
        const id = await agreed([first, second]);
        await first.evaluate(call("trackEvent('then_in_first')"));
        await second.evaluate(call("trackEvent('then_in_second')"));
        await waitFor(() => store.events().length === 4 && store.strangers(id).length === 0, {
          what: 'an alias for the id that lost',
        });
        const [, , third, fourth] = store.events();
        assert.deepEqual([third.user_id, fourth.user_id], [id, id]);
        assert.equal(third.properties.$session_id, fourth.properties.$session_id);

        await second.evaluate(call("setUserId('user_1')"));
        await waitFor(() => store.strangers('user_1').length === 0, {
          what: 'the alias of a login',
        });
        assert.equal(await agreed([first, second]), 'user_1');
        // One for each id that was used: none is linked twice.
        const linked = store.aliases().map(({ alias_id }) => alias_id);
        assert.equal(new Set(linked).size, linked.length);
        assert.equal(linked.length, 2);
      } finally {
        await profile.close();
        await store.close();
      }
    });
  }

  test('thirty frames and four tabs at once: one visitor, one session', {
    timeout: 240_000,
  }, async () => {
    const profile = await launch(engine);
    const tracks = "<script>AppizerWeb.trackEvent('opened')</script>";
    const frames = '<iframe src="/"></iframe>'.repeat(30);
    // A view would wait until its tab is seen, and of several tabs one is.
    const store = await createStore(
      { autoEvents: { pageViews: false, pageLeave: false, sessionStart: true } },
      { '/': pageOf('Part', tracks), '/frames': pageOf('Whole', tracks + frames) },
    );
    try {
      // WebKit's driver shows no second window.
      const tabs = [];
      const count = engine === 'webkit' ? 1 : 4;
      for (let i = 0; i < count; ++i) tabs.push(await profile.newPage());
      for (const tab of tabs) await tab.goto(`${store.site.address}/bare`);
      await Promise.all(
        tabs.map((tab, i) => tab.goto(`${store.site.address}${i === 0 ? '/frames' : '/'}`)),
      );
      const id = await agreed(tabs);
      const opened = () => store.events().filter(({ event_name }) => event_name === 'opened');
      await waitFor(() => opened().length >= 30 + count && store.strangers(id).length === 0, {
        what: 'the events of one visitor',
        timeout: 120_000, // tabs behind others are slow
      }).catch((error) => {
        const of = opened().map(({ user_id }) => user_id);
        throw new Error(`${error.message}: ${of.length} events, ${store.strangers(id)} of ${of}`);
      });
      assert.equal(opened().length, 30 + count);
      // Each process sees late that another one has begun the session as well, and they agree before anything is sent.
      const sessions = () =>
        new Set(store.events().map(({ properties }) => properties.$session_id));
      assert.equal(sessions().size, 1, JSON.stringify([...sessions()]));
      await tabs[0]?.evaluate(() => {
        for (const { contentWindow } of document.querySelectorAll('iframe')) {
          /** @type {any} */ (contentWindow).AppizerWeb.trackEvent('went_on');
        }
      });
      for (const tab of tabs) await tab.evaluate(call("trackEvent('went_on')"));
      const later = () => store.events().filter(({ event_name }) => event_name === 'went_on');
      await waitFor(() => later().length >= 30 + count, {
        what: 'what followed',
        timeout: 120_000,
      });
      assert.equal(sessions().size, 1);
    } finally {
      await profile.close();
      await store.close();
    }
  });

  test('from www. to app. with the cookie: one id, one session, the campaign kept, no referrer', {
    timeout: 150_000,
  }, async () => {
    const profile = await launch(engine);
    const store = await createStore(
      { persistence: 'cookie', autoEvents: { pageLeave: false, sessionStart: true } },
      { '/': pageOf('Site', '<a id="over">to the app</a>') },
    );
    try {
      const at = (/** @type {string} */ label) =>
        store.site.address.replace('127.0.0.1', `${label}.shop.localhost`);
      const page = await profile.newPage();
      await page.goto(`${at('www')}/?utm_source=news&utm_campaign=spring`);
      await waitFor(() => store.events().length === 2, { what: 'the first view' });
      await page.evaluate(
        (/** @type {string} */ url) => document.querySelector('a')?.setAttribute('href', url),
        `${at('app')}/`,
      );
      await page.click('#over');
      await waitFor(() => store.events().length === 3, { what: 'the second view' });
      await page.evaluate(call("setUserId('user_1')"));
      await waitFor(() => store.aliases().length === 1, { what: 'the alias' });

      const [start, www, app] = store.events();
      assert.deepEqual(
        [start, www, app].map(({ event_name }) => event_name),
        ['session_start', 'page_view', 'page_view'],
      );
      assert.match(app.properties.url, /^http:\/\/app\.shop\.localhost/);
      assert.equal(app.user_id, www.user_id);
      assert.equal(app.properties.$session_id, www.properties.$session_id);
      assert.equal(www.properties.utm_campaign, 'spring');
      // The visit came from outside, however the visitor went on within the site.
      const [user] = store.users();
      const { campaign, landing_page, referrer = '', last } = user.origin;
      assert.equal(campaign, 'spring', JSON.stringify(user));
      assert.match(landing_page, /^http:\/\/www\./);
      assert.equal(`${referrer}${last?.referrer ?? ''}`, '');
      assert.equal(last.campaign, 'spring');
    } finally {
      await profile.close();
      await store.close();
    }
  });

  test(
    'the same campaign in another order, case or part is one session, another one is not',
    {
      timeout: 150_000,
    },
    () =>
      visit(
        {
          browser,
          held: true,
          pages: { '/': pageOf('Home') },
          open: '/?utm_source=News&utm_campaign=Spring&gclid=1',
          options: { autoEvents: { pageLeave: false, sessionStart: true } },
        },
        async ({ page, site, settle, arrives, events }) => {
          for (const query of [
            'utm_campaign=spring&gclid=1&utm_source=news', // another order and case
            'utm_source=news', // a part
            'utm_source=news&utm_campaign=spring&gclid=1&fbclid=2', // another click id
            'utm_source=partner&utm_campaign=spring', // another source
            'utm_campaign=Spring&utm_source=Partner',
          ]) {
            await page.goto(`${site.address}/?${query}`);
            await settle();
          }
          await arrives(8);
          const views = events().filter(({ event_name }) => event_name === 'page_view');
          const all = views.map(({ properties }) => properties.$session_id);
          assert.equal(views.length, 6);
          const [a, , , , b] = all;
          assert.notEqual(a, b);
          assert.deepEqual(all, [a, a, a, a, b, b]);
          assert.equal(events().length, 8, 'one session_start for each');
        },
      ),
  );
});
