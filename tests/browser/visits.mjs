/** What the tests of automatic events share: for each visit a site and a collector of its own. */
import { createCollector } from '../../examples/collector/server.mjs';
import { held as heldScript } from './harness/held.mjs';
import { createSite } from './harness/site.mjs';
import { waitFor } from './harness/wait.mjs';

/** Longer than the SDK waits for a redirect or a title. */
export const SETTLED = 3200;

/** @param {number} ms @returns {Promise<void>} */
export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Lets the page be for as long as the SDK needs, by the page's own clock: on a busy machine its timers are late,
 * and those of the SDK come before ours. Twice, as one of theirs may set another.
 *
 * @param {import('./harness/browsers.mjs').Page} page
 * @param {number} time in milliseconds
 */
const settled = (page, time) =>
  waitFor(
    () =>
      page.evaluate(
        (/** @type {number} */ ms) =>
          new Promise((resolve) => {
            setTimeout(() => setTimeout(() => resolve(true), ms / 10), ms);
          }),
        time,
      ),
    { timeout: 60_000, what: 'a settled page' },
  );

/**
 * @typedef {{
 *   page: import('./harness/browsers.mjs').Page,
 *   browser: import('./harness/browsers.mjs').Browser,
 *   site: Awaited<ReturnType<typeof createSite>>,
 *   settle: () => Promise<unknown>,
 *   pass: (time: number) => Promise<unknown>,
 *   arriveAt: (end: string) => Promise<unknown>,
 *   go: (code: Function | string, ...args: unknown[]) => Promise<any>,
 *   leave: () => Promise<unknown>,
 *   events: () => any[],
 *   recorded: () => string[],
 *   arrives: (count: number) => Promise<void>,
 * }} Visit
 *
 * @typedef {import('./harness/site.mjs').Content} Content
 */

/** Of held time, at each look for what is to arrive. */
const HELD_STEP = 20;

/** What a page has in its head; `/init.js` starts the SDK as the visit wishes. */
export const sdk = '<script src="/appizer-web.js"></script><script src="/init.js"></script>';

/** A page with the SDK. @param {string} title @param {string} [body] @param {string} [before] */
export const pageOf = (title, body = '', before = '') =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${title}</title>
${before}${sdk}</head><body>${body}</body></html>`;

// WebKit's driver shows no window but the first, so there all visits are made in that one.
/** @type {WeakMap<import('./harness/browsers.mjs').Browser, import('./harness/browsers.mjs').Page>} */
const windows = new WeakMap();

/**
 * Opens a page of a new site, so that neither storage nor events are shared with another visit.
 *
 * @param {object} wishes
 * @param {import('./harness/browsers.mjs').Browser} wishes.browser
 * @param {NonNullable<NonNullable<Parameters<typeof createSite>[0]>['pages']>} wishes.pages
 * @param {object} [wishes.options] of `AppizerWeb.init`
 * @param {string[]} [wishes.folders]
 * @param {string} [wishes.open] the first page
 * @param {number} [wishes.settles] how long a page is let be after each step, in milliseconds
 * @param {boolean} [wishes.held] the SDK's time is passed at each step, not waited for
 * @param {(visit: Visit) => Promise<void>} body
 */
export async function visit(
  {
    browser,
    pages,
    options = { autoEvents: true },
    folders = [],
    open = '/',
    held = false,
    settles = held ? 150 : SETTLED,
  },
  body,
) {
  const collector = createCollector({ db: ':memory:' });
  const all = { appId: 'demo', apiBase: await collector.listen(), ...options };
  const site = await createSite({
    pages: {
      '/bare': '<!doctype html><title>No SDK here</title>',
      '/init.js': {
        headers: { 'content-type': 'text/javascript' },
        body: `AppizerWeb.init(${JSON.stringify(all)});`,
      },
      ...(held ? { '/appizer-web.js': heldScript() } : {}),
      ...pages,
    },
    folders,
  });
  /** @type {import('./harness/browsers.mjs').Page | undefined} */
  let page;
  /** @returns {any[]} */
  const events = () => collector.store.newest('events', 'demo', 100_000);
  try {
    const shown = windows.get(browser) ?? (await browser.newPage());
    page = shown;
    if (browser.name === 'webkit') windows.set(browser, shown);
    const pass = (/** @type {number} */ time) => shown.evaluate(`window.pass?.(${time})`);
    const settle = async () => {
      await settled(shown, settles);
      if (held) await pass(SETTLED);
    };
    await shown.goto(site.address + open);
    await settle();
    await body({
      page: shown,
      browser,
      site,
      settle,
      pass,
      events,
      async arriveAt(end) {
        await waitFor(
          () =>
            shown.evaluate(
              (/** @type {string} */ url) =>
                location.href.endsWith(url) && document.readyState === 'complete',
              end,
            ),
          { timeout: 60_000, what: end },
        );
        await settle();
      },
      async go(code, ...args) {
        const result = await shown.evaluate(code, ...args);
        await settle();
        return result;
      },
      leave: () => shown.goto(`${site.address}/bare`),
      recorded: () =>
        events().map(({ event_name, properties }) => `${event_name} ${properties.page}`),
      async arrives(count) {
        // On a busy machine the core may have started after the last step has passed its time.
        const there = async () => {
          if (events().length < count && held) await pass(HELD_STEP).catch(() => {});
          return events().length >= count;
        };
        await waitFor(there, { what: `${count} events`, timeout: 60_000 }).catch((error) => {
          throw new Error(`${error.message}; there are ${JSON.stringify(events(), null, 1)}`);
        });
      },
    });
  } finally {
    await (browser.name === 'webkit' ? page?.goto('about:blank') : page?.close());
    await site.close();
    await collector.close();
  }
}
