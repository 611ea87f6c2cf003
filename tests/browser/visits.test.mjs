/** What an event says of its visit, in real pages: against what the collector has stored. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { inEngines, launch } from './harness/browsers.mjs';
import { waitFor } from './harness/wait.mjs';
import { pageOf, sdk, visit } from './visits.mjs';

const strip = 'history.replaceState(null, "", location.pathname)';
const html = (/** @type {string} */ head, body = '') =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Home</title>${head}</head><body>${body}</body></html>`;

inEngines('visits', (engine) => {
  /** @type {import('./harness/browsers.mjs').Browser} */
  let browser;
  before(async () => {
    browser = await launch(engine);
  });
  after(() => browser.close());

  /**
   * The SDK's time is passed, not waited for.
   *
   * @param {string} name @param {Partial<Parameters<typeof visit>[0]>} wishes
   * @param {Parameters<typeof visit>[1]} body
   */
  const scene = (name, wishes, body) =>
    test(name, { timeout: 150_000 }, () =>
      visit({ browser, pages: { '/': pageOf('Home') }, held: true, ...wishes }, body),
    );

  for (const [when, page] of [
    ['before the SDK runs', html(`<script>${strip}</script>${sdk}`)],
    ['as soon as the SDK has run', html(`${sdk}<script>${strip}</script>`)],
    ['when the page has loaded', html(`${sdk}<script>onload = () => { ${strip} }</script>`)],
    ['after 400 ms', html(`${sdk}<script>setTimeout(() => { pass(400); ${strip} })</script>`)],
  ]) {
    scene(
      `a campaign that is stripped ${when}`,
      {
        pages: { '/': page },
        open: '/?utm_source=news&gclid=1',
        options: { autoEvents: { sessionStart: true, pageLeave: false } },
      },
      async ({ arrives, events }) => {
        await arrives(2);
        const [start, view] = events().map(({ properties }) => properties);
        for (const one of [start, view]) {
          assert.equal(one.utm_source, 'news');
          assert.equal(one.gclid, '1');
          assert.equal(one.$view_id, view.$view_id);
        }
        assert.match(start.url, /\?utm_source=news&gclid=1$/);
        assert.deepEqual([start.$seq, view.$seq], [1, 2]);
      },
    );
  }

  scene(
    'a router that loads for 1.2 s before it changes the title, and redirects after a request',
    {},
    async ({ page, go, pass, leave, arrives, recorded, events }) => {
      await page.evaluate(() => history.pushState(null, '', '/tea'));
      await pass(1200);
      await go(() => {
        document.title = 'Tea';
      });
      await page.evaluate(() => history.pushState(null, '', '/account'));
      await pass(1200);
      await go(() => {
        history.replaceState(null, '', '/login');
        document.title = 'Log in';
      });
      await leave();
      await arrives(6);
      assert.deepEqual(recorded(), [
        ...['page_view /', 'page_leave /', 'page_view /tea', 'page_leave /tea'],
        ...['page_view /login', 'page_leave /login'],
      ]);
      assert.deepEqual(
        events().map(({ properties }) => properties.title),
        ['Home', 'Home', 'Tea', 'Tea', 'Log in', 'Log in'],
      );
    },
  );

  scene(
    'pages that the visitor clicks through, a second each',
    {
      pages: {
        '/': pageOf(
          'Home',
          `<button id="a" onclick="history.pushState(null, '', '/a')">A</button>
           <button id="b" onclick="history.pushState(null, '', '/b')">B</button>`,
        ),
      },
    },
    async ({ page, pass, leave, arrives, recorded }) => {
      await page.click('#a');
      await pass(1000);
      await page.click('#b');
      await leave();
      await arrives(6);
      assert.deepEqual(
        recorded(),
        ['/', '/a', '/b'].flatMap((at) => [`page_view ${at}`, `page_leave ${at}`]),
      );
    },
  );

  scene(
    'the depth of a page that is swapped before the URL changes, and of an element that scrolls',
    {
      pages: {
        '/': pageOf('Home', '<main style="height: 6000px">long</main>'),
        '/app': pageOf(
          'App',
          `<style>body { margin: 0 } #app { height: 100vh; overflow: auto }</style>
           <div id="app"><div style="height: 10000px">long</div></div>`,
        ),
      },
    },
    async ({ page, go, settle, site, leave, arrives, events }) => {
      await go(async () => {
        const scrolled = new Promise((resolve) => addEventListener('scroll', resolve));
        scrollTo(0, 1000);
        await scrolled;
      });
      await go(() => {
        const main = document.querySelector('main');
        if (main) main.style.height = '10px';
        document.title = 'Short';
        history.pushState(null, '', '/short');
      });
      await page.goto(`${site.address}/app`);
      await settle();
      await go(async () => {
        const app = document.querySelector('#app');
        const scrolled = new Promise((resolve) => app?.addEventListener('scroll', resolve));
        app?.scrollTo(0, 2000);
        await scrolled;
      });
      await leave();
      await arrives(6);
      // In whatever order the requests of two documents arrived.
      const leaves = events()
        .filter(({ event_name }) => event_name === 'page_leave')
        .map(({ properties: { page, title, scroll_percent } }) => ({ page, title, scroll_percent }))
        .sort((a, b) => a.page.localeCompare(b.page));
      const [home, app, short] = leaves;
      assert.deepEqual([home?.title, app?.title, short?.title], ['Home', 'App', 'Short']);
      const text = JSON.stringify(leaves);
      assert.ok(home?.scroll_percent > 15 && home?.scroll_percent < 45, text);
      assert.ok(app?.scroll_percent > 20 && app?.scroll_percent < 45, text);
      assert.equal(short?.scroll_percent, 100);
    },
  );

  scene(
    'clicks on marked elements and on buttons',
    {
      options: { autoEvents: { pageViews: false, pageLeave: false, clicks: true } },
      pages: {
        '/': pageOf(
          'Home',
          `<div id="plan" tabindex="0" data-appizer-event="plan_chosen" data-appizer-event-plan-name="pro">Pro</div>
           <button id="close" onclick="this.remove()">Close <b>it</b></button>
           <div data-appizer-ignore><button id="secret">Secret</button></div>
           <button id="named" aria-label="Say this"><input value="typed"></button>
           <div id="host"></div>
           <script>
             document.querySelector('#host').attachShadow({ mode: 'open' }).innerHTML =
               '<button id="inner">Inside</button>';
           </script>`,
        ),
      },
    },
    async ({ page, go, arrives, events }) => {
      await page.click('#plan');
      // The key Enter; a W3C driver has a character for it.
      await page.type('#plan', page.raw ? '\n' : '\uE007');
      await page.click('#close');
      await page.click('#secret');
      await go(() => {
        document.getElementById('named')?.click();
        const inner = document.querySelector('#host')?.shadowRoot?.querySelector('button');
        inner?.click();
      });
      await arrives(5);
      assert.deepEqual(
        events().map(({ event_name, properties: { plan_name, text, id } }) => [
          event_name,
          plan_name ?? text,
          id,
        ]),
        [
          ['plan_chosen', 'pro', undefined],
          ['plan_chosen', 'pro', undefined],
          ['button_click', 'Close it', 'close'],
          ['button_click', 'Say this', 'named'],
          ['button_click', 'Inside', 'inner'],
        ],
      );
    },
  );

  scene(
    'a script tag and a bundle with the same app are one client, another app is its own',
    { options: { autoEvents: { pageLeave: false } } },
    async ({ go, arrives, recorded, events }) => {
      const ids = await go(async () => {
        const { AppizerWeb } = await import(/** @type {any} */ ('/index.mjs'));
        const own = /** @type {any} */ (window).AppizerWeb;
        const script = await (await fetch('/init.js')).text();
        const options = JSON.parse(script.slice(script.indexOf('{'), script.lastIndexOf(')')));
        AppizerWeb.trackEvent('before');
        AppizerWeb.init(options);
        AppizerWeb.trackEvent('from_bundle', { a: 1 });
        const other = AppizerWeb.create({ ...options, appId: 'other', autoEvents: false });
        other.trackEvent('elsewhere');
        return [own.getUserId(), AppizerWeb.getUserId()];
      });
      assert.equal(ids[0], ids[1]);
      await arrives(3);
      assert.deepEqual(
        events().map(({ event_name }) => event_name),
        ['page_view', 'before', 'from_bundle'],
      );
      assert.deepEqual(events()[2].properties.a, 1);
      assert.equal(new Set(events().map(({ properties }) => properties.$session_id)).size, 1);
      assert.ok(recorded());
    },
  );

  scene(
    'a page that was hidden and then ended without notice is left, as the next page reports',
    {},
    async ({ page, site, settle, arrives, recorded, events }) => {
      await arrives(1);
      // What a phone does to a hidden tab: the page notices that it is hidden, and nothing after that.
      await page.evaluate(() => {
        Object.defineProperty(document, 'visibilityState', { value: 'hidden' });
        document.dispatchEvent(new Event('visibilitychange'));
        for (const type of ['pagehide', 'pageshow', 'visibilitychange']) {
          addEventListener(type, (event) => event.stopImmediatePropagation(), true);
        }
      });
      await waitFor(
        () => page.evaluate(() => Object.keys(localStorage).some((key) => key.includes('.j.'))),
        { what: 'what would be lost' },
      );
      const left = await page.evaluate(() => ({ ...localStorage }));
      await page.goto(`${site.address}/bare`);
      await page.evaluate((/** @type {Record<string, string>} */ items) => {
        localStorage.clear();
        for (const [key, value] of Object.entries(items)) localStorage.setItem(key, value);
      }, left);
      await page.goto(`${site.address}/`);
      await settle();
      await arrives(3);
      const leaves = events().filter(({ event_name }) => event_name === 'page_leave');
      // The copy that storage kept has the id of the one that this driver could not keep the page from sending.
      assert.equal(new Set(leaves.map(({ properties }) => properties.$event_id)).size, 1);
      assert.ok(recorded().includes('page_leave /'));
    },
  );

  // A clock that the page can put forward, for as long as its SDK runs.
  const clock = (/** @type {number} */ ahead = 0) => `<script>
    window.ahead = ${ahead};
    { const now = Date.now; Date.now = () => now() + ahead; }
  </script>`;
  const MINUTE = 60_000;

  scene(
    'the end of a page that was idle for longer than a session belongs to the session of its view',
    {
      pages: { '/': pageOf('Home', '', clock()) },
      options: { autoEvents: { sessionStart: true } },
    },
    async ({ go, leave, arrives, events, recorded }) => {
      await go((/** @type {number} */ time) => {
        /** @type {any} */ (window).ahead = time;
      }, 40 * MINUTE);
      await leave();
      await arrives(3);
      assert.deepEqual(
        recorded().map((line) => line.split(' ')[0]),
        ['session_start', 'page_view', 'page_leave'],
      );
      assert.equal(new Set(events().map(({ properties }) => properties.$session_id)).size, 1);
    },
  );

  scene(
    'an event after a long pause, and one after a logout, each begin a session that says so',
    {
      pages: { '/': pageOf('Home', '', clock()) },
      options: { autoEvents: { sessionStart: true } },
    },
    async ({ go, arrives, events }) => {
      await go((/** @type {number} */ time) => {
        /** @type {any} */ (window).ahead = time;
        /** @type {any} */ (window).AppizerWeb.trackEvent('came_back');
      }, 40 * MINUTE);
      await go(() => {
        const { AppizerWeb } = /** @type {any} */ (window);
        AppizerWeb.reset();
        AppizerWeb.trackEvent('somebody_else');
      });
      await arrives(6);
      const sessionOf = (/** @type {string} */ name) =>
        events()
          .filter(({ event_name }) => event_name === name)
          .map(({ properties }) => properties.$session_id);
      const [first, second, third] = sessionOf('session_start');
      assert.deepEqual(sessionOf('page_view'), [first]);
      assert.deepEqual(sessionOf('came_back'), [second]);
      assert.deepEqual(sessionOf('somebody_else'), [third]);
      assert.equal(new Set([first, second, third]).size, 3);
    },
  );

  scene(
    'URLs that are the same but for their escapes are one page',
    { pages: { '/': pageOf('Home'), '/caf%C3%A9~': pageOf('Café') } },
    async ({ go, leave, arrives, recorded }) => {
      await go(() => history.pushState(null, '', '/caf%c3%a9%7e'));
      await go(() => history.pushState(null, '', '/caf%C3%A9~'));
      await go(() => history.pushState(null, '', '/caf%c3%a9~'));
      await leave();
      await arrives(4);
      assert.deepEqual(
        recorded(),
        ['/', '/caf%C3%A9~'].flatMap((at) => [`page_view ${at}`, `page_leave ${at}`]),
      );
    },
  );

  scene(
    'the cookie of a visitor who comes back after a day is written again, and not before',
    {
      options: { autoEvents: true, persistence: 'cookie' },
      pages: Object.fromEntries(
        [
          ['/', 0],
          ['/soon', 10 * MINUTE],
          ['/later', 25 * 60 * MINUTE],
        ].map(([path, ahead]) => [
          path,
          pageOf(
            'Home',
            '',
            `${clock(Number(ahead))}<script>{
              window.written = [];
              const { get, set } = Object.getOwnPropertyDescriptor(Document.prototype, 'cookie');
              Object.defineProperty(document, 'cookie', {
                get: () => get.call(document),
                set: (text) => { written.push(text); set.call(document, text); },
              });
            }</script>`,
          ),
        ]),
      ),
    },
    async ({ page, site, settle }) => {
      const writes = async () =>
        (await page.evaluate('written')).filter((/** @type {string} */ text) =>
          text.startsWith('appizer_user_id='),
        );
      const [first] = await writes();
      await page.goto(`${site.address}/soon`);
      await settle();
      assert.deepEqual(await writes(), []);
      await page.goto(`${site.address}/later`);
      await settle();
      // For the domain that took it: of an address not every engine takes the same.
      assert.deepEqual(await writes(), [first]);
      assert.match(
        String(first),
        /^appizer_user_id=[-\w]{36}; path=\/; max-age=34560000; SameSite=Lax(; domain=[\d.]+)?$/,
      );
    },
  );
});
