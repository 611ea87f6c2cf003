/**
 * `appizer-web/server` beside the Node clients of others: what a call costs, and how many events a second arrive at a server
 * that answers at once. The others are installed from npm, into `build/bench-server`.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { build, dist, root } from '../scripts/paths.mjs';
import { line } from './lab.mjs';

const CALLS = 5000;
const ROUNDS = 5;

/** A server that answers every POST with 200, and counts the events in it. */
async function openSink() {
  const sink = { events: 0, requests: 0, address: '', close: () => server.close() };
  const server = createServer((request, response) => {
    /** @type {Buffer[]} */
    const parts = [];
    request.on('data', (part) => parts.push(part));
    request.on('end', () => {
      ++sink.requests;
      const body = Buffer.concat(parts);
      const zipped = request.headers['content-encoding'] === 'gzip' || body[0] === 0x1f;
      const text = (zipped ? gunzipSync(body) : body).toString();
      sink.events += text.split('"bench_event"').length - 1;
      response.setHeader('content-type', 'application/json');
      response.end('{"success":true,"code":200,"status":1,"featureFlags":{}}');
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const address = /** @type {import('node:net').AddressInfo} */ (server.address());
  sink.address = `http://127.0.0.1:${address.port}`;
  return sink;
}

const properties = { amount: 29.99, currency: 'USD', product_id: 'premium_plan', items: 3 };

/**
 * @typedef {{ track: (i: number) => void, finish: () => Promise<unknown> }} Client
 * @param {(address: string) => Promise<Client> | Client} open
 */
async function measure(open) {
  /** @type {number[]} */
  const each = [];
  /** @type {number[]} */
  const rates = [];
  for (let round = 0; round < ROUNDS; ++round) {
    const sink = await openSink();
    const client = await open(sink.address);
    const began = performance.now();
    for (let i = 0; i < CALLS; ++i) client.track(i);
    const called = performance.now();
    await client.finish();
    while (sink.events < CALLS && performance.now() - began < 60_000) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const ended = performance.now();
    each.push(((called - began) / CALLS) * 1000);
    rates.push((sink.events / (ended - began)) * 1000);
    if (sink.events !== CALLS) console.log(`  ${sink.events} of ${CALLS} arrived`);
    sink.close();
  }
  const median = (/** @type {number[]} */ all) => all.sort((a, b) => a - b)[all.length >> 1] ?? 0;
  return { each: median(each), rate: median(rates) };
}

/** Installs the others; returns what loads them. */
function openPeers() {
  const folder = join(build, 'bench-server');
  mkdirSync(folder, { recursive: true });
  for (const name of ['package.json', 'package-lock.json']) {
    cpSync(join(root, 'bench', 'server', name), join(folder, name));
  }
  cpSync(join(root, '.npmrc'), join(folder, '.npmrc'));
  if (!existsSync(join(folder, 'node_modules'))) {
    spawnSync('npm', ['install', '--no-progress', '--loglevel=error'], {
      cwd: folder,
      stdio: 'inherit',
    });
  }
  return createRequire(join(folder, 'package.json'));
}

export async function measureServer() {
  const { Appizer } = await import(join(dist, 'server.mjs'));
  const load = openPeers();
  const folder = mkdtempSync(join(tmpdir(), 'appizer-bench-'));
  let made = 0;
  /** @param {object} more @returns {(address: string) => Client} */
  const ours = (more) => (apiBase) => {
    const own = 'fsync' in more ? { ...more, dir: join(folder, String(++made)) } : more;
    const appizer = new Appizer({ apiKey: 'k', apiBase, maxRequestsPerSecond: 1000, ...own });
    return {
      track: (i) => appizer.track({ event: 'bench_event', userId: `user_${i % 100}`, properties }),
      finish: () => appizer.shutdown({ timeout: 60_000 }),
    };
  };
  /** @type {Record<string, (address: string) => Promise<Client> | Client>} */
  const clients = {
    'appizer-web/server, in memory': ours({}),
    'appizer-web/server, dir, fsync second': ours({ fsync: 'second' }),
    'appizer-web/server, dir, fsync never': ours({ fsync: 'never' }),
    '@segment/analytics-node': (host) => {
      const { Analytics } = load('@segment/analytics-node');
      const analytics = new Analytics({ writeKey: 'k', host, maxEventsInBatch: 100 });
      return {
        track: (i) =>
          analytics.track({ event: 'bench_event', userId: `user_${i % 100}`, properties }),
        finish: () => analytics.closeAndFlush({ timeout: 60_000 }),
      };
    },
    'posthog-node': (host) => {
      const { PostHog } = load('posthog-node');
      const posthog = new PostHog('k', { host, flushAt: 100, maxQueueSize: CALLS * 2 });
      return {
        track: (i) =>
          posthog.capture({ event: 'bench_event', distinctId: `user_${i % 100}`, properties }),
        finish: () => posthog.shutdown(60_000),
      };
    },
    '@amplitude/analytics-node': async (serverUrl) => {
      const amplitude = load('@amplitude/analytics-node').createInstance();
      await amplitude.init('k', { serverUrl, flushQueueSize: 100 }).promise;
      return {
        track: (i) => amplitude.track('bench_event', properties, { user_id: `user_${i % 100}` }),
        finish: () => amplitude.flush().promise,
      };
    },
  };
  try {
    for (const [name, open] of Object.entries(clients)) {
      const { each, rate } = await measure(open);
      line(`server: ${name}`, `${each.toFixed(1)} µs a call, ${Math.round(rate)} events/s`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
