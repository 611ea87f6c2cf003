/**
 * Promises about delivery.
 *
 * @typedef {import('../promises.mjs').Verdict} Verdict
 * @typedef {import('../promises.mjs').Browser} Browser
 * @typedef {import('../stage.mjs').Adapter} Adapter
 */
import { openStage, pause, started, track } from '../stage.mjs';

const outageMillis = 8000;
/** Until the visitor does something more. */
const visitorMillis = 10_000;

/**
 * Opens a stage, calls back with it, and closes it.
 *
 * @template T
 * @param {Browser} browser @param {Adapter} adapter
 * @param {(stage: import('../stage.mjs').Stage) => Promise<T>} body
 * @param {Parameters<typeof openStage>[2]} [wishes]
 */
export async function onStage(browser, adapter, body, wishes) {
  const stage = await openStage(browser, adapter, wishes);
  try {
    return await body(stage);
  } finally {
    await stage.close();
  }
}

/**
 * @param {import('../stage.mjs').Stage} stage @param {number[]} numbers
 * @param {{ once?: boolean, timeout?: number }} [wishes] `once`: a copy breaks the promise
 * @returns {Promise<Verdict>}
 */
export async function delivered(stage, numbers, { once = false, timeout } = {}) {
  const missing = await stage.arrived(numbers, timeout);
  // Copies come a moment later.
  if (once && missing.length === 0) await pause(4000);
  const { copies, doubles } = stage.counts;
  const arrived = `${numbers.length - missing.length} of ${numbers.length} arrived`;
  const known = `, ${copies} twice with the same id`;
  return {
    // A copy with the same id counts once.
    kept: missing.length === 0 && !(once && doubles > 0),
    detail: `${arrived}${doubles > 0 ? `, ${doubles} counted twice` : copies > 0 ? known : ''}`,
  };
}

const five = [1, 2, 3, 4, 5];
const three = [1, 2, 3];

/** @param {Browser} browser @param {Adapter} adapter */
export const outage = (browser, adapter) =>
  onStage(browser, adapter, async (stage) => {
    const page = await stage.open();
    stage.faults.down = true;
    for (const number of five) {
      await track(page, [number]);
      await pause(outageMillis / five.length);
    }
    stage.faults.down = false;
    return goesOn(stage, page);
  });

/**
 * The visitor goes on: some SDKs try again only with the next event.
 *
 * @param {import('../stage.mjs').Stage} stage @param {import('puppeteer-core').Page} page
 */
async function goesOn(stage, page) {
  if ((await stage.arrived(five, visitorMillis)).length > 0) await track(page, [6]);
  return delivered(stage, five);
}

/** @param {Browser} browser @param {Adapter} adapter */
export const errors = (browser, adapter) =>
  onStage(browser, adapter, async (stage) => {
    const page = await stage.open();
    stage.faults.status = 503;
    await track(page, five);
    await pause(outageMillis);
    stage.faults.status = undefined;
    return goesOn(stage, page);
  });

/** @param {Browser} browser @param {Adapter} adapter */
export const crash = (browser, adapter) =>
  onStage(browser, adapter, async (stage) => {
    const page = await stage.open();
    stage.faults.down = true;
    await track(page, three);
    await pause(2000);
    await crashed(page);
    stage.faults.down = false;
    await stage.open('/next');
    return delivered(stage, three);
  });

/** Ends the page's process, as a crash does. @param {import('puppeteer-core').Page} page */
async function crashed(page) {
  await page.goto('chrome://crash', { timeout: 2000 }).catch(() => {});
}

/** @param {Browser} browser @param {Adapter} adapter */
export const closed = (browser, adapter) =>
  onStage(browser, adapter, async (stage) => {
    const page = await stage.open();
    stage.faults.down = true;
    await track(page, three);
    // So long that it can have noticed.
    await pause(6000);
    await page.goto(`${stage.address}/bare`, { waitUntil: 'load' });
    await page.close();
    stage.faults.down = false;
    await stage.open('/next');
    return delivered(stage, three);
  });

/** Tracks an event, and leaves the page in the same task. @param {import('puppeteer-core').Page} page @param {string} to */
async function leaveFor(page, to) {
  const next = page.waitForNavigation({ waitUntil: 'load' });
  await page.evaluate((path) => {
    /** @type {any} */ (window).track('purchase_completed', { items: 1 });
    location.href = path;
  }, to);
  await next;
}

/** @param {Browser} browser @param {Adapter} adapter */
export const leave = (browser, adapter) =>
  onStage(browser, adapter, async (stage) => {
    const page = await stage.open();
    await leaveFor(page, '/next');
    await started(page);
    return delivered(stage, [1], { once: true, timeout: 20_000 });
  });

/** @param {Browser} browser @param {Adapter} adapter */
export const leaveDown = (browser, adapter) =>
  onStage(browser, adapter, async (stage) => {
    const page = await stage.open();
    stage.faults.down = true;
    await leaveFor(page, '/bare');
    await pause(3000);
    stage.faults.down = false;
    await stage.open('/next');
    return delivered(stage, [1]);
  });

/** @param {Browser} browser @param {Adapter} adapter */
export const tabs = (browser, adapter) =>
  onStage(browser, adapter, async (stage) => {
    const first = await stage.open();
    const second = await stage.open('/next');
    stage.faults.down = true;
    const all = Array.from({ length: 20 }, (_, i) => i + 1);
    for (let i = 0; i < 10; i += 1) {
      await track(first, [all[i] ?? 0]);
      await track(second, [all[10 + i] ?? 0]);
      await pause(100);
    }
    await pause(2000);
    await crashed(first);
    stage.faults.down = false;
    // The visitor goes on in the other tab, and opens one more.
    await stage.open();
    await second.bringToFront();
    return delivered(stage, all, { once: true });
  });
