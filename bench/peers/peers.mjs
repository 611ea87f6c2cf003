/** The same 1,000 events by each SDK: what they cost, and how many arrive. */
import { serve } from '../../scripts/static.mjs';
import { eventName, launch, line, median, number, pause, payload } from '../lab.mjs';
import { install, makePage, versionOf, weigh } from './pages.mjs';
import { sdks } from './sdks.mjs';
import { openCollector, openWall } from './server.mjs';

const events = 1000;
const each = 10; // in a task
const rounds = 3;

/** Until what a start leaves for later is done. */
const settled = 2500;
/** Nothing has arrived for so long: nothing more will. The longest pause between batches is 5 s. */
const quiet = 6000;
/** Unless the page worked more than this meanwhile. Milliseconds, like all here. */
const idle = 300;
const longest = 60_000;

/**
 * @typedef {object} Page one SDK in one set-up
 * @property {string} name
 * @property {import('./sdks.mjs').Sdk} [sdk] none: the empty page
 * @property {boolean} batched
 * @property {Map<string, Buffer>} files
 * @property {Set<string>} loaded
 * @property {Visit[]} visits
 *
 * @typedef {{ start: number, call: number, requests: number, preflights: number, bytes: number, work: number,
 *   arrived: number, copies: number, seconds: number }} Visit
 *
 * @typedef {ReturnType<typeof weigh> & Visit & { name: string, sdk: string }} Row medians; times over the empty page
 * @typedef {{ rows: Row[], setups: string[], refused: string[] }} Result
 */

/** @returns {Promise<Result>} */
export async function measurePeers() {
  install();
  /** @type {Page[]} */
  const pages = [await prepare('no SDK', undefined, false)];
  for (const sdk of sdks) {
    pages.push(await prepare(sdk.name, sdk, false));
    if (sdk.batched) pages.push(await prepare(`${sdk.name}, batched`, sdk, true));
  }

  const wall = await openWall();
  const browser = await launch(
    // Also for what the browser itself would ask for.
    `--proxy-server=${wall.address}`,
    '--proxy-bypass-list=127.0.0.1',
    // SDKs ignore bots; these visits are to be counted.
    '--disable-blink-features=AutomationControlled',
  );
  try {
    for (let round = 1; round <= rounds; ++round) {
      // Interleaved, so that other load of the machine affects all alike; and each in another place.
      for (let i = 0; i < pages.length; ++i) {
        const page = /** @type {Page} */ (pages[(i + 5 * round) % pages.length]);
        const began = performance.now();
        const visit = await visitWith(browser, page);
        page.visits.push(visit);
        line(
          `peers, round ${round} of ${rounds}: ${page.name}`,
          `start ${number(visit.start)} ms, ${number(visit.call, 1)} µs a call, ${number(visit.work)} ms until ${visit.arrived} arrived (${number((performance.now() - began) / 1000)} s)`,
        );
      }
    }
  } finally {
    await browser.close();
    wall.close();
  }
  return report(pages, [...wall.refused]);
}

/**
 * @param {string} name @param {import('./sdks.mjs').Sdk | undefined} sdk @param {boolean} batched
 * @returns {Promise<Page>}
 */
async function prepare(name, sdk, batched) {
  const files = await makePage(sdk?.file ?? 'nothing', batched);
  return { name, sdk, batched, files, loaded: new Set(), visits: [] };
}

/**
 * @param {import('puppeteer-core').Browser} browser @param {Page} what
 * @returns {Promise<Visit>}
 */
async function visitWith(browser, { sdk, files, loaded }) {
  const collector = await openCollector(sdk?.read ?? (() => []), eventName);
  const site = await serve((request, response) => {
    const path = request.url ?? '/';
    const file = files.get(path);
    if (file) loaded.add(path);
    response.writeHead(file || path === '/' ? 200 : 404, {
      'content-type': file ? 'text/javascript' : 'text/html; charset=utf-8',
      // Only pages that are isolated so get a clock finer than a tenth of a millisecond.
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-embedder-policy': 'require-corp',
    });
    response.end(file ?? (path === '/' ? html(collector.address, files) : ''));
  });
  const context = await browser.createBrowserContext();
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(120_000);
    await page.setUserAgent({
      userAgent: (await browser.userAgent()).replace('HeadlessChrome', 'Chrome'),
    });
    const session = await page.createCDPSession();
    await session.send('Performance.enable', { timeDomain: 'threadTicks' });
    const cpu = async () => {
      const { metrics } = await session.send('Performance.getMetrics');
      return 1000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0);
    };
    await page.goto(site.address, { waitUntil: 'load' });
    await pause(settled);
    const start = await cpu();
    const { counts } = collector;
    const before = { ...counts };
    const began = performance.now();
    const samples = await page.evaluate(callAll, eventName, payload, events, each);
    await arrival(counts, sdk ? events : 0, cpu);
    return {
      start,
      call: 1000 * median(samples),
      work: (await cpu()) - start,
      requests: counts.requests - before.requests,
      preflights: counts.preflights - before.preflights,
      bytes: counts.bytes - before.bytes,
      arrived: counts.arrived.size,
      copies: counts.copies,
      seconds: Math.max(0, (counts.last - began) / 1000),
    };
  } finally {
    if (collector.counts.unread.length > 0) {
      console.warn(`Not understood: ${[...new Set(collector.counts.unread)].join('\n  ')}`);
    }
    await context.close();
    await site.close();
    await collector.close();
  }
}

/** @param {string} server @param {Map<string, Buffer>} files */
const html = (
  server,
  files,
) => `<!doctype html><html lang="en"><meta charset="utf-8"><title>Bench</title>
<link rel="icon" href="data:,">
<script>window.server = '${server}'</script>
${files.has('/appizer-web.js') ? '<script src="/appizer-web.js"></script>' : ''}
<script type="module" src="/page.js"></script>
<h1>Bench</h1>`;

/**
 * Tracks so many events, a few in each task, and takes the time of the calls. Runs in the page, so it must not
 * refer to anything outside.
 *
 * @param {string} name @param {Record<string, unknown>} properties @param {number} events @param {number} each
 * @returns {Promise<number[]>} milliseconds a call, one of each task
 */
function callAll(name, properties, events, each) {
  return new Promise((resolve) => {
    const { track } = /** @type {any} */ (window);
    const samples = /** @type {number[]} */ ([]);
    const { port1, port2 } = new MessageChannel();
    let next = 0;
    port1.onmessage = () => {
      const began = performance.now();
      for (let i = 0; i < each; ++i) track(name, { ...properties, items: next++ });
      samples.push((performance.now() - began) / each);
      if (next < events) port2.postMessage(null);
      else resolve(samples);
    };
    port2.postMessage(null);
  });
}

/**
 * Waits until so many have arrived and all is answered, or nothing more will: nothing has come for long, though
 * the page had the time.
 *
 * @param {Awaited<ReturnType<typeof openCollector>>['counts']} counts @param {number} wanted
 * @param {() => Promise<number>} cpu
 */
async function arrival(counts, wanted, cpu) {
  const began = performance.now();
  let worked = await cpu();
  let since = began;
  while (counts.arrived.size < wanted || counts.open > 0) {
    await pause(50);
    const now = performance.now();
    if (now - began > longest) break;
    if (counts.last > since) since = counts.last;
    if (now - since < quiet) continue;
    const work = await cpu();
    if (work - worked < idle) break;
    worked = work;
    since = now;
  }
  // What comes of the last answer.
  await pause(500);
}

/**
 * @param {Page[]} pages @param {string[]} refused
 * @returns {Result}
 */
function report(pages, refused) {
  const [empty, ...others] = pages;
  /** @param {Page | undefined} page @param {keyof Visit} name */
  const of = (page, name) => median((page?.visits ?? []).map((visit) => visit[name]));
  const rows = others.map((page) => ({
    name: page.name,
    sdk: page.sdk?.name ?? '',
    ...weigh([...page.loaded].map((path) => page.files.get(path) ?? Buffer.alloc(0))),
    start: of(page, 'start') - of(empty, 'start'),
    call: of(page, 'call'),
    work: of(page, 'work') - of(empty, 'work'),
    requests: of(page, 'requests'),
    preflights: of(page, 'preflights'),
    bytes: of(page, 'bytes'),
    arrived: of(page, 'arrived'),
    copies: of(page, 'copies'),
    seconds: of(page, 'seconds'),
  }));
  const setups = sdks.map(
    ({ name, npm, setup, batched }) =>
      `**${name}**${npm ? ` (\`${npm}\` ${versionOf(npm)})` : ''}: ${setup}${batched ? `. Batched: ${batched}` : ''}.`,
  );
  return { rows, setups, refused: refused.filter((host) => !ofTheBrowser.test(host)) };
}

/** What Chromium itself asks for. */
const ofTheBrowser = /\.(google|googleapis|gvt1)\.com(:\d+)?$/;
