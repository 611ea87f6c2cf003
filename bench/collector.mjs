// @ts-check
/**
 * How many events a second the collector stores, each on the disk before it is acknowledged.
 *
 *     node bench/collector.mjs [seconds per figure]
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const seconds = Number(process.argv[2] ?? 5);
const concurrency = 8;
const batchSize = 100;
const key = 'sk_bench';

/** What a page sends. */
const event = {
  event_name: 'page_view',
  user_id: '0190c6ab-7f3a-7c41-9d1e-5a2b8c4e6f10',
  properties: {
    page: '/pricing',
    url: 'https://example.com/pricing?utm_source=newsletter',
    title: 'Pricing',
    referrer: 'https://example.com/',
    $event_id: '0190c6ab-7f3a-7c41-9d1e-<serial>',
    $timestamp: '2026-01-01T12:00:00.000Z',
    $session_id: '0190c6ab-7f3a-7c41-9d1e-5a2b8c4e6f11',
    $lib: 'appizer-web',
    $lib_version: '0.1.0',
  },
};
let serial = 0;

const main = fileURLToPath(new URL('../examples/collector/main.mjs', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'collector-bench-'));
const agent = new Agent({ keepAlive: true, maxSockets: concurrency });
const collector = startCollector();

try {
  const address = await addressOf(collector);
  const single = JSON.stringify(event);
  const batch = JSON.stringify({ events: new Array(batchSize).fill(event) });
  await measure('single events', `${address}/v1/events`, single, 1);
  await measure(`batches of ${batchSize}`, `${address}/v1/events/batch`, batch, batchSize);
  await check(address);
} finally {
  agent.destroy();
  collector.kill();
  if (collector.exitCode === null && collector.signalCode === null) await once(collector, 'exit');
  rmSync(folder, { recursive: true, force: true });
}

function startCollector() {
  const unlimited = 1_000_000_000;
  const config = {
    apps: [{ app_id: 'bench' }],
    keys: [{ key, app_id: 'bench' }],
    rate_limits: { events: unlimited, batch: unlimited, users: unlimited },
  };
  const file = join(folder, 'collector.json');
  writeFileSync(file, JSON.stringify(config));
  // A process of its own: sending must not take time from storing.
  const args = [main, '--port', '0', '--db', join(folder, 'events.sqlite'), '--config', file];
  return spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
}

/** @param {ReturnType<typeof startCollector>} child @returns {Promise<string>} */
function addressOf(child) {
  return new Promise((resolve, reject) => {
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      output += text;
      const found = /http:\/\/127\.0\.0\.1:\d+/.exec(output)?.[0];
      if (found) resolve(found);
    });
    child.once('exit', () => reject(new Error('The collector did not start.')));
  });
}

/** @param {string} name @param {string} url @param {string} body @param {number} events in a request */
async function measure(name, url, body, events) {
  const begin = performance.now();
  const end = begin + seconds * 1000;
  let stored = 0;
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      while (performance.now() < end) {
        await post(url, body.replaceAll('<serial>', nextSerial));
        stored += events;
      }
    }),
  );
  const rate = Math.round(stored / ((performance.now() - begin) / 1000));
  console.log(`${name}: ${rate.toLocaleString('en-US')} events/s (${concurrency} at a time)`);
}

/** So that no event is a copy of another; they grow, as ids that begin with the time do. */
function nextSerial() {
  serial += 1;
  return serial.toString(16).padStart(12, '0');
}

/** A figure for events that are not there would be worth nothing. @param {string} address */
async function check(address) {
  const { total } = await (await fetch(`${address}/debug/events?limit=0`)).json();
  if (total !== serial) throw new Error(`${serial} events were sent, and ${total} are stored.`);
}

/** @param {string} url @param {string} body @returns {Promise<void>} */
function post(url, body) {
  return new Promise((resolve, reject) => {
    const headers = {
      authorization: `Bearer ${key}`,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    };
    const sent = request(url, { method: 'POST', agent, headers }, (response) => {
      response.resume().on('end', () => {
        if (response.statusCode === 200) resolve();
        else reject(new Error(`The collector answered ${response.statusCode}.`));
      });
    });
    sent.on('error', reject).end(body);
  });
}
