/** What the measurements share: a server that takes everything, pages, and figures from samples. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import puppeteer from 'puppeteer-core';
import { dist } from '../scripts/paths.mjs';
import { findTool } from '../scripts/setup.mjs';
import { serve } from '../scripts/static.mjs';

/** The event that is tracked in all measurements. */
export const payload = {
  amount: 29.99,
  currency: 'USD',
  product_id: 'premium_plan',
  items: 3,
  coupon: null,
};

export const eventName = 'purchase_completed';

const sdk = readFileSync(join(dist, 'appizer-web.js'), 'utf8');

/**
 * A page as the documentation has it. `window.started` says how long it took from when the script is there to the
 * end of `init`; the marks `began` and `ended` are on the main thread's own clock as well, for who traces.
 *
 * @param {string} api @param {string} script its path
 */
const pageWith = (
  api,
  script,
) => `<!doctype html><title>Bench</title><link rel="icon" href="data:,">
<script>
  // Counts what is written, before the SDK can see the original.
  window.written = 0;
  const { setItem } = Storage.prototype;
  Storage.prototype.setItem = function (key, value) {
    window.written += key.length + value.length;
    setItem.call(this, key, value);
  };
</script>
<script>performance.mark('began')</script>
<script src="${script}"></script>
<script>
  AppizerWeb.init({ appId: 'demo', apiBase: '${api}', autoEvents: true, autoHook: true });
  window.started = performance.now() - window.began;
  performance.mark('ended');
</script>`;

const clock = 'window.began = performance.now();\n';

// The SDK's first line is a compile hint for the browser, so it must stay the first.
if (!sdk.startsWith('//#')) throw new Error('appizer-web.js has lost its first line.');

const scripts = {
  '/sdk.js': sdk.replace('\n', `\n${clock}`),
  // In the SDK's place on an empty page: what it leaves is the browser's own.
  '/empty.js': `${clock}window.AppizerWeb = { init() {}, trackEvent() {}, flush: () => Promise.resolve() }`,
};

/** Starts the browser, without what it does of its own accord. @param {string[]} more arguments */
export const launch = (...more) =>
  puppeteer.launch({
    executablePath: findTool('Chromium'),
    headless: true,
    pipe: true,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      ...more,
    ],
  });

/** @returns a server, a site on another origin, and a browser; all on this machine */
export async function openLab() {
  const server = await openServer();
  const pages = {
    '/sdk': pageWith(server.address, '/sdk.js'),
    '/empty': pageWith(server.address, '/empty.js'),
    ...scripts,
  };
  const site = await serve((request, response) => {
    const path = request.url ?? '';
    response.writeHead(path in pages ? 200 : 404, {
      'content-type': `text/${path in scripts ? 'javascript' : 'html'}; charset=utf-8`,
      // Only pages that are isolated so get a clock finer than a tenth of a millisecond.
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-embedder-policy': 'require-corp',
    });
    response.end(pages[path]);
  });
  const browser = await launch();

  return {
    server,
    browserVersion: (await browser.version()).replace('/', ' '),

    /**
     * Calls back with a page that knows nothing from earlier ones, and closes it.
     *
     * @template T
     * @param {'/sdk' | '/empty'} path
     * @param {(page: import('puppeteer-core').Page, cpu: () => Promise<number>) => Promise<T>} measure
     *   `cpu` gives the milliseconds that the main thread has worked
     * @param {{ slowdown?: number, before?: (page: import('puppeteer-core').Page) => Promise<unknown> }} [options]
     *   `before` is called with the page when nothing is in it yet
     */
    async withPage(path, measure, { slowdown = 1, before } = {}) {
      const context = await browser.createBrowserContext();
      try {
        const page = await context.newPage();
        page.setDefaultTimeout(120_000);
        const session = await page.createCDPSession();
        // Time that the thread had a core, not time that passed: others work on this machine too.
        await session.send('Performance.enable', { timeDomain: 'threadTicks' });
        if (slowdown > 1) await session.send('Emulation.setCPUThrottlingRate', { rate: slowdown });
        const cpu = async () => {
          const { metrics } = await session.send('Performance.getMetrics');
          return 1000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0);
        };
        await before?.(page);
        await page.goto(site.address + path, { waitUntil: 'load' });
        return await measure(page, cpu);
      } finally {
        await context.close();
      }
    },

    async close() {
      await browser.close();
      await site.close();
      await server.close();
    },
  };
}

/** A server that keeps the API's contract as far as it matters here: it takes everything. */
export async function openServer() {
  const counts = { requests: 0, preflights: 0, bytes: 0, events: 0 };
  const server = await serve((request, response) => {
    response.setHeader('access-control-allow-origin', '*');
    if (request.method === 'OPTIONS') {
      counts.preflights += 1;
      response.setHeader('access-control-allow-headers', 'content-type');
      response.setHeader('access-control-max-age', '7200');
      response.writeHead(204).end();
      return;
    }
    /** @type {Buffer[]} */
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      counts.requests += 1;
      counts.bytes += body.length;
      counts.events += body.toString().split(`"event_name":"${eventName}"`).length - 1;
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"success":true}');
    });
  });
  return { ...server, counts };
}

/** @param {number[]} samples @param {number} share 0.5 is the median */
export function quantile(samples, share) {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

/** @param {number[]} samples */
export const median = (samples) => quantile(samples, 0.5);

/** Prints one figure. @param {string} what @param {string} figure */
export function line(what, figure) {
  console.log(`${what.padEnd(58)} ${figure}`);
}

/** @param {number} value */
export const number = (value, digits = 0) =>
  value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });

/** @param {number[]} samples in milliseconds */
export const microseconds = (samples) =>
  `${number(1000 * quantile(samples, 0.5), 1)} µs p50, ${number(1000 * quantile(samples, 0.95), 1)} µs p95`;

/** @param {number[]} samples in milliseconds */
export const milliseconds = (samples) =>
  `${number(median(samples), 1)} ms median, ${number(Math.min(...samples), 1)} ms fastest`;

/** @param {number} millis */
export const pause = (millis) => new Promise((resolve) => setTimeout(resolve, millis));
