// @ts-check
/**
 * `npm run test:cluster`, its long part: three NATS, three ClickHouse, PostgreSQL, collectors and workers. First how many
 * events a second; then 200,000 ids and a tenth of them again while one part after the other is killed and comes back,
 * and in the end every id is looked for. Prints the figures of docs/scale.md; fails where an acknowledged event is
 * missing or there twice.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { literal, openClickhouse } from '../../examples/collector/cluster/clickhouse.mjs';
import { openLog } from '../../examples/collector/cluster/log.mjs';
import { eventIdOf } from '../../examples/collector/cluster/rows.mjs';
import { checkConfig } from '../../examples/collector/config.mjs';
import { missingEngines, startEngines } from '../../scripts/cluster/engines.mjs';
import { collectorProcess, workerProcess } from '../../scripts/cluster/processes.mjs';
import { key } from '../collector/support.mjs';
import { sendLoad } from './load.mjs';

const { values } = parseArgs({
  options: {
    ids: { type: 'string', default: '200000' },
    pace: { type: 'string', default: '20000' },
  },
});
const ids = Number(values.ids);
const idsPerRate = Number(values.pace);

/** How long each part stays away. */
const awayMs = 4000;

const missing = missingEngines();
if (missing.length > 0) {
  console.log(`${missing.join(', ')} not installed: run \`npm run setup cluster\` first.`);
  process.exit(1);
}

const engines = await startEngines({ nats: 3, clickhouse: 3 });
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(130));
try {
  process.exitCode = await run();
} finally {
  await engines.stop();
}
process.exit();

async function run() {
  const example = readFileSync(
    new URL('../../examples/collector/collector.json', import.meta.url),
    'utf8',
  );
  const limits = { events: 1e9, batch: 1e9, users: 1e9 };
  const file = join(engines.folder, 'collector.json');
  const content = { ...JSON.parse(example), rate_limits: limits, store: engines.settings };
  writeFileSync(file, JSON.stringify(content));
  const settings = clusterOf(content);
  const log = openLog(settings);
  const clickhouse = openClickhouse(settings);
  const collectors = [collectorProcess(file), collectorProcess(file)];
  const workers = [workerProcess(file), workerProcess(file)];
  await Promise.all(collectors.map((one) => one.start()));
  const addresses = () => collectors.map(({ address }) => address);
  await log.ready(60_000);

  /** @type {string[]} */
  let all = [];
  console.log(
    '| collectors | workers | acknowledged/s | stored/s, from the first event to the last row |',
  );
  console.log('|---|---|---|---|');
  for (const [c, w] of [
    [1, 1],
    [2, 1],
    [1, 2],
    [2, 2],
  ]) {
    const running = workers.slice(0, w);
    await Promise.all(running.map((one) => one.start()));
    const began = performance.now();
    const load = await sendLoad({
      ids: idsPerRate,
      addresses: () => addresses().slice(0, c),
      senders: 8,
    });
    all = all.concat(load.acknowledged);
    await emptyLog();
    const seconds = (performance.now() - began) / 1000;
    const perSecond = (/** @type {number} */ time) => Math.round(idsPerRate / time);
    console.log(`| ${c} | ${w} | ${perSecond(load.seconds)} | ${perSecond(seconds)} |`);
    await Promise.all(running.map((one) => one.kill('SIGTERM')));
  }

  await Promise.all(workers.map((one) => one.start()));
  const leader = async () => {
    const { jsm } = await log.link;
    const { cluster } = await jsm.streams.info(log.eventStreams[0] ?? '');
    return engines.nats[Number(cluster?.leader?.slice(1)) - 1];
  };
  /** @type {{ name: string, part: () => Promise<any>, signal?: NodeJS.Signals }[]} */
  const kills = [
    { name: 'a worker', part: async () => workers[0] },
    { name: 'the NATS leader of a partition', part: leader },
    { name: 'a ClickHouse node', part: async () => engines.clickhouse[0] },
    { name: 'a collector', part: async () => collectors[0] },
    // What it does on a crash of one of its processes: all end at once, and the next start recovers.
    { name: 'PostgreSQL', part: async () => engines.postgres, signal: 'SIGQUIT' },
  ];
  let acknowledged = 0;
  let isLoading = true;
  /** @type {number[]} */
  const userTimes = [];
  let mostBehind = 0;
  const watching = [followUsers(), followLog()];
  const loading = sendLoad({
    ...{ ids, resent: 0.1, addresses },
    onProgress: (count) => {
      acknowledged = count;
    },
  });
  /** @type {{ name: string, from: number, to: number }[]} */
  const outages = [];
  for (const [i, { name, part, signal }] of kills.entries()) {
    const due = (ids * (i + 0.5)) / (kills.length + 0.5);
    while (acknowledged < due) await sleep(50);
    const one = await part();
    const from = performance.now();
    await one.kill(signal ?? 'SIGKILL');
    await sleep(awayMs);
    await one.start();
    await sleep(2000);
    outages.push({ name, from, to: performance.now() });
  }
  const load = await loading;
  isLoading = false;
  await Promise.all(watching);
  all = all.concat(load.acknowledged);
  const drained = performance.now();
  await emptyLog();
  const lag = (performance.now() - drained) / 1000;

  console.log(
    '\n| killed, and back after 4 s | events: longest time without an acknowledgement | users |',
  );
  console.log('|---|---|---|');
  for (const { name, from, to } of outages) {
    const events = longestGap(load.times, from, to);
    console.log(`| ${name} | ${events} s | ${longestGap(userTimes, from, to)} s |`);
  }
  const rate = Math.round(load.acknowledged.length / load.seconds);
  console.log(`\n${load.acknowledged.length} ids in ${Math.round(load.seconds)} s: ${rate}/s`);
  console.log(`answers: ${JSON.stringify(load.answers)} (0: none)`);
  console.log(
    `most messages in the log: ${mostBehind}; ${lag.toFixed(1)} s after the last one it was empty`,
  );

  const [size] = await clickhouse.query(
    `SELECT toUInt32(sum(bytes_on_disk) / sum(rows)) AS bytes FROM system.parts
     WHERE active AND database = ${literal(settings.name)} AND table = 'events'`,
  );
  console.log(`${size?.bytes} bytes an event on the disk of a ClickHouse node`);

  const failures = await reconcile();
  await Promise.all([...collectors, ...workers].map((one) => one.kill('SIGTERM')));
  await Promise.all([log.close(), clickhouse.close()]);
  return failures;

  async function emptyLog() {
    for (;;) {
      const backlog = await log.backlog().catch(() => 1);
      if (backlog === 0) return;
      await sleep(50);
    }
  }

  async function followLog() {
    while (isLoading) {
      mostBehind = Math.max(mostBehind, await log.backlog().catch(() => 0));
      await sleep(200);
    }
  }

  async function followUsers() {
    for (let i = 0; isLoading; i += 1) {
      const address = addresses()[i % 2] ?? '';
      const status = await fetch(`${address}/v1/users`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: JSON.stringify({ user_id: `user_${i % 100}`, properties: { n: i } }),
      }).then(
        (answer) => answer.status,
        () => 0,
      );
      if (status === 200) userTimes.push(performance.now());
      await sleep(50);
    }
  }

  /** By id, in what every replica has. */
  async function reconcile() {
    const expected = new Set(all.map((id) => eventIdOf('demo', id)));
    // A node that was away fetches what it has missed.
    await sleep(3000);
    let wrong = 0;
    for (const [i, url] of settings.clickhouse.entries()) {
      const node = openClickhouse({ ...settings, clickhouse: [url] });
      const rows = await node.query(`SELECT event_id FROM ${settings.name}.events FINAL`);
      const raw = await node.query(`SELECT toUInt32(count()) AS n FROM ${settings.name}.events`);
      await node.close();
      const found = new Set(rows.map((row) => row.event_id));
      const lost = [...expected].filter((id) => !found.has(id)).length;
      const strange = [...found].filter((id) => !expected.has(id)).length;
      const twice = rows.length - found.size;
      wrong += lost + strange + twice;
      console.log(
        `ClickHouse ${i + 1}: ${expected.size} ids expected, ${lost} missing, ${twice} twice, ` +
          `${strange} unknown (${raw[0]?.n - rows.length} copies not merged yet)`,
      );
    }
    console.log(wrong === 0 ? '0 acknowledged events missing, 0 duplicates' : 'FAILED');
    return wrong === 0 ? 0 : 1;
  }
}

/** @param {unknown} content */
function clusterOf(content) {
  const { store } = checkConfig(content);
  if (store.kind !== 'cluster') throw new Error('not a cluster');
  return store;
}

/** Seconds between two acknowledgements. @param {number[]} times @param {number} from @param {number} to */
function longestGap(times, from, to) {
  const within = [...times]
    .sort((a, b) => a - b)
    .filter((time) => time > from - 1000 && time < to + 20_000);
  let longest = 0;
  for (let i = 1; i < within.length; i += 1) {
    const before = within[i - 1] ?? 0;
    if (before < to) longest = Math.max(longest, (within[i] ?? 0) - before);
  }
  return (longest / 1000).toFixed(1);
}
