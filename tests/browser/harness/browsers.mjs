/**
 * Three engines, one small interface. Chromium and Firefox are driven by puppeteer, whose page is
 * there as `page.raw` for what only one engine can do.
 *
 * @typedef {{
 *   goto: (url: string) => Promise<unknown>,
 *   evaluate: (code: Function | string, ...args: unknown[]) => Promise<any>,
 *   click: (selector: string) => Promise<unknown>,
 *   type: (selector: string, text: string) => Promise<unknown>,
 *   reload: () => Promise<unknown>,
 *   back: () => Promise<unknown>,
 *   close: () => Promise<unknown>,
 *   screenshot: (path: string) => Promise<unknown>,
 *   raw?: any,
 * }} Page
 * @typedef {{ background?: boolean }} PageOptions in the background: of Chromium and Firefox only
 * @typedef {{ name: string, newPage: (options?: PageOptions) => Promise<Page>, close: () => Promise<void> }} Browser
 */
import { describe } from 'node:test';
import puppeteer from 'puppeteer-core';
import { findTool } from '../../../scripts/setup.mjs';
import { waitFor } from './wait.mjs';
import { launchWebKit } from './webkit.mjs';

const all = ['chromium', 'firefox', 'webkit'];

/** The engines to test in; `APPIZER_BROWSERS=firefox,webkit` narrows them while working on one. */
export const engines = process.env.APPIZER_BROWSERS?.split(',') ?? all;

/**
 * The same tests in every engine, side by side: most of their time is waiting. In one engine they run one after
 * another.
 *
 * @param {string} what is tested
 * @param {(engine: string) => void} tests
 */
export function inEngines(what, tests) {
  describe(what, { concurrency: true }, () => {
    for (const engine of engines) {
      describe(`${what} in ${engine}`, { concurrency: 1, timeout: 600_000 }, () => tests(engine));
    }
  });
}

// Nothing of the browser's own may reach for the network, or look like the page's traffic.
export const chromiumFlags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // The browser's own panels, and the popups of an address bar that nobody sees: each window would load them, at three
  // times the cost of a page of these tests. And no process in store for a next site, which seldom comes.
  `--disable-features=${[
    'PreloadTopChromeWebUI',
    'WebUIOmniboxPopup',
    'WebUIOmniboxAimPopup',
    'WebUIOmniboxFullPopup',
    'SpareRendererForSitePerProcess',
  ].join(',')}`,
];

// Puppeteer takes the back/forward cache away, which visitors have.
const firefoxPreferences = { 'fission.bfcacheInParent': true };

/**
 * Opens a browser with empty storage and no cookies. Closing it closes its pages.
 *
 * Starting Chromium takes 4 to 8 seconds of CPU time and Firefox 9, so all tests of a process share one of each. What
 * is returned is a browser context of it: a profile of its own, which takes about a second. With a `profile` on disk,
 * with `args`, and in WebKit, whose driver has no contexts, a browser is started for this call alone.
 *
 * @param {string} name
 * @param {{ profile?: string, args?: string[] }} [options] of Chromium and Firefox
 * @returns {Promise<Browser>}
 */
export async function launch(name, options = {}) {
  if (!all.includes(name)) throw new Error(`There is no engine "${name}": ${all.join(', ')}.`);
  if (name === 'webkit') {
    const { newPage, close } = await started(name, launchWebKit);
    return { name, newPage: async () => withBack(await newPage()), close };
  }
  if (options.profile || options.args) {
    const browser = await started(name, () => launchPuppeteer(name, options));
    return browserOf(name, browser.defaultBrowserContext(), () => browser.close());
  }
  return shared(name);
}

/**
 * Tries a second time if a browser does not start: that is no fault of the SDK.
 *
 * @template T
 * @param {string} name @param {() => Promise<T>} start
 * @returns {Promise<T>}
 */
async function started(name, start) {
  try {
    return await start();
  } catch (error) {
    console.log(
      `${name} did not start, so once more: ${error instanceof Error ? error.message : error}`,
    );
    return await start();
  }
}

/** @param {string} name @param {{ profile?: string, args?: string[] }} [options] */
function launchPuppeteer(name, { profile, args = [] } = {}) {
  return puppeteer.launch({
    ...(name === 'chromium'
      ? // Over a pipe, as a browser whose pipe breaks ends by itself.
        { args: [...chromiumFlags, ...args], pipe: true }
      : { browser: 'firefox', args, extraPrefsFirefox: firefoxPreferences }),
    executablePath: findTool(name === 'chromium' ? 'Chromium' : 'Firefox'),
    headless: true,
    ...(profile ? { userDataDir: profile } : {}),
    timeout: 60_000,
    protocolTimeout: 60_000,
  });
}

/**
 * The shared browsers, and the number of open contexts in each.
 *
 * @type {Map<string, { starting: ReturnType<typeof launchPuppeteer>, users: number }>}
 */
const sharing = new Map();

/** How long a browser without contexts stays open for the next test file, in ms. */
const idle = 2000;

/** @param {string} name @returns {Promise<Browser>} */
async function shared(name) {
  const kept = sharing.get(name);
  // If it crashed, the tests that were using it have failed. The next ones get a new one.
  const usable = kept && (await kept.starting.catch(() => undefined))?.connected;
  // Another caller may have replaced it during the wait.
  if (!usable && sharing.get(name) === kept) {
    sharing.set(name, { starting: started(name, () => launchPuppeteer(name)), users: 0 });
  }
  const one = /** @type {NonNullable<typeof kept>} */ (sharing.get(name));
  one.users += 1;
  let closed = false;
  const release = async () => {
    if (closed) return;
    closed = true;
    one.users -= 1;
    if (one.users > 0) return;
    setTimeout(async () => {
      if (one.users > 0) return;
      if (sharing.get(name) === one) sharing.delete(name);
      one.users = Number.NaN; // so that it is not closed twice
      await one.starting.then((browser) => browser.close()).catch(() => {});
    }, idle);
  };
  try {
    const context = await (await one.starting).createBrowserContext();
    return browserOf(name, context, async () => {
      // If the browser crashed, there is nothing to close.
      await context.close().catch(() => {});
      await release();
    });
  } catch (error) {
    await release();
    throw error;
  }
}

/** @returns {Browser} */
function browserOf(name, context, close) {
  return {
    name,
    newPage: async (options) => withBack(wrap(await context.newPage(options))),
    close,
  };
}

function wrap(raw) {
  raw.setDefaultTimeout(60_000);
  return {
    raw,
    goto: (url) => loaded(raw, () => raw.goto(url, { waitUntil: 'load' })),
    evaluate: (code, ...args) => raw.evaluate(code, ...args),
    click: (selector) => raw.click(selector),
    type: (selector, text) => raw.type(selector, text),
    reload: () => loaded(raw, () => raw.reload({ waitUntil: 'load' })),
    close: () => raw.close(),
    screenshot: (path) => raw.screenshot({ path }),
  };
}

// Firefox's driver is not to be believed alone: after a page came out of the back/forward cache it misses
// the end of the next navigation, and sometimes it reports one while scripts still see the document
// before. So the document is asked. One that stays the same is believed a second after the driver said so:
// only the hash of its URL has changed.
async function loaded(raw, navigate) {
  const before = await raw.evaluate(() => performance.timeOrigin);
  let told = Number.POSITIVE_INFINITY;
  const navigated = navigate().finally(() => {
    told = Date.now();
  });
  navigated.catch(() => {}); // it may give up long after the page was there
  await waitFor(
    async () => {
      const { origin, complete } = await raw.evaluate(() => ({
        origin: performance.timeOrigin,
        // An empty document may come in between, and be complete.
        complete: document.readyState === 'complete' && location.href !== 'about:blank',
      }));
      return complete && (origin !== before || Date.now() - told > 1000);
    },
    { timeout: 60_000, what: 'the next document' },
  );
}

// The page goes back by itself: drivers wait for a load that the back/forward cache does not need.
function withBack(page) {
  return {
    ...page,
    async back() {
      const before = await page.evaluate(() => location.href);
      await page.evaluate(() => void setTimeout(() => history.back(), 0));
      await waitFor(
        () =>
          page.evaluate(
            (old) => location.href !== old && document.readyState === 'complete',
            before,
          ),
        { what: `leaving ${before}` },
      );
    },
  };
}
