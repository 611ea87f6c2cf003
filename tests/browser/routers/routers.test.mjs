/** Page views with the routers that sites are made with: one for each page that is seen. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { inEngines, launch } from '../harness/browsers.mjs';
import { visit } from '../visits.mjs';
import { makePages, shops, withNext } from './shops.mjs';

const names = [
  'React Router',
  'Vue Router',
  'Vue Router, by the hash',
  'SvelteKit',
  'Turbo',
  ...(withNext ? ['Next.js'] : []),
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
      return visit({ browser, ...shop }, async (visiting) => {
        const { page, arriveAt, leave, arrives, recorded, events } = visiting;
        const click = async (/** @type {string} */ id, /** @type {string} */ path) => {
          await page.click(`#${id}`);
          await arriveAt(name(path));
        };
        const back = async (/** @type {string} */ path) => {
          await page.evaluate(() => history.back());
          await arriveAt(name(path));
        };
        await click('about', '/about');
        await click('item', '/items/1');
        await click('old', '/about'); // redirects
        await click('tab', '/about?tab=2'); // the same page
        await back('/about');
        await back('/items/1');
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
