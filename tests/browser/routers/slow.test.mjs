/** Page views with the routers that sites are made with, on a slow network: in real time, where titles come late. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { inEngines, launch } from '../harness/browsers.mjs';
import { waitFor } from '../harness/wait.mjs';
import { pause, visit } from '../visits.mjs';
import { makePages, slowShops, withAll } from './shops.mjs';

/** Two of two kinds in every run, the others on request: each takes ten seconds that cannot be passed. */
const names = [
  ...['swup', 'Vue Router, asynchronous set-up'],
  ...(withAll ? ['barba', 'Turbo', 'htmx', 'React Router, data', 'Astro ClientRouter'] : []),
];

before(makePages, { timeout: 600_000 });

inEngines('routers on a slow network', (engine) => {
  /** @type {import('../harness/browsers.mjs').Browser} */
  let browser;
  before(async () => {
    browser = await launch(engine);
  });
  after(() => browser.close());

  for (const router of names) {
    test(`${router}: right titles and depths, no view of a redirect, and each page seen for a second counts`, {
      timeout: 150_000,
    }, () => {
      const shop = slowShops()[/** @type {keyof ReturnType<typeof slowShops>} */ (router)];
      return visit({ browser, ...shop, settles: 700 }, async (visiting) => {
        const { page, leave, arrives, recorded, events } = visiting;
        /** @param {string} id @param {string} path @param {string} title */
        const click = async (id, path, title) => {
          await page.click(`#${id}`);
          await waitFor(
            () =>
              page.evaluate(
                (/** @type {string} */ end, /** @type {string} */ text) =>
                  location.pathname === end && document.title === text,
                path,
                title,
              ),
            { timeout: 60_000, what: title },
          );
          await pause(1000);
        };
        await waitFor(() => page.evaluate('document.querySelector("#about") && scrollY === 0'));
        await page.evaluate('scrollTo(0, 1500)');
        // What no frame has shown, nobody has seen.
        await page.evaluate(
          () =>
            new Promise((seen) =>
              requestAnimationFrame(() => requestAnimationFrame(() => seen(0))),
            ),
        );
        await pause(300);
        await click('about', '/about', 'About');
        await click('item', '/items/1', 'Item 1');
        await click('old', '/about', 'About'); // redirects
        await leave();
        await arrives(8);
        assert.deepEqual(
          recorded(),
          ['/', '/about', '/items/1', '/about'].flatMap((path) => [
            `page_view ${path}`,
            `page_leave ${path}`,
          ]),
        );
        assert.deepEqual(
          events().map(({ properties }) => properties.title),
          ['Home', 'About', 'Item 1', 'About'].flatMap((title) => [title, title]),
        );
        const [home, ...others] = events()
          .filter(({ event_name }) => event_name === 'page_leave')
          .map(({ properties }) => properties.scroll_percent);
        assert.ok(home > 20 && home < 60, `${home} % of the long page`);
        assert.deepEqual(others, [100, 100, 100]);
      });
    });
  }
});
