// @ts-check
/**
 * `npm run cluster`: three NATS, three ClickHouse with ZooKeeper, PostgreSQL, two collectors and two workers on this
 * machine, and the demo shop, which sends to them. Everything they store is gone when it ends.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import '../build.mjs';
import { root } from '../paths.mjs';
import { setupOrExit } from '../setup.mjs';
import { firstFree } from '../static.mjs';
import { startEngines } from './engines.mjs';
import { collectorProcess, workerProcess } from './processes.mjs';

setupOrExit('cluster', console.log);
const { serveShop } = await import('../shop.mjs');
console.log('\nStarting NATS, ZooKeeper, ClickHouse and PostgreSQL…');
const engines = await startEngines({ nats: 3, clickhouse: 3 });

const config = join(engines.folder, 'collector.json');
const example = readFileSync(join(root, 'examples', 'collector', 'collector.json'), 'utf8');
writeFileSync(config, JSON.stringify({ ...JSON.parse(example), store: engines.settings }, null, 2));

const workers = [workerProcess(config), workerProcess(config)];
const collectors = [];
for (const port of [8787, 8788]) {
  collectors.push(
    await firstFree(port, async (candidate) => {
      const collector = collectorProcess(config, candidate);
      try {
        await collector.start();
        return collector;
      } catch (error) {
        if (!/port is already in use/.test(String(error))) throw error;
        throw Object.assign(new Error('in use'), { code: 'EADDRINUSE' });
      }
    }),
  );
}
await Promise.all(workers.map((worker) => worker.start()));
const site = await serveShop(collectors[0]?.address ?? '');

const { nats, clickhouse, zookeepers, postgres } = engines;
const list = (/** @type {{ port: number }[]} */ all) => all.map(({ port }) => port).join(', ');
console.log(`
  Page         ${site.address}
  Collectors   ${collectors.map(({ address }) => address).join('  ')}
  NATS         127.0.0.1, ports ${list(nats)}
  ClickHouse   127.0.0.1, ports ${list(clickhouse)}; ZooKeeper ${list(zookeepers)}
  PostgreSQL   ${engines.settings.postgres} (port ${postgres.port})
  Config       ${config}

Open the page and click about: its events go to the first collector, and show on the live page of either. Kill what
you like. Ctrl+C stops everything and removes ${engines.folder}.
`);

let isStopping = false;
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, async () => {
    if (isStopping) process.exit(130);
    isStopping = true;
    await site.close();
    await Promise.all([...collectors, ...workers].map((one) => one.kill('SIGTERM')));
    await engines.stop();
    process.exit(0);
  });
}
