/** How soon the events of an outage arrive once the server is back, while their page stays open. */
import { serve } from '../scripts/static.mjs';
import { eventName, line, median, number, pause, payload } from './lab.mjs';

const runs = 20;
const outage = 20_000;
/** A run that has not recovered by then has failed. */
const longest = 120_000;
/** An event is tracked this often while the server is away. */
const every = 2000;

/**
 * What is seen of one page. `began` and `failed` hold the times of its requests while the server was away: as the page
 * made them, since most end at the preflight, and the browser itself repeats some on another connection.
 *
 * @typedef {{ down: boolean, began: number[], failed: number[], most: number, ids: Set<string>, last: number }} Run
 */

/** @param {Awaited<ReturnType<typeof import('./lab.mjs').openLab>>} lab */
export async function measureRecovery(lab) {
  /** @type {Run[]} */
  const all = Array.from({ length: runs }, () => ({
    down: false,
    began: [],
    failed: [],
    most: 0,
    ids: new Set(),
    last: 0,
  }));
  const server = await serve((request, response) => {
    const run = all[Number(/^\/r(\d+)\//.exec(request.url ?? '')?.[1])];
    if (!run) return void response.writeHead(404).end();
    // As if nobody listened: the connection ends without an answer.
    if (run.down) return void request.socket.destroy();
    response.setHeader('access-control-allow-origin', '*');
    response.setHeader('access-control-allow-headers', 'content-type');
    if (request.method === 'OPTIONS') return void response.writeHead(204).end();
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      for (const [, id] of body.matchAll(/"\$event_id":"([^"]+)"/g)) {
        if (id && !run.ids.has(id)) run.last = performance.now();
        if (id) run.ids.add(id);
      }
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"success":true}');
    });
  });
  try {
    const results = await Promise.all(all.map((run, i) => recover(lab, server.address, run, i)));
    const times = results.map(({ time }) => time);
    const what = `recovery, ${runs} outages of ${outage / 1000} s`;
    line(`${what}: from the server's return to the last event`, spread(times));
    line(
      `${what}: requests of a page while the server was away`,
      spread(
        results.map(({ tries }) => tries),
        1,
        '',
      ),
    );
    line(`${what}: at the same time, at most`, number(Math.max(...all.map(({ most }) => most))));
    line(
      `${what}: shortest pause, from a failure to the next request`,
      `${number(Math.min(...results.map(({ gap }) => gap)))} ms`,
    );
  } finally {
    await server.close();
  }
}

/** @param {number[]} values @param {number} unit @param {string} name */
const spread = (values, unit = 1000, name = ' s') =>
  `${number(median(values) / unit, 1)}${name} median, ${number(Math.min(...values) / unit, 1)} to ${number(Math.max(...values) / unit, 1)}`;

/**
 * @param {Awaited<ReturnType<typeof import('./lab.mjs').openLab>>} lab
 * @param {string} address @param {Run} run @param {number} i
 */
async function recover(lab, address, run, i) {
  // Each begins at another time, as pages do.
  await pause(i * 400);
  return lab.withPage('/sdk', async (page) => {
    await page.evaluate(`AppizerWeb.shutdown();
      AppizerWeb.init({ appId: 'recovery', apiBase: '${address}/r${i}' })`);
    watch(page, run);
    const track = () =>
      page.evaluate(`AppizerWeb.trackEvent('${eventName}', ${JSON.stringify(payload)})`);
    let tracked = 1;
    await track();
    await until(() => run.ids.size === tracked);
    if ((await page.evaluate('document.visibilityState')) !== 'visible') {
      throw new Error('The page is hidden, so it does not recover as a visible one.');
    }
    run.down = true;
    for (const end = performance.now() + outage; performance.now() < end; ) {
      await track();
      tracked += 1;
      await pause(Math.min(every, Math.max(0, end - performance.now())));
    }
    run.down = false;
    const back = performance.now();
    await until(() => run.ids.size === tracked);
    const gaps = run.began.slice(1).map((time, k) => time - (run.failed[k] ?? Number.NaN));
    return { time: run.last - back, tries: run.began.length, gap: Math.min(...gaps) };
  });
}

/** Notes each POST of the page to the server. @param {import('puppeteer-core').Page} page @param {Run} run */
function watch(page, run) {
  const open = new Set();
  page.on('request', (request) => {
    if (request.method() !== 'POST' || !run.down) return;
    open.add(request);
    run.began.push(performance.now());
    run.most = Math.max(run.most, open.size);
  });
  page.on('requestfailed', (request) => {
    if (open.delete(request)) run.failed.push(performance.now());
  });
  page.on('requestfinished', (request) => open.delete(request));
}

/** @param {() => boolean} holds */
async function until(holds) {
  for (const end = performance.now() + longest; !holds(); await pause(20)) {
    if (performance.now() > end) throw new Error('The events did not arrive.');
  }
}
