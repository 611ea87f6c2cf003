/**
 * Promises about the page: nothing of it is broken, and nothing of it is read that is not the SDK's to know.
 *
 * @typedef {import('../promises.mjs').Verdict} Verdict
 * @typedef {import('../promises.mjs').Browser} Browser
 * @typedef {import('../stage.mjs').Adapter} Adapter
 * @typedef {import('../stage.mjs').Stage} Stage
 * @typedef {import('puppeteer-core').Page} Page
 */

import { waitFor } from '../../tests/browser/harness/wait.mjs';
import { eventName, faultsOf, pause, track } from '../stage.mjs';
import { delivered, onStage } from './delivery.mjs';

const three = [1, 2, 3];

/** The events arrive, and the page has seen no error. @param {Stage} stage @param {Page} page @returns {Promise<Verdict>} */
async function undisturbed(stage, page) {
  const verdict = await delivered(stage, three, { timeout: 30_000 });
  const faults = await faultsOf(page);
  if (faults.length === 0) return verdict;
  const seen = `the page saw: ${faults[0]?.slice(0, 100)}`;
  return { kept: false, harm: true, detail: `${verdict.detail}; ${seen}` };
}

/**
 * A page with something wrong in it, three events, and what became of them.
 *
 * @param {string} before a script that runs before the SDK
 */
const withScript = (before) => (/** @type {Browser} */ browser, /** @type {Adapter} */ adapter) =>
  onStage(
    browser,
    adapter,
    async (stage) => {
      const page = await stage.open();
      await track(page, three);
      return undisturbed(stage, page);
    },
    { before },
  );

export const refused = withScript(`
for (const name of ['localStorage', 'sessionStorage']) {
  Object.defineProperty(window, name, {
    get() { throw new DOMException('Access is denied for this document.', 'SecurityError'); },
  });
}`);

export const quota = withScript(`
try {
  for (let size = 1 << 20; size >= 1; size = size > 1 ? size >> 1 : 0) {
    for (let i = 0; ; ++i) try { localStorage.setItem('filler-' + size + '-' + i, 'x'.repeat(size)); } catch { break; }
  }
} catch {}`);

export const wrapped = withScript(`
const browsers = window.fetch;
window.fetch = function (...given) {
  return new Promise((resolve, reject) =>
    setTimeout(() => browsers.apply(window, given).then(resolve, reject), 20));
};`);

/** @param {Browser} browser @param {Adapter} adapter */
export const hostile = (browser, adapter) =>
  onStage(
    browser,
    adapter,
    async (stage) => {
      const page = await stage.open();
      await page.evaluate((name) => {
        const list = ['a', 'b'];
        for (const items of [1, 2, 3]) /** @type {any} */ (window).track(name, { items, list });
      }, eventName);
      const verdict = await undisturbed(stage, page);
      if (!verdict.kept) return verdict;
      const whole = stage.sent.some((text) => /"list":\["a","b"\]/.test(text.replaceAll('\\', '')));
      return whole ? verdict : { kept: false, detail: `${verdict.detail}, with other properties` };
    },
    {
      before: `
Array.prototype.toJSON = function () { return '[' + this.join() + ']'; };
Object.defineProperty(Array.prototype, 'toJSON', { enumerable: false });
Object.prototype.extend = function () { return this; };
Object.freeze(Object.prototype);`,
    },
  );

/** @param {Browser} browser @param {Adapter} adapter */
export const blocked = (browser, adapter) =>
  onStage(browser, adapter, async (stage) => {
    const page = await stage.open();
    let attempts = 0;
    await page.setRequestInterception(true);
    page.on('request', (request) => {
      if (request.url().startsWith(stage.address)) return void request.continue();
      if (request.method() !== 'OPTIONS') attempts += 1;
      request.abort('blockedbyclient');
    });
    await track(page, three);
    await pause(15_000);
    const faults = await faultsOf(page);
    const many = `${attempts} request${attempts === 1 ? '' : 's'} attempted`;
    const harm = faults.length > 0 || attempts > 20;
    return {
      harm,
      kept: !harm,
      detail: faults.length === 0 ? many : `${many}; the page saw: ${faults[0]?.slice(0, 100)}`,
    };
  });

/** @param {Browser} browser @param {Adapter} adapter */
export const cache = (browser, adapter) =>
  onStage(
    browser,
    adapter,
    async (stage) => {
      const page = await stage.open();
      await page.goto(`${stage.address}/bare`, { waitUntil: 'load' });
      await page.evaluate(() => void setTimeout(() => history.back(), 0));
      await waitFor(() => page.evaluate(() => location.pathname === '/'), { what: 'the page' });
      await pause(500);
      const kept = await page.evaluate(() => /** @type {any} */ (window).cached === true);
      if (!kept) return { kept: false, detail: 'the browser did not keep the page' };
      await track(page, three);
      return undisturbed(stage, page);
    },
    { before: "addEventListener('pageshow', (event) => { window.cached = event.persisted; });" },
  );

/** What must not be in any request. */
const secrets = { card: '4111111111111111', code: '73519', password: 'correct-horse-battery' };

/** @param {Browser} browser @param {Adapter} adapter */
export const cards = (browser, adapter) =>
  onStage(browser, adapter, async (stage) => {
    const page = await stage.open();
    await page.evaluate(() => {
      document.body.insertAdjacentHTML(
        'beforeend',
        `<form id="pay" onsubmit="event.preventDefault(); this.reset()"><input name="email" type="email">
         <input name="card-number" autocomplete="cc-number"><input name="cvc" autocomplete="cc-csc">
         <input name="secret" type="password"><button>Pay</button></form>`,
      );
    });
    await page.type('[name=email]', 'jane@mail.example');
    await page.type('[name=card-number]', secrets.card);
    await page.type('[name=cvc]', secrets.code);
    await page.type('[name=secret]', secrets.password);
    await page.click('#pay button');
    await track(page, [1]);
    await stage.arrived([1], 20_000);
    await pause(6000);
    const leaked = Object.entries(secrets).flatMap(([name, value]) =>
      stage.sent.some((text) => text.includes(value)) ? [name] : [],
    );
    return {
      harm: leaked.length > 0,
      kept: leaked.length === 0,
      detail: leaked.length === 0 ? 'none was sent' : `sent: ${leaked.join(', ')}`,
    };
  });
