/**
 * `Appizer` with a folder: what `track` has taken is stored by the collector exactly once, whatever kills the process.
 * `APPIZER_KILLS=200` is the long form (`npm run test:kills`).
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { Appizer } from '../../dist/server.mjs';
import { createCollector } from '../../examples/collector/server.mjs';
import { waitFor } from '../browser/harness/wait.mjs';

const kills = Number(process.env.APPIZER_KILLS ?? 12);
const worker = new URL('./worker.mjs', import.meta.url).pathname;

describe('events outlive their process', { concurrency: 1, timeout: 3_600_000 }, () => {
  /** @type {string} */
  let folder;
  /** @type {ReturnType<typeof createCollector>} */
  let collector;
  /** @type {string} */
  let address;
  /** @type {string[]} */
  let reports;
  /** @type {Set<import('node:child_process').ChildProcess>} */
  const children = new Set();

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'appizer-durable-'));
    collector = createCollector({
      db: join(folder, 'events.sqlite'),
      config: {
        apps: [{ app_id: 'demo', authorized_domains: ['localhost'] }],
        keys: [{ key: 'sk_test_demo', app_id: 'demo' }],
        rate_limits: { events: 1e6, batch: 1e6, users: 1e6 },
      },
    });
    address = await collector.listen();
    reports = [];
  });
  after(async () => {
    for (const child of children) child.kill('SIGKILL');
    await collector?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const stored = () =>
    collector.store
      .newest('events', 'demo', 1e6)
      .map((/** @type {any} */ { properties }) => properties.order)
      .filter(Boolean);

  /** @param {string} dir @param {string} name @param {string[]} [more] */
  function start(dir, name, more = []) {
    const child = spawn(process.execPath, [worker, address, dir, name, ...more], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    children.add(child);
    child.once('close', () => children.delete(child));
    let said = '';
    child.stdout.on('data', (data) => (said += data));
    child.stderr.on('data', (data) => reports.push(String(data)));
    const ended = new Promise((resolve) => child.once('close', resolve));
    return {
      child,
      ended,
      /** What it has said in whole lines. */
      said: () =>
        said
          .slice(0, said.lastIndexOf('\n') + 1)
          .split('\n')
          .filter(Boolean),
    };
  }

  for (const processes of [1, 4]) {
    test(`kill -9, ${kills} times, ${processes} at a time that share a folder`, async () => {
      const dir = join(folder, `queue-${processes}`);
      /** @type {string[]} */
      const taken = [];
      const before = new Set(stored());
      for (let round = 0; round < kills; round += processes) {
        const running = Array.from({ length: processes }, (_, i) =>
          start(dir, `${processes}.${round + i}`),
        );
        await waitFor(() => running.every(({ said }) => said().length > 20), {
          timeout: 60_000,
          what: 'every process to record',
        });
        await pause(Math.random() * 300);
        for (const { child } of running) child.kill('SIGKILL');
        await Promise.all(running.map(({ ended }) => ended));
        for (const { said } of running) taken.push(...said().filter((line) => line !== 'ready'));
      }
      // What is left is taken over by the next one.
      const last = new Appizer({
        apiKey: 'sk_test_demo',
        apiBase: address,
        dir,
        maxRequestsPerSecond: 1000,
      });
      await waitFor(() => !readdirSync(dir).some((name) => name.includes('.j.')), {
        timeout: 300_000,
        what: 'the folder to be empty',
      });
      await last.shutdown();
      const have = new Set(stored());
      assert.deepEqual(
        taken.filter((order) => !have.has(order)),
        [],
        'lost',
      );
      const mine = stored().filter((/** @type {string} */ order) => !before.has(order));
      assert.equal(mine.length, new Set(mine).size, 'none twice');
      assert.deepEqual(reports, []);
      assert.deepEqual(
        readdirSync(dir).filter((name) => name !== 'locks'),
        [],
      );
      assert.deepEqual(readdirSync(join(dir, 'locks')), []);
    });
  }

  test('a process takes over what one that was killed has left, while it runs', async () => {
    const dir = join(folder, 'queue-live');
    const old = start(dir, 'old', ['Infinity', '5']);
    await waitFor(() => old.said().length > 3);
    const young = start(dir, 'young', ['Infinity', '200']);
    await waitFor(() => young.said().length > 1);
    old.child.kill('SIGKILL');
    await old.ended;
    const taken = old.said().filter((line) => line !== 'ready');
    try {
      await waitFor(() => taken.every((order) => stored().includes(order)), {
        timeout: 300_000,
        what: 'the other process to deliver it',
      });
    } finally {
      young.child.kill('SIGKILL');
      await young.ended;
    }
  });

  test('a record that was torn by the loss of power is left out, and the others arrive', async () => {
    const dir = join(folder, 'queue-torn');
    const down = new Appizer({ apiKey: 'sk_test_demo', apiBase: 'http://127.0.0.1:9', dir });
    for (const order of ['torn-1', 'torn-2', 'torn-3']) {
      down.track({ event: 'order_placed', userId: 'user_1', properties: { order } });
    }
    const [segment] = readdirSync(dir).filter((name) => name.includes('.j.'));
    assert.ok(segment);
    const text = readFileSync(join(dir, segment), 'utf8');
    await down.shutdown({ timeout: 1 });
    // The queue is of one API: the other one's folder is made to be this one's.
    const other = new Appizer({ apiKey: 'sk_test_demo', apiBase: address, dir });
    other.track({ event: 'order_placed', userId: 'user_1', properties: { order: 'torn-0' } });
    const own = readdirSync(dir).find((name) => name.includes('.j.') && name !== segment);
    const prefix = String(own).split('.j.')[0];
    await other.shutdown();
    writeFileSync(join(dir, `${prefix}.j.0123456789.e0`), text.slice(0, -20));
    /** @type {any[]} */
    const reported = [];
    const next = new Appizer({
      apiKey: 'sk_test_demo',
      apiBase: address,
      dir,
      onError: (report) => reported.push(report),
    });
    await waitFor(() => stored().includes('torn-2'), { timeout: 30_000, what: 'what is whole' });
    await next.shutdown();
    assert.ok(!stored().includes('torn-3'));
    assert.deepEqual(
      reported.map(({ reason, count }) => [reason, count]),
      [['unreadable', 1]],
    );
  });

  test('an unreachable API does not keep a process alive, and its events wait', async () => {
    const dir = join(folder, 'queue-down');
    const program = `
      import { Appizer } from ${JSON.stringify(new URL('../../dist/server.mjs', import.meta.url).href)};
      const appizer = new Appizer({ apiKey: 'k', apiBase: 'http://192.0.2.1', dir: ${JSON.stringify(dir)} });
      appizer.track({ event: 'order_placed', userId: 'user_1', properties: { order: 'down' } });`;
    const began = Date.now();
    const other = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: 'ignore',
    });
    const code = await new Promise((resolve) => other.once('close', resolve));
    assert.equal(code, 0);
    assert.ok(Date.now() - began < 60_000, 'the process ends');
    const left = readdirSync(dir).filter((name) => name.includes('.j.'));
    assert.ok(
      left.some((name) => readFileSync(join(dir, name), 'utf8').includes('"order":"down"')),
    );
  });
});
