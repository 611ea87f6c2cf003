/**
 * What a visitor sees of the SDK while a page loads: the same page without it, and with it in each way that a
 * page can have it, on a slow phone's processor and network.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { stub } from '../dist/snippet.mjs';
import { dist } from '../scripts/paths.mjs';
import { serve } from '../scripts/static.mjs';
import { launch, line, number, openServer, pause } from './lab.mjs';

/** What Lighthouse calls slow 4G. Bytes a second. */
const network = {
  offline: false,
  latency: 150,
  downloadThroughput: 1.6e6 / 8,
  uploadThroughput: 750e3 / 8,
};
const slowdown = 6;

/** Until what a start leaves for later is done. */
const settled = 2500;

/** @param {string} options */
const init = (options) => `AppizerWeb.init(${options})`;

/** The ways; each gives what is in the page's head. */
const ways = {
  'without the SDK': () => '',
  'without the SDK, repeated': () => '',
  'the snippet, as documented: `async`, with the stub': (sdk, options) =>
    `<script>${stub}</script><script async src="${sdk}"></script><script>${init(options)}</script>`,
  'the plain tag in the head': (sdk, options) =>
    `<script src="${sdk}"></script><script>${init(options)}</script>`,
  'the tag with `defer`': (sdk, options) =>
    `<script defer src="${sdk}"></script><script>addEventListener('DOMContentLoaded', () => ${init(options)})</script>`,
  'the tag with `async`': (sdk, options) =>
    `<script async src="${sdk}" onload="${init(options)}"></script>`,
};

/**
 * A page like many: a style sheet that it waits for, a script of its own, some screens of text.
 *
 * @param {string} head
 */
const page = (
  head,
) => `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A shop</title>
<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">
${head}
<link rel="stylesheet" href="/style.css"><script defer src="/site.js"></script></head><body>
<h1>A shop</h1><div id="list"></div>
${Array.from({ length: 120 }, (_, i) => `<section><h2>Part ${i}</h2><p>${words(60, i)}</p></section>`).join('\n')}
</body></html>`;

/** @param {number} count @param {number} from */
const words = (count, from) =>
  Array.from({ length: count }, (_, i) => ((i * 7919 + from * 104729) % 46656).toString(36)).join(
    ' ',
  );

const style = Array.from(
  { length: 200 },
  (_, i) => `.c${i} { margin: ${i % 9}px; color: hsl(${i} 50% 40%); padding: ${i % 5}px }`,
).join('\n');

// Work of the page's own, so that there is a longest task to compare with.
const script = `const list = document.getElementById('list');
for (let i = 0; i < 300; ++i) {
  const item = document.createElement('p');
  item.className = 'c' + (i % 200);
  item.textContent = 'Item ' + i;
  list.append(item);
}
// ${words(6000, 1)}`;

const rounds = 7;

/**
 * @typedef {{ paint: number, task: number, work: number }} Sample milliseconds
 * @typedef {{ way: string, samples: Sample[] }} Loading
 */

/** @returns {Promise<Loading[]>} */
export async function measureLoading() {
  const server = await openServer();
  const cdn = await serveFiles({
    '/appizer-web.js': ['text/javascript', readFileSync(join(dist, 'appizer-web.js'))],
  });
  const options = `{ appId: 'demo', apiBase: '${server.address}', autoEvents: true, autoHook: true }`;
  const names = Object.keys(ways);
  const site = await serveFiles({
    '/style.css': ['text/css', Buffer.from(style)],
    '/site.js': ['text/javascript', Buffer.from(script)],
    ...Object.fromEntries(
      names.map((name, i) => [
        `/${i}`,
        ['text/html', Buffer.from(page(ways[name](`${cdn.address}/appizer-web.js`, options)))],
      ]),
    ),
  });
  const browser = await launch();
  const all = names.map((way) => ({ way, samples: /** @type {Sample[]} */ ([]) }));
  try {
    for (let round = 1; round <= rounds; ++round) {
      for (let i = 0; i < names.length; ++i) {
        // Interleaved, and each at another place in its round.
        const way = (i + round) % names.length;
        const before = server.counts.requests;
        const sample = await loadSeen(browser, `${site.address}/${way}`);
        if (way > 1 && server.counts.requests === before) {
          throw new Error(`The SDK did not start: ${names[way]}`);
        }
        all[way]?.samples.push(sample);
        line(
          `loading, round ${round} of ${rounds}: ${names[way]}`,
          `first paint ${number(sample.paint)} ms, longest task ${number(sample.task)} ms, main thread ${number(sample.work)} ms`,
        );
      }
    }
  } finally {
    await browser.close();
    await site.close();
    await cdn.close();
    await server.close();
  }
  return all;
}

/**
 * Loads a page until it was seen: painted, and traced from the beginning. On a machine that is too busy for it,
 * either may be late.
 *
 * @param {import('puppeteer-core').Browser} browser @param {string} url @returns {Promise<Sample>}
 */
async function loadSeen(browser, url) {
  for (let attempt = 0; attempt < 5; ++attempt) {
    const sample = await load(browser, url);
    if (sample) return sample;
  }
  throw new Error('The machine is too busy to see a page load.');
}

/**
 * Loads a page on a slow phone.
 *
 * @param {import('puppeteer-core').Browser} browser @param {string} url @returns {Promise<Sample | undefined>}
 */
async function load(browser, url) {
  const context = await browser.createBrowserContext();
  try {
    const tab = await context.newPage();
    const session = await tab.createCDPSession();
    await session.send('Network.enable');
    await session.send('Network.emulateNetworkConditions', network);
    await session.send('Emulation.setCPUThrottlingRate', { rate: slowdown });
    await session.send('Performance.enable', { timeDomain: 'threadTicks' });
    await tab.tracing.start({ categories: ['-*', 'toplevel', 'blink.user_timing'] });
    await tab.goto(url, { waitUntil: 'load' });
    await pause(settled);
    const { metrics } = await session.send('Performance.getMetrics');
    const paint = Number(
      await tab.evaluate(
        `performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN`,
      ),
    );
    const trace = await tab.tracing.stop();
    const work = 1000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0);
    const tasks = tasksOf(JSON.parse(new TextDecoder().decode(trace)).traceEvents, url);
    const traced = tasks.reduce((all, one) => all + one, 0);
    if (Number.isNaN(paint) || traced < work / 2) return undefined;
    return { paint, task: Math.max(...tasks), work };
  } finally {
    await context.close();
  }
}

/**
 * How long the page's main thread was kept from anything else, each time, by its own clock.
 *
 * @param {any[]} events @param {string} url @returns {number[]} milliseconds; none where the page is not in the trace
 */
function tasksOf(events, url) {
  const start = events.find(
    ({ name, args }) => name === 'navigationStart' && args.data?.documentLoaderURL === url,
  );
  return events
    .filter(
      ({ name, pid, tid, tdur }) =>
        name === 'ThreadControllerImpl::RunTask' &&
        pid === start?.pid &&
        tid === start?.tid &&
        tdur > 0,
    )
    .map(({ tdur }) => tdur / 1000);
}

/** Files as a CDN serves them, compressed. @param {Record<string, [string, Buffer]>} files */
function serveFiles(files) {
  const ready = Object.fromEntries(
    Object.entries(files).map(([path, [type, body]]) => [path, [type, brotliCompressSync(body)]]),
  );
  return serve((request, response) => {
    const file = ready[request.url ?? ''];
    response.writeHead(file ? 200 : 404, {
      'content-type': `${file?.[0] ?? 'text/plain'}; charset=utf-8`,
      'content-encoding': file ? 'br' : 'identity',
      'access-control-allow-origin': '*',
      'timing-allow-origin': '*',
    });
    response.end(file?.[1]);
  });
}
