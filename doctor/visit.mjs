// @ts-check
/**
 * One visit of the site, in a browser context of its own. The SDK's requests to the API are answered here and never
 * leave the machine, so that nothing is recorded; the only ones that pass are those of `ask`, which hold no event.
 *
 * The protocol's own `Fetch.enable` also sees what a page sends as it is left; puppeteer's interception does not.
 */
import { readFileSync } from 'node:fs';
import {
  ask,
  describeForms,
  disarm,
  findBanner,
  grant,
  inspect,
  markLink,
  prepare,
} from './in_page.mjs';

/** @typedef {{ url: string, json: any }} Sent */
/** @typedef {{ url: string, status: number, sdk: boolean, body: string | undefined }} Loaded */

const call = /\/v1\/(events|users)(\/[a-z]+)?$/;
const facts = new URL('../dist/doctor/facts.js', import.meta.url);

/** @param {number} ms @returns {Promise<void>} */
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** By this the requests of `ask` are known. No page makes such a one. */
export const question = '?appizer-doctor';

/** @param {string} text @returns {any} */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whether the body of a request is the SDK's. @param {any} json */
const isOurs = (json) => typeof json?.app_id === 'string';

/** @param {any} context @param {number} timeout */
export async function openVisit(context, timeout) {
  const page = await context.newPage();
  page.setDefaultTimeout(timeout);
  /** @type {Sent[]} */
  const sent = [];
  /** @type {Loaded[]} */
  const scripts = [];
  /** @type {string[]} */
  const errors = [];
  /** @type {Promise<void>[]} */
  const reading = [];

  await page.setUserAgent((await context.browser().userAgent()).replace('Headless', ''));
  await page.setBypassServiceWorker(true);
  await page.evaluateOnNewDocument(prepare);
  await intercept(page, sent);
  page.on('pageerror', (/** @type {Error} */ error) => errors.push(error.message));
  page.on('response', (/** @type {any} */ answer) => {
    if (answer.request().resourceType() === 'script') reading.push(read(answer));
  });
  page.on('requestfailed', (/** @type {any} */ request) => {
    if (request.resourceType() !== 'script') return;
    scripts.push({ url: request.url(), status: 0, sdk: false, body: undefined });
  });

  /** Waits until the page has loaded; some never have, as a connection stays open. */
  async function complete() {
    const loaded = () => document.readyState === 'complete';
    await page.waitForFunction(loaded, { timeout: timeout / 2 }).catch(() => {});
    await Promise.race([Promise.all(reading.splice(0)), pause(timeout / 2)]);
  }

  /** @param {any} answer */
  async function read(answer) {
    const body = await answer.text().catch(() => undefined);
    const sdk = /Symbol\.for\(["']appizer-web["']\)/.test(body ?? '');
    scripts.push({ url: answer.url(), status: answer.status(), sdk, body });
  }

  return {
    page,
    sent,
    scripts,
    errors,
    pause,
    /** @param {string} url */
    async open(url) {
      const answer = await page.goto(url, { waitUntil: 'domcontentloaded' });
      await complete();
      return { status: answer?.status() ?? 0, headers: answer?.headers() ?? {} };
    },
    inspect: () => page.evaluate(inspect),
    findBanner: () => page.evaluate(findBanner),
    grant: () => page.evaluate(grant),
    /** @param {string} url @param {string} appId @param {boolean} own */
    ask: (url, appId, own) =>
      page.evaluate(ask, url + question, JSON.stringify({ app_id: appId, events: [] }), own),
    /** Every form of the page and of its frames of the same origin. */
    async forms() {
      const code = readFileSync(facts, 'utf8');
      const all = await Promise.all(
        page.frames().map(async (/** @type {any} */ frame) => {
          try {
            await frame.evaluate(code);
            return await frame.evaluate(describeForms);
          } catch {
            return []; // a frame that is going away
          }
        }),
      );
      return /** @type {import('./forms.mjs').Described[]} */ (all.flat());
    },
    /**
     * Follows the next link as a visitor does, if there is one.
     *
     * @param {string[]} visited paths
     * @returns {Promise<{ began: number, path: string, marked: string, moved: boolean } | undefined>} `began` is by the
     *   page's clock, `marked` where the link leads, `path` where it has led
     */
    async follow(visited) {
      const path = await page.evaluate(markLink, visited);
      if (path === undefined) return undefined;
      const before = page.url();
      const began = await page.evaluate(() => Date.now());
      const link = await page.$('[data-appizer-doctor]');
      const left = async (/** @type {number} */ ms) => {
        for (let waited = 0; waited < ms && page.url() === before; waited += 50) await pause(50);
        return page.url() !== before;
      };
      await link?.click().catch(() => {});
      // Something may lie over it, such as a banner.
      if (!(await left(1500))) {
        await link?.evaluate((/** @type {HTMLElement} */ one) => one.click()).catch(() => {});
        if (!(await left(3000))) return { began, path, marked: path, moved: false };
      }
      await complete();
      return { began, path: new URL(page.url()).pathname, marked: path, moved: true };
    },
    /** Leaves the site, and waits for what is sent in that moment. */
    async leave() {
      if (page.url() === 'about:blank') return;
      await page.goto('about:blank');
      await pause(500);
    },
  };
}

/** @typedef {Awaited<ReturnType<typeof openVisit>>} Visit */

/**
 * A second page, in which a service worker of the site takes part and the SDK does nothing.
 *
 * @param {any} context @param {string} url @param {string} api @param {string} appId @param {number} timeout
 * @returns {Promise<{ scriptUrl: string, answer: Awaited<ReturnType<typeof ask>> } | undefined>}
 */
export async function askThroughWorker(context, url, api, appId, timeout) {
  const page = await context.newPage();
  try {
    page.setDefaultTimeout(timeout);
    await page.evaluateOnNewDocument(prepare);
    await page.evaluateOnNewDocument(disarm);
    await intercept(page, []);
    await page.goto(url, { waitUntil: 'load' });
    const scriptUrl = await page.evaluate(async () => {
      for (let tries = 0; tries < 20 && !navigator.serviceWorker?.controller; ++tries) {
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      return navigator.serviceWorker?.controller?.scriptURL;
    });
    if (!scriptUrl) return undefined;
    const body = JSON.stringify({ app_id: appId, events: [] });
    return { scriptUrl, answer: await page.evaluate(ask, api + question, body, true) };
  } finally {
    await page.close();
  }
}

/** Answers every request to the API that holds something. @param {any} page @param {Sent[]} sent */
async function intercept(page, sent) {
  const session = await page.createCDPSession();
  session.on('Fetch.requestPaused', async (/** @type {any} */ { requestId, request }) => {
    const { origin, pathname, search } = new URL(request.url);
    const { method, postData } = request;
    const json = parsed(postData ?? '');
    // Other tools may have such an address too. A body that is too long to be passed on here may be the SDK's.
    const foreign = method === 'POST' && postData !== undefined && !isOurs(json);
    const asked = search === question || !/^(POST|OPTIONS)$/.test(method) || !call.test(pathname);
    if (asked || foreign) {
      await session.send('Fetch.continueRequest', { requestId }).catch(() => {});
      return;
    }
    if (method === 'POST') sent.push({ url: origin + pathname, json });
    const given = new Map(
      Object.entries(request.headers).map(([name, value]) => [name.toLowerCase(), value]),
    );
    const headers = {
      'content-type': 'application/json',
      'access-control-allow-origin': String(given.get('origin') ?? '*'),
      'access-control-allow-methods': 'POST',
      'access-control-allow-headers': String(
        given.get('access-control-request-headers') ?? 'content-type',
      ),
    };
    const answer = {
      requestId,
      responseCode: 202,
      responseHeaders: Object.entries(headers).map(([name, value]) => ({ name, value })),
      body: Buffer.from('{}').toString('base64'),
    };
    await session.send('Fetch.fulfillRequest', answer).catch(() => {});
  });
  const patterns = ['*/v1/events*', '*/v1/users*'].map((urlPattern) => ({ urlPattern }));
  await session.send('Fetch.enable', { patterns });
}
