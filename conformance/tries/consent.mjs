/**
 * Promises about consent, in the configuration that each SDK documents for it.
 *
 * @typedef {import('../promises.mjs').Verdict} Verdict
 * @typedef {import('../promises.mjs').Browser} Browser
 * @typedef {import('../stage.mjs').Adapter} Adapter
 */
import { eventName, pause, track } from '../stage.mjs';
import { delivered, onStage } from './delivery.mjs';

const undecided = 5000;

/**
 * @param {Browser} browser @param {Adapter} adapter
 * @param {(stage: import('../stage.mjs').Stage, page: import('puppeteer-core').Page) => Promise<Verdict>} judge
 */
const pending = (browser, adapter, judge) =>
  onStage(
    browser,
    adapter,
    async (stage) => {
      const page = await stage.open();
      await track(page, [1]);
      await page.click('h1');
      await pause(undecided);
      return judge(stage, page);
    },
    { pending: true },
  );

/** @param {Browser} browser @param {Adapter} adapter */
export const consentSends = (browser, adapter) =>
  pending(browser, adapter, async ({ sent, counts }) => {
    // Configuration may be loaded; an event, or an id of the visitor, may not be sent.
    const data = sent.filter((text) =>
      new RegExp(`${eventName}|distinct_id|anonymous_?id|device_id|user_id`, 'i').test(text),
    );
    return {
      kept: counts.arrived.size === 0 && data.length === 0,
      detail: data.length === 0 ? 'no request with data' : `${data.length} requests with data`,
    };
  });

/** @param {Browser} browser @param {Adapter} adapter */
export const consentStores = (browser, adapter) =>
  pending(browser, adapter, async (_stage, page) => {
    const stored = await page.evaluate(() => [
      ...Object.keys(localStorage).map((key) => `localStorage ${key}`),
      ...Object.keys(sessionStorage).map((key) => `sessionStorage ${key}`),
      ...document.cookie
        .split('; ')
        .filter(Boolean)
        .map((pair) => `cookie ${pair.split('=')[0]}`),
    ]);
    const names = stored.map((name) =>
      name.replace(/[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/g, '…'),
    );
    return {
      kept: stored.length === 0,
      detail: stored.length === 0 ? 'nothing stored' : `stored: ${names.join(', ')}`,
    };
  });

/** @param {Browser} browser @param {Adapter} adapter */
export const consentKeeps = (browser, adapter) =>
  pending(browser, adapter, async (stage, page) => {
    await page.evaluate(() => /** @type {any} */ (window).grant());
    return delivered(stage, [1], { timeout: 20_000 });
  });
