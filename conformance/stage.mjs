/**
 * Where a promise is tried: a server that can fail, a site with the SDK on each page, and a browser profile of its own.
 *
 * @typedef {import('../bench/peers/sdks.mjs').Request} Request
 * @typedef {import('../bench/peers/sdks.mjs').Event} Event
 * @typedef {import('puppeteer-core').Page} Page
 *
 * @typedef {object} Adapter what the harness has to know of an SDK
 * @property {string} name
 * @property {string} version
 * @property {string} setup its configuration, in a sentence
 * @property {boolean} pending whether it can start before the visitor has decided
 * @property {(pending: boolean) => Promise<Map<string, Buffer>>} files what the page loads, by path; with `pending` the
 *   visitor has yet to decide
 * @property {(server: string, files: Map<string, Buffer>) => string} head of the page: starts the SDK, and defines
 *   `window.track(name, properties)`, and with `pending` `window.grant()`
 * @property {(request: Request) => Event[]} read the events in a request, with their names and properties
 * @property {[RegExp, unknown][]} [answers] of the SDK's server, by path, where success alone is not enough
 * @property {Record<string, string>} claims the promises that its documentation makes, and where; or `all`
 * @property {Record<string, string>} [exceptions] those of `all` that it does not make, and where it says so
 */
import { gunzipSync } from 'node:zlib';
import { openCollector } from '../bench/peers/server.mjs';
import { serve } from '../scripts/static.mjs';
import { waitFor } from '../tests/browser/harness/wait.mjs';

export const eventName = 'purchase_completed';

/** How long the events of a failure may take once it is over. Milliseconds, like all here. */
export const patience = 60_000;
/** Until what a start leaves for later is done. */
const settled = 1500;
const longestStart = 20_000;

/** @typedef {Awaited<ReturnType<typeof openStage>>} Stage */

/**
 * @param {import('puppeteer-core').Browser} browser
 * @param {Adapter} adapter
 * @param {{ pending?: boolean, before?: string }} [wishes] `before`: a script that runs before the SDK
 */
export async function openStage(browser, adapter, { pending = false, before = '' } = {}) {
  /** @type {{ down: boolean, status: number | undefined }} `status`: what requests with events are answered */
  const faults = { down: false, status: undefined };
  /** Requests with a body, and their whole text, unpacked. @type {string[]} */
  const sent = [];
  let requests = 0;
  const collector = await openCollector(
    adapter.read,
    eventName,
    {
      isDown: () => faults.down,
      answer: (events) =>
        events.length > 0 && faults.status !== undefined ? { status: faults.status } : undefined,
      seen: (url, body) => {
        requests += 1;
        sent.push(textOf(url, body));
      },
    },
    adapter.answers,
  );
  const files = await adapter.files(pending);
  const page = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Conformance</title>
<link rel="icon" href="data:,"><script>
window.server = '${collector.address}';
window.faults = [];
addEventListener('error', (event) => faults.push(event.message));
addEventListener('unhandledrejection', (event) => faults.push(String(event.reason)));
${before}</script>${adapter.head(collector.address, files)}<h1>Conformance</h1>`;
  const site = await serve((request, response) => {
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    const file = files.get(path);
    const known = file || ['/', '/next', '/bare'].includes(path);
    response.writeHead(known ? 200 : 404, {
      'content-type': file ? 'text/javascript' : 'text/html; charset=utf-8',
      'cache-control': 'no-cache',
    });
    response.end(
      file ?? (path === '/bare' ? '<!doctype html><title>Bare</title>' : known ? page : ''),
    );
  });
  const context = await browser.createBrowserContext();
  const userAgent = (await browser.userAgent()).replace('HeadlessChrome', 'Chrome');

  return {
    counts: collector.counts,
    faults,
    sent,
    requests: () => requests,

    /** Opens a page of the site, and waits until the SDK has started. */
    async open(path = '/') {
      const opened = await context.newPage();
      opened.setDefaultTimeout(30_000);
      // SDKs ignore bots; these visits are to be counted.
      await opened.setUserAgent({ userAgent });
      await opened.goto(site.address + path, { waitUntil: 'load' });
      if (path !== '/bare') await started(opened);
      return opened;
    },

    address: site.address,

    /** Waits until the events with these numbers have arrived; what is missing after a while. @param {number[]} numbers */
    async arrived(numbers, timeout = patience) {
      const missing = () => numbers.filter((one) => !collector.counts.arrived.has(one));
      await waitFor(() => missing().length === 0, { timeout, interval: 50 }).catch(() => {});
      return missing();
    },

    async close() {
      // A page that crashed does not close.
      await Promise.race([context.close().catch(() => {}), pause(5000)]);
      await site.close();
      await collector.close();
    },
  };
}

/** The SDK cannot run on the page as it is; that is a result. */
export class NotStarted extends Error {}

/** @param {Page} page */
export async function started(page) {
  const isThere = () => typeof (/** @type {any} */ (window).track) === 'function';
  await page.waitForFunction(isThere, { timeout: longestStart }).catch(() => {
    throw new NotStarted('the SDK did not start');
  });
  await pause(settled);
}

/** Tracks events, in one task. @param {Page} page @param {number[]} numbers */
export const track = (page, numbers) =>
  page.evaluate(
    (name, all) => {
      for (const items of all) /** @type {any} */ (window).track(name, { items, amount: 29.99 });
    },
    eventName,
    numbers,
  );

/** What went wrong in the page because of the SDK. @param {Page} page @returns {Promise<string[]>} */
export const faultsOf = (page) => page.evaluate(() => /** @type {any} */ (window).faults);

/** @param {number} millis */
export const pause = (millis) => new Promise((resolve) => setTimeout(resolve, millis));

/** All text in a request, however it is packed. @param {URL} url @param {Buffer} body */
function textOf(url, body) {
  const plain = body[0] === 0x1f && body[1] === 0x8b ? gunzipSync(body) : body;
  const text = `${url.href} ${plain}`;
  // Base64 and percent encoding, as forms and queries have them.
  const more = [...text.matchAll(/[\w+/=%-]{24,}/g)].map(([packed]) =>
    Buffer.from(unescaped(packed), 'base64').toString('latin1'),
  );
  return [text, unescaped(text), ...more].join(' ');
}

/** @param {string} text */
function unescaped(text) {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}
