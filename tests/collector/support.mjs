// @ts-check
/** What the collector's tests share: one collector per test, in a folder of its own. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createCollector } from '../../examples/collector/server.mjs';

/** @typedef {import('node:test').TestContext} TestContext */
/** @typedef {Awaited<ReturnType<typeof start>>} Running */

export const key = 'sk_test_demo';
export const page = 'http://localhost:3000';

/** Two apps, and a key for every way in which one can be refused. */
export const config = {
  apps: [
    { app_id: 'demo', authorized_domains: ['localhost', '*.localhost'] },
    { app_id: 'shop', authorized_domains: ['shop.example'] },
  ],
  keys: [
    { key, app_id: 'demo' },
    { key: 'sk_shop', app_id: 'shop' },
    { key: 'sk_revoked', app_id: 'demo', revoked: true },
    { key: 'sk_events_only', app_id: 'demo', permissions: ['events:write'] },
  ],
};

/**
 * Another store than SQLite, empty for each test: `tests/cluster` runs the same tests on its cluster.
 *
 * @type {(() => Promise<{ store: object, end: () => Promise<void> }>) | undefined}
 */
let otherStore;

/** @param {NonNullable<typeof otherStore>} make */
export function runOn(make) {
  otherStore = make;
}

export const event = { event_name: 'plan_chosen', user_id: 'user_123' };

/** @param {TestContext} t @returns {string} path of a database that goes away with the test */
export function temporaryFile(t, name = 'events.sqlite') {
  const folder = mkdtempSync(join(tmpdir(), 'collector-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, name);
}

/**
 * @param {TestContext} t
 * @param {Parameters<typeof createCollector>[0]} [options]
 */
export async function start(t, options = {}) {
  const db = temporaryFile(t);
  /** @type {unknown[]} */
  const reported = [];
  const report = (/** @type {unknown} */ error) => reported.push(error);
  const other = await otherStore?.();
  const wanted = /** @type {object} */ (options.config ?? config);
  const all = {
    db,
    report,
    ...options,
    config: { ...wanted, ...(other && { store: other.store }) },
  };
  const created = createCollector(all);
  t.after(async () => {
    await created.close();
    await other?.end();
  });
  // What was acknowledged can be read at once in SQLite; elsewhere it is waited for.
  const collector = !other
    ? created
    : Object.create(created, {
        store: {
          value: {
            count: (/** @type {[any, any]} */ ...of) =>
              created.settled().then(() => created.store.count(...of)),
            newest: (/** @type {[any, any, any]} */ ...of) =>
              created.settled().then(() => created.store.newest(...of)),
          },
        },
      });
  const address = await collector.listen();

  return {
    collector,
    db,
    address,
    reported,

    /**
     * What a server sends, unless `headers` say otherwise.
     *
     * @param {string} path
     * @param {unknown} body an object, or the very text to send
     * @param {Record<string, string | undefined>} [headers] undefined takes one away
     * @param {string} [method]
     */
    async send(path, body, headers = {}, method = 'POST') {
      const all = {
        authorization: `Bearer ${key}`,
        'content-type': 'application/json',
        ...headers,
      };
      const response = await fetch(address + path, {
        method,
        headers: /** @type {Record<string, string>} */ (
          Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
        ),
        body: typeof body === 'string' || body === undefined ? body : JSON.stringify(body),
      });
      const text = await response.text();
      return {
        status: response.status,
        headers: response.headers,
        body: text === '' ? null : JSON.parse(text),
      };
    },
  };
}

/** Headers of a page instead of those of a server. @param {string} origin */
export const from = (origin) => ({ authorization: undefined, origin });

const main = fileURLToPath(new URL('../../examples/collector/main.mjs', import.meta.url));

/**
 * The collector as a process of its own.
 *
 * @param {TestContext} t
 * @param {string[]} args
 */
export function startProcess(t, args) {
  const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  t.after(() => child.kill('SIGKILL'));
  let output = '';
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    errors += text;
  });
  /** @type {Promise<{ code: number | null, output: string, errors: string }>} */
  const ended = new Promise((resolve) => {
    child.on('close', (code) => resolve({ code, output, errors }));
  });
  /** @type {Promise<string>} */
  const address = new Promise((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (text) => {
      output += text;
      const found = /http:\/\/127\.0\.0\.1:\d+/.exec(output)?.[0];
      if (found) resolve(found);
    });
    ended.then(() => reject(new Error(`The collector ended: ${errors}`)));
  });
  // A test that expects it to end does not wait for the address.
  address.catch(() => {});
  return { child, address, ended };
}
