/** Page views in real pages: each visit with the exact list of what is recorded of it. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { inEngines, launch } from './harness/browsers.mjs';
import { waitFor } from './harness/wait.mjs';
import { pageOf, pause, SETTLED, visit } from './visits.mjs';

// Older browsers have no Navigation API, so its absence is tested where there is one.
const noNavigation =
  '<script>Object.defineProperty(window, "navigation", {value: undefined})</script>';

const home = pageOf('Home', '<a href="/next?from=home">next</a><a id="top" name="top"></a>');

inEngines('page views', (engine) => {
  /** @type {import('./harness/browsers.mjs').Browser} */
  let browser;
  before(async () => {
    browser = await launch(engine);
  });
  after(() => browser.close());

  /**
   * The SDK's time is passed, not waited for, unless a scene wishes something else.
   *
   * @param {string} name @param {Partial<Parameters<typeof visit>[0]>} wishes
   * @param {Parameters<typeof visit>[1]} body
   */
  const scene = (name, wishes, body) =>
    test(name, { timeout: 150_000 }, () =>
      visit({ browser, pages: { '/': home }, held: true, ...wishes }, body),
    );

  scene(
    'pages without a router',
    { pages: { '/': home, '/next': pageOf('Next') }, open: '/?utm_source=news' },
    async ({ page, site, arriveAt, leave, arrives, recorded, events }) => {
      await page.click('a');
      await arriveAt('/next?from=home');
      await leave();
      await arrives(4);
      assert.deepEqual(recorded(), [
        'page_view /',
        'page_leave /',
        'page_view /next',
        'page_leave /next',
      ]);
      const [first, , next] = events().map(({ properties }) => properties);
      assert.equal(first.title, 'Home');
      assert.equal(first.url, `${site.address}/?utm_source=news`);
      assert.equal(first.utm_source, 'news');
      assert.equal(first.referrer, '');
      assert.equal(next.title, 'Next');
      assert.equal(next.url, `${site.address}/next?from=home`);
      assert.equal(next.referrer, `${site.address}/?utm_source=news`);
      assert.equal(first.$session_id, next.$session_id);
    },
  );

  for (const [way, head] of [
    ['as the browser has it', ''],
    ['without the Navigation API', noNavigation],
  ]) {
    const pages = { '/': pageOf('Home', '<p id="price">Price</p>', head) };

    scene(`every way to change the URL, ${way}`, { pages }, async (visiting) => {
      const { go, leave, arrives, recorded, events } = visiting;
      await go(() => {
        history.pushState(null, '', '/a');
        setTimeout(() => {
          document.title = 'A';
        }, 30);
      });
      await go(() => history.pushState(null, '', '/a')); // the same again
      await go(() => history.replaceState({ scroll: 1 }, '')); // only the state
      await go(() => history.pushState(null, '', '/a?page=2'));
      await go(() => {
        location.hash = 'price';
      });
      await go(() => history.replaceState(null, '', '/b'));
      await go(() => {
        history.pushState(null, '', '/account'); // is redirected
        history.replaceState(null, '', '/login');
        document.title = 'Log in';
      });
      await go(() => {
        for (let i = 0; i < 20; ++i) history.pushState(null, '', `/step/${i}`);
      });
      await go(() => history.go(-20)); // to /login
      await go(() => history.forward()); // to /step/0
      await go(() => {
        location.hash = '/inbox';
      });
      await go(() => {
        location.hash = '#/inbox?sort=date';
      });
      await go(() => {
        location.hash = '#!/sent';
      });
      await leave();
      const pages = ['/', '/a', '/b', '/login', '/step/19', '/login', '/step/0'].concat(
        '/step/0#/inbox',
        '/step/0#!/sent',
      );
      await arrives(2 * pages.length);
      assert.deepEqual(
        recorded(),
        pages.flatMap((at) => [`page_view ${at}`, `page_leave ${at}`]),
      );
      const views = events()
        .filter(({ event_name }) => event_name === 'page_view')
        .map(({ properties }) => properties);
      assert.deepEqual(
        views.slice(0, 4).map(({ title }) => title),
        ['Home', 'A', 'A', 'Log in'],
      );
      const { origin } = new URL(views[0].url);
      assert.deepEqual(
        views.slice(1, 4).map(({ referrer }) => referrer.replace(origin, '')),
        ['/', '/a?page=2#price', '/b'],
      );
    });
  }

  scene(
    'queries and hashes, where they are to count',
    {
      options: { autoEvents: { pageLeave: false, pageViews: { query: true, hash: true } } },
    },
    async ({ go, leave, arrives, recorded }) => {
      await go(() => history.pushState(null, '', '/?tab=2'));
      await go(() => {
        location.hash = 'price';
      });
      await go(() => history.back());
      await leave();
      await arrives(4);
      assert.deepEqual(recorded(), [
        'page_view /',
        'page_view /',
        'page_view /#price',
        'page_view /',
      ]);
    },
  );

  scene(
    'how long and how far',
    {
      pages: { '/': pageOf('Long', '<div style="height:5000px">Long</div>') },
    },
    async ({ go, leave, arrives, events }) => {
      const percent = await go(async () => {
        const scrolled = new Promise((resolve) => addEventListener('scroll', resolve));
        scrollTo(0, 2000);
        await scrolled;
        return (100 * (2000 + innerHeight)) / document.documentElement.scrollHeight;
      });
      await go(() => scrollTo(0, 0));
      await go(() => history.pushState(null, '', '/b'));
      await leave();
      await arrives(4);
      const [, first, , second] = events().map(({ properties }) => properties);
      assert.equal(first.scroll_percent, Math.round(percent));
      assert.ok(second.scroll_percent < first.scroll_percent);
      // The page was let be three times, then once.
      assert.deepEqual([first.visible_ms, second.visible_ms], [3 * SETTLED, SETTLED]);
    },
  );

  // Each measurement reads `innerHeight` once, where the document scrolls.
  const measured = pageOf(
    'Home',
    '<main style="height: 5000px">long</main>',
    `<script>window.asked = 0; for (const name of ['scrollY', 'innerHeight']) {
      const { get } = Object.getOwnPropertyDescriptor(window, name);
      Object.defineProperty(window, name, { get() { asked += 1; return get.call(this); } });
    }
    setTimeout(() => { window.early = asked; }, 60);</script>`,
  );

  scene(
    'the layout of a page is asked for once at each look at a view that stands, and at its end',
    { pages: { '/': measured } },
    async ({ page, go, settle, leave, arrives, events }) => {
      await arrives(1);
      assert.equal(await page.evaluate('early'), 0);
      // After 125, 250 and 500 ms.
      const first = Number(await page.evaluate('asked'));
      assert.ok(first >= 1 && first <= 3, String(first));
      assert.equal(
        await go(() => {
          history.pushState(null, '', '/b');
          return /** @type {any} */ (window).asked;
        }),
        first,
      );
      await settle(); // the view stands after three seconds, and is sent a little later
      await arrives(3);
      // And after 1, 2 and 3 s.
      const second = Number(await page.evaluate('asked')) - first;
      assert.ok(second >= 1 && second <= 6, String(second));
      await leave();
      await arrives(4);
      assert.ok(events()[3].properties.scroll_percent < 50);
    },
  );

  scene(
    'without page_leave nobody asks for the layout',
    { pages: { '/': measured }, options: { autoEvents: { pageLeave: false } } },
    async ({ page, go, settle, arrives }) => {
      await go(() => history.pushState(null, '', '/b'));
      await settle();
      await arrives(2);
      assert.equal(await page.evaluate('asked'), 0);
    },
  );

  scene(
    'a visitor who leaves at once',
    {
      pages: {
        '/': pageOf('Home', '<script>setTimeout(() => { location.href = "/bare" }, 20)</script>'),
      },
    },
    async ({ arrives, recorded }) => {
      await arrives(2);
      assert.deepEqual(recorded(), ['page_view /', 'page_leave /']);
    },
  );

  scene(
    'back from the back/forward cache',
    {},
    async ({ page, settle, leave, arrives, recorded, events }) => {
      await page.evaluate(() => {
        addEventListener('pageshow', (event) => {
          /** @type {any} */ (window).cached = event.persisted;
        });
      });
      // What is on its way when a page is left may keep it out of there.
      await arrives(1);
      await waitFor(
        () => page.evaluate(() => Object.keys(localStorage).every((key) => !key.includes('.j.'))),
        { what: 'an empty journal' },
      );
      await settle();
      await leave();
      await page.back();
      await settle();
      const kept = await page.evaluate(() => /** @type {any} */ (window).cached);
      assert.equal(kept, true);
      await leave();
      await arrives(4);
      assert.deepEqual(recorded(), ['page_view /', 'page_leave /', 'page_view /', 'page_leave /']);
      assert.equal(events()[2].properties.referrer, '');
    },
  );

  scene(
    'names that pages give to their elements',
    {
      pages: {
        '/': pageOf(
          'Home',
          `<nav id="navigation"></nav><form name="title"></form><img name="referrer">
             <form name="history"></form><form name="location"></form>`,
        ),
      },
    },
    async ({ go, leave, arrives, recorded, events }) => {
      await go(() => window.history.pushState(null, '', '/a'));
      await leave();
      await arrives(4);
      assert.deepEqual(
        recorded().filter((line) => line.startsWith('page_view')),
        ['page_view /', 'page_view /a'],
      );
      assert.equal(events()[0].properties.title, 'Home');
      assert.equal(events()[0].properties.referrer, '');
    },
  );

  scene(
    'links',
    {
      options: { autoEvents: { pageLeave: false, outboundLinks: true, downloads: true } },
      pages: {
        '/': pageOf(
          'Links',
          `<a id="inside" href="#top">top</a>
             <a id="outside" href="https://other.example/a?b"><b>other</b></a>
             <a id="file" href="/list.pdf">list</a>
             <a id="made" href="/export" download="orders.csv">orders</a>
             <svg width="50" height="20"><a id="drawn" href="https://svg.example/"><text y="15">svg</text></a></svg>
             <map name="m"><area id="area" href="https://area.example/" coords="0,0,9,9"></map>
             <a id="broken" href="https://[">broken</a><a id="empty">empty</a>
             <div id="host"></div>
             <script>
               host.attachShadow({ mode: 'open' }).innerHTML = '<a href="https://shadow.example/">shadow</a>';
               window.prevented = [];
               for (const type of ['click', 'auxclick']) {
                 addEventListener(type, (event) => {
                   prevented.push(event.defaultPrevented);
                   event.preventDefault();
                 });
               }
             </script>`,
        ),
      },
    },
    async ({ page, settle, arrives, events }) => {
      await page.evaluate(() => {
        const click = (/** @type {Element | null | undefined} */ node, button = 0) =>
          node?.dispatchEvent(
            new MouseEvent(button ? 'auxclick' : 'click', {
              bubbles: true,
              composed: true,
              cancelable: true,
              button,
            }),
          );
        const of = (/** @type {string} */ id) => document.getElementById(id);
        for (const id of ['inside', 'file', 'made', 'drawn', 'area', 'broken', 'empty'])
          click(of(id));
        click(of('outside')?.querySelector('b'));
        click(of('outside'), 1);
        click(of('outside'), 2);
        click(of('host')?.shadowRoot?.querySelector('a'));
      });
      await settle();
      await arrives(8);
      assert.deepEqual(
        events()
          .map(({ event_name, properties }) =>
            [event_name, properties.file_name ?? new URL(properties.url).host].join(' '),
          )
          .slice(1),
        [
          'file_downloaded list.pdf',
          'file_downloaded orders.csv',
          'outbound_link_clicked svg.example',
          'outbound_link_clicked area.example',
          'outbound_link_clicked other.example',
          'outbound_link_clicked other.example',
          'outbound_link_clicked shadow.example',
        ],
      );
      const prevented = await page.evaluate(() => /** @type {any} */ (window).prevented);
      assert.ok(prevented.length > 0 && prevented.every((/** @type {boolean} */ one) => !one));
    },
  );

  scene(
    'a click that leaves for another site',
    {
      options: { autoEvents: { outboundLinks: true } },
      pages: { '/': pageOf('Home', '<a href="/bare">elsewhere</a>') },
    },
    async ({ page, site, arrives, recorded }) => {
      const elsewhere = site.address.replace('127.0.0.1', 'localhost');
      await page.evaluate((url) => {
        /** @type {HTMLAnchorElement} */ (document.querySelector('a')).href = url;
      }, `${elsewhere}/bare`);
      await page.click('a');
      await arrives(3);
      assert.deepEqual(recorded(), ['page_view /', 'outbound_link_clicked /', 'page_leave /']);
    },
  );

  scene(
    'a page in a background tab',
    { held: false, pages: { '/': home, '/next': pageOf('Next') } },
    async ({ page, site, arrives, recorded, events }) => {
      // WebKit's driver opens every tab but the first in the background, and brings none to the front.
      const tab = await browser.newPage({ background: true });
      await tab.goto(`${site.address}/next`);
      await pause(2000);
      assert.equal(await tab.evaluate(() => document.visibilityState), 'hidden');
      assert.deepEqual(recorded(), ['page_view /']);
      if (tab.raw) {
        const shown = Date.now();
        await tab.raw.bringToFront();
        await arrives(2);
        assert.ok(Date.parse(events()[1].properties.$timestamp) >= shown);
      }
      await tab.close();
      if (!tab.raw) {
        await pause(1000);
        assert.deepEqual(recorded(), ['page_view /']);
        return;
      }
      // Firefox may interrupt the page while it leaves: what that kept from being sent, the next page sends.
      await page.goto(`${site.address}/`);
      await arrives(5);
      assert.deepEqual(recorded().sort(), [
        ...['page_leave /', 'page_leave /next', 'page_view /', 'page_view /', 'page_view /next'],
      ]);
    },
  );

  // WebKit's driver shows no tab but the first.
  if (engine !== 'webkit') {
    // Each tab that the browser reports as left is recorded once, whatever else interrupts it. Firefox ends a tab now
    // and then, on a busy machine, without any event, as a crash does; the page then keeps note of none.
    const noted = `<script>addEventListener('pagehide', () => { localStorage[Math.random()] = 'left' })</script>`;
    scene(
      'tabs that are closed',
      {
        open: '/bare',
        pages: { '/': pageOf('Home', noted) },
      },
      async ({ page, site, settle, recorded }) => {
        const count = 8;
        for (let i = 0; i < count; ++i) {
          const tab = await browser.newPage();
          await tab.goto(`${site.address}/`);
          // The core runs: of a page that was left before it did, and whose script Firefox then interrupts, only the
          // view is kept (early_calls.h).
          await waitFor(() => tab.evaluate('AppizerWeb.getUserId()'), { what: 'a client' });
          await tab.evaluate('pass(700)'); // seen, and on the point of being recorded
          await tab.close();
        }
        // Firefox may interrupt the page while it leaves: what that kept from being sent, the next page sends.
        await page.goto(`${site.address}/`);
        await settle();
        const times = (/** @type {string} */ line) =>
          recorded().filter((one) => one === line).length;
        // A tab may still be leaving when its driver calls it closed.
        const least = engine === 'firefox' ? count / 2 : count;
        const left = () =>
          page.evaluate(() => Object.values(localStorage).filter((text) => text === 'left').length);
        await waitFor(
          async () => {
            // What a tab has kept before its core ran is left to it for half a minute.
            await page.evaluate('pass(1000)');
            return (
              times('page_view /') === count + 1 &&
              times('page_leave /') >= Math.max(least, await left())
            );
          },
          { what: 'every view, and every leave that was reported', timeout: 60_000 },
        ).catch(async ({ message }) => {
          const stored = await page.evaluate(() => JSON.stringify(localStorage));
          throw new Error(`${message}; recorded: ${recorded().join(', ')}; in storage: ${stored}`);
        });
        assert.ok(times('page_leave /') <= count);
      },
    );
  }

  if (engine === 'chromium') {
    for (const path of ['/next', '/bare']) {
      scene(
        `a prerendered page, when ${path} is what is visited`,
        {
          held: false, // the driver cannot reach a prerendered page
          pages: {
            '/': pageOf(
              'Home',
              `<a href="${path}">on</a><script type="speculationrules">
              {"prerender": [{"urls": ["/next"], "eagerness": "immediate"}]}</script>`,
            ),
            '/next': pageOf(
              'Next',
              '',
              `<script>document.addEventListener('prerenderingchange', () => fetch('/shown'))</script>`,
            ),
          },
        },
        async ({ page, site, arrives, recorded }) => {
          await waitFor(() => site.requests.some(({ path: asked }) => asked === '/next'), {
            what: 'prerendering',
          });
          await pause(1000);
          assert.deepEqual(recorded(), ['page_view /']);
          await page.click('a');
          // Nothing is asked of the page now: the driver loses it where another takes its place.
          const end = path === '/next' ? '/shown' : path;
          await waitFor(() => site.requests.some(({ path: asked }) => asked === end), {
            what: `a request for ${end}`,
          });
          await arrives(path === '/next' ? 3 : 2);
          await pause(1000);
          assert.deepEqual(recorded(), [
            'page_view /',
            'page_leave /',
            ...(path === '/next' ? ['page_view /next'] : []),
          ]);
        },
      );
    }
  }
});
