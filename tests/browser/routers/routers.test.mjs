/** Page views with the routers that sites are made with: one for each page that is seen. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { inEngines, launch } from '../harness/browsers.mjs';
import { held } from '../harness/held.mjs';
import { waitFor } from '../harness/wait.mjs';
import { visit } from '../visits.mjs';
import { makePages, shops, withAll } from './shops.mjs';

const names = [
  'React Router',
  'Vue Router',
  'Vue Router, by the hash',
  'SvelteKit',
  'Turbo',
  ...(withAll ? ['Next.js'] : []),
];

before(makePages, { timeout: 600_000 });

inEngines('routers', (engine) => {
  /** @type {import('../harness/browsers.mjs').Browser} */
  let browser;
  before(async () => {
    browser = await launch(engine);
  });
  after(() => browser.close());

  for (const router of names) {
    test(router, { timeout: 150_000 }, () => {
      /** @type {{ folders: string[], pages: any, open?: string, name?: (path: string) => string }} */
      const { name = (path) => path, ...shop } =
        shops()[/** @type {keyof ReturnType<typeof shops>} */ (router)];
      const pages = { ...shop.pages, '/appizer-web.js': held() };
      // The router needs a moment of real time; the SDK has none but what `pass` gives.
      return visit({ browser, ...shop, pages, settles: 300 }, async (visiting) => {
        const { page, arriveAt, leave, arrives, recorded, events } = visiting;
        const holds = (/** @type {string} */ code) =>
          waitFor(() => page.evaluate(code), { timeout: 60_000, what: code });
        // The SDK looks first when the router is there, and at last when the title is, too.
        const arrive = async (/** @type {string} */ path, /** @type {string} */ title) => {
          await holds(`location.href.endsWith('${name(path)}')`);
          await page.evaluate('pass(100)');
          await arriveAt(name(path));
          await holds(`document.title === '${title}'`);
          await page.evaluate('pass(500)');
        };
        const click = async (
          /** @type {string} */ id,
          /** @type {string} */ path,
          /** @type {string} */ title,
        ) => {
          await page.click(`#${id}`);
          await arrive(path, title);
        };
        const back = async (/** @type {string} */ path, /** @type {string} */ title) => {
          await page.evaluate(() => history.back());
          await arrive(path, title);
        };
        await page.evaluate('pass(500)');
        await click('about', '/about', 'About');
        await click('item', '/items/1', 'Item 1');
        await click('old', '/about', 'About'); // redirects
        await click('tab', '/about?tab=2', 'About'); // the same page
        await back('/about', 'About');
        await back('/items/1', 'Item 1');
        await leave();
        const seen = ['/', '/about', '/items/1', '/about', '/items/1'];
        await arrives(2 * seen.length);
        assert.deepEqual(
          recorded(),
          seen.flatMap((path) => [`page_view ${name(path)}`, `page_leave ${name(path)}`]),
        );
        assert.deepEqual(
          events()
            .filter(({ event_name }) => event_name === 'page_view')
            .map(({ properties }) => properties.title),
          ['Home', 'About', 'Item 1', 'About', 'Item 1'],
        );
      });
    });
  }
});
