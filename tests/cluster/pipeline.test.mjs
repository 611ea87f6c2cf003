// @ts-check
/** The collector's cluster on one node of each engine: what fails, fails for a while, and loses nothing. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openLog } from '../../examples/collector/cluster/log.mjs';
import { dayOf, eventIdOf, partitionOf } from '../../examples/collector/cluster/rows.mjs';
import { createCollector } from '../../examples/collector/server.mjs';
import { config, key, runOn, temporaryFile } from '../collector/support.mjs';
import { openEngines, whyNot } from './engines.mjs';

/** @typedef {import('node:test').TestContext} TestContext */

const reason = whyNot();
const opened = reason ? undefined : await openEngines();
// Tests share it where they can, each with ids of its own: the log remembers those of the last minutes.
const shared = await opened?.openShared();
after(async () => {
  await shared?.close();
  await opened?.stop();
});

/**
 * @param {string} name
 * @param {(t: TestContext, engines: NonNullable<typeof opened> & { empty: NonNullable<typeof shared>['empty'] }) => Promise<void>} run
 */
function onCluster(name, run) {
  if (opened && shared) test(name, (t) => run(t, { ...opened, empty: shared.empty }));
}

if (reason) {
  test(reason, () => {
    console.log(reason);
  });
}

/** @param {TestContext} t @param {object} store @param {object} [more] of the config */
async function collect(t, store, more = {}) {
  const collector = createCollector({ config: { ...config, ...more, store }, report: () => {} });
  t.after(() => collector.close());
  const address = await collector.listen();
  /** @param {string} path @param {object} body */
  const send = async (path, body) => {
    const response = await fetch(`${address}/v1/${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return {
      status: response.status,
      headers: response.headers,
      body: /** @type {any} */ (await response.json()),
    };
  };
  return { collector, address, send };
}

/** @param {number} count @param {string} prefix */
const batchOf = (count, prefix) => ({
  events: Array.from({ length: count }, (_, i) => ({
    event_name: 'e',
    user_id: 'u',
    properties: { $event_id: `${prefix}-${i}` },
  })),
});

test('copies have the same id, partition and day, wherever and whenever they are received', () => {
  const id = '0190c6ab-0000-7000-8000-000000000001';
  assert.match(eventIdOf('demo', id), /^evt_[0-9a-f]{32}$/);
  assert.notEqual(eventIdOf('demo', id), eventIdOf('shop', id));
  const partitions = new Set();
  for (let i = 0; i < 1000; i += 1) partitions.add(partitionOf(eventIdOf('demo', `${i}`), 8));
  assert.deepEqual([...partitions].sort(), [0, 1, 2, 3, 4, 5, 6, 7]);
  assert.equal(dayOf(id, '2031-01-01T00:00:00.000Z'), '2024-07-18');
  // Without a time in it there is no day that all copies share but this one.
  assert.equal(dayOf('order-1', '2031-01-01T00:00:00.000Z'), '1970-01-01');
  assert.equal(dayOf('ffffffff-ffff-7000-8000-000000000001', ''), '1970-01-01');
  assert.equal(dayOf(undefined, '2031-01-01T00:00:00.000Z'), '2031-01-01');
});

onCluster(
  'two collectors give copies one id, and the live page of each shows both',
  async (t, engines) => {
    const { store, end } = await engines.empty();
    const one = await collect(t, store);
    const two = await collect(t, store);
    t.after(end);
    const page = await fetch(`${two.address}/live`);
    const reader = page.body?.pipeThrough(new TextDecoderStream()).getReader();
    assert.ok(reader);
    await reader.read();
    const event = { event_name: 'seen', user_id: 'u', properties: { $event_id: 'both' } };
    const first = await one.send('events', event);
    const second = await two.send('events', event);
    assert.equal(first.body.event_id, second.body.event_id);
    let text = '';
    while (!text.includes('"seen"')) text += (await reader.read()).value;
    await reader.cancel();
    await Promise.all([one.collector.settled(), two.collector.settled()]);
    assert.equal(await one.collector.store.count('events', 'demo'), 1);
    assert.equal(await one.collector.store.count('duplicates', 'demo'), 1);
  },
);

onCluster(
  'copies that the log does not recognise are removed by ClickHouse',
  async (t, engines) => {
    const { store, settings, end } = await engines.empty();
    const { send, collector } = await collect(t, store);
    const log = openLog(settings);
    t.after(() => log.close());
    t.after(end);
    const { body } = await send('events', {
      ...{ event_name: 'e', user_id: 'u', properties: { $event_id: 'a' } },
    });
    await collector.settled();
    const [stored] = await collector.store.newest('events', null, 9);
    const place = Date.parse(String(stored?.received_at)) * 1000;
    const copy = {
      ...stored,
      ...{ properties: '{"$event_id":"a"}', day: '1970-01-01', received: 1, place: place + 9e6 },
      received_at: '2099-01-01T00:00:00.000Z',
    };
    for (const id of ['b', 'c']) await log.publish('events.0', JSON.stringify(copy), id);
    await collector.settled();
    assert.equal(await collector.store.count('events', null), 1);
    assert.equal((await collector.store.newest('events', null, 9)).length, 1);
    assert.equal(stored?.event_id, body.event_id);
  },
);

onCluster(
  'a row that ClickHouse refuses is set aside alone, with the reason',
  async (t, engines) => {
    const { store, settings, worker, end } = await engines.empty();
    const { send, collector, address } = await collect(t, store);
    const log = openLog(settings);
    t.after(() => log.close());
    t.after(end);
    // A page that is open gets what is in the log, too.
    const page = await fetch(`${address}/live`);
    await page.body?.getReader().read();
    const sending = send('events/batch', batchOf(100, 't4'));
    await log.publish('events.0', '{"event_id":"evt_1","day":"never"}', 'poison-1');
    await log.publish('events.1', 'not JSON at all', 'poison-2');
    assert.equal((await sending).status, 200);
    await collector.settled();
    assert.equal(await collector.store.count('events', null), 100);
    assert.equal(worker.counts.dead, 2);
    const overview = await fetch(`${address}/views/overview`);
    const { total, letters } = /** @type {any} */ (await overview.json()).aside;
    assert.equal(total, 2);
    assert.deepEqual(letters.map((/** @type {any} */ { row }) => row).sort(), [
      'not JSON at all',
      '{"event_id":"evt_1","day":"never"}',
    ]);
    for (const { reason: why, table } of letters) {
      assert.match(why, /Cannot parse/);
      assert.equal(table, 'events');
    }
  },
);

onCluster('a worker that is killed loses nothing and doubles nothing', async (t, engines) => {
  const { store, worker } = await engines.openStore();
  // Another process takes its place.
  await worker.stop();
  const { send, collector } = await collect(t, store);
  const file = temporaryFile(t, 'collector.json');
  writeFileSync(file, JSON.stringify({ ...config, store }));
  const path = fileURLToPath(new URL('../../examples/collector/cluster/work.mjs', import.meta.url));
  const start = () => spawn(process.execPath, [path, '--config', file], { stdio: 'ignore' });
  let child = start();
  t.after(() => child.kill('SIGKILL'));
  for (let i = 0; i < 20; i += 1) {
    assert.equal((await send('events/batch', batchOf(100, `${i}`))).status, 200);
    if (i === 10) {
      child.kill('SIGKILL');
      await once(child, 'exit');
      child = start();
    }
  }
  await collector.settled();
  assert.equal(await collector.store.count('events', null), 2000);
  child.kill('SIGTERM');
  const [code] = await once(child, 'exit');
  assert.equal(code, 0);
});

onCluster('without the log events are answered 503, and with it again 200', async (t, engines) => {
  const { store, end } = await engines.empty();
  const { send, collector, address } = await collect(t, store);
  t.after(end);
  assert.equal((await send('events/batch', batchOf(10, 't6'))).status, 200);
  const [nats] = engines.engines.nats;
  await nats?.kill();
  const refused = await send('events/batch', batchOf(10, 'later'));
  assert.equal(refused.status, 503);
  assert.equal(refused.body.code, 'STORE_UNAVAILABLE');
  assert.ok(Number(refused.headers.get('retry-after')) >= 1);
  assert.equal((await fetch(`${address}/readyz`)).status, 503);
  assert.equal((await fetch(`${address}/healthz`)).status, 200);
  await nats?.start();
  let status = 0;
  for (let i = 0; i < 50 && status !== 200; i += 1) {
    ({ status } = await send('events/batch', batchOf(10, 'later')));
    if (status !== 200) await sleep(100);
  }
  assert.equal(status, 200);
  await collector.settled();
  assert.equal(await collector.store.count('events', null), 20);
});

onCluster(
  'without ClickHouse events are acknowledged, and stored when it is back',
  async (t, engines) => {
    // A store of its own: what TRUNCATE has removed comes back where ClickHouse is killed soon after.
    const { store, end } = await engines.openStore();
    const { send, collector } = await collect(t, store);
    t.after(end);
    const [clickhouse] = engines.engines.clickhouse;
    await clickhouse?.kill();
    assert.equal((await send('events/batch', batchOf(50, 't7'))).status, 200);
    await clickhouse?.start();
    await collector.settled();
    assert.equal(await collector.store.count('events', null), 50);
  },
);

onCluster('without PostgreSQL users are answered 503, and events are not', async (t, engines) => {
  const { store, end } = await engines.empty();
  const { send, collector } = await collect(t, store);
  t.after(end);
  assert.equal((await send('users', { user_id: 'a' })).status, 200);
  const { postgres } = engines.engines;
  await postgres.kill('SIGQUIT');
  const refused = await send('users', { user_id: 'b' });
  assert.equal(refused.status, 503);
  assert.ok(Number(refused.headers.get('retry-after')) >= 1);
  assert.equal((await send('events/batch', batchOf(5, 't8'))).status, 200);
  await postgres.start();
  let status = 0;
  for (let i = 0; i < 50 && status !== 200; i += 1) {
    ({ status } = await send('users', { user_id: 'b' }));
    if (status !== 200) await sleep(100);
  }
  assert.equal(status, 200);
  assert.equal(await collector.store.count('users', null), 2);
});

onCluster('collectors count requests together, some time later', async (t, engines) => {
  const { store, end } = await engines.empty();
  const limits = { rate_limits: { users: 10 } };
  const one = await collect(t, store, limits);
  const two = await collect(t, store, limits);
  t.after(end);
  for (let i = 0; i < 8; i += 1) assert.equal((await one.send('users', {})).status, 400);
  let left = 10;
  for (let i = 0; i < 60 && left > 2; i += 1) {
    await sleep(100);
    // Requests of a stranger are not counted with those of the key, but show nothing either.
    if (i % 20 === 0)
      left = Number((await two.send('users', {})).headers.get('x-ratelimit-remaining'));
  }
  assert.ok(left <= 2, `${left} left`);
  let status = 0;
  for (let i = 0; i < 4; i += 1) ({ status } = await two.send('users', {}));
  assert.equal(status, 429);
});

onCluster(
  'another number of partitions is refused by the name of the option',
  async (t, engines) => {
    const { store, end } = await engines.empty();
    t.after(end);
    const { collector } = await collect(t, { ...store, partitions: 3 });
    await assert.rejects(collector.begin(), {
      message: `store.partitions is 3, but the log "${store.name}" has 2; their number is fixed.`,
    });
  },
);

// What SQLite is held to. The rest of the contract is in contract.mjs, for `npm run test:cluster`.
if (opened) {
  runOn(() => opened.openStore());
  await import('../collector/events.test.mjs');
}
