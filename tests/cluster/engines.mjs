// @ts-check
/** One node of each engine for the tests of one process, and a new store on it for each test. */
import { setTimeout as sleep } from 'node:timers/promises';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { openClickhouse } from '../../examples/collector/cluster/clickhouse.mjs';
import { openLog } from '../../examples/collector/cluster/log.mjs';
import { openUsers } from '../../examples/collector/cluster/users.mjs';
import { startWorker } from '../../examples/collector/cluster/worker.mjs';
import { checkConfig } from '../../examples/collector/config.mjs';
import { missingEngines, startEngines } from '../../scripts/cluster/engines.mjs';
import { config } from '../collector/support.mjs';

/** An acknowledgement that a killed server has lost is made up for after this time. */
const ackWaitMs = 3000;

/** Why the tests cannot run here; undefined where they can. */
export function whyNot() {
  const missing = missingEngines(false);
  if (missing.length === 0) return undefined;
  return `${missing.join(', ')} not installed: the cluster was not tested (npm run setup cluster)`;
}

export async function openEngines() {
  const engines = await startEngines({ nats: 1, clickhouse: 1 });
  let count = 0;

  return { engines, openStore, openShared, stop: engines.stop };

  /** A new store, and a worker for it. */
  async function openStore() {
    count += 1;
    const name = `test_${count}`;
    const store = { ...engines.settings, name, partitions: 2, log_bytes: 64 * 1024 ** 2 };
    const settings = checkConfig({ ...config, store }).store;
    if (settings.kind !== 'cluster') throw new Error('not a cluster');
    /** @type {string[]} */
    const lines = [];
    const worker = startWorker(settings, { say: (line) => lines.push(line), ackWaitMs });
    await worker.ready(20_000);

    return {
      ...{ store, settings, worker, lines },

      async end() {
        await worker.stop();
        await removeStreams(settings.nats, name);
      },
    };
  }

  /**
   * One store for many tests, emptied for each of them: a new one costs more than most tests. The log remembers the
   * `$event_id`s of the last minutes, so tests that send any need a new store.
   */
  async function openShared() {
    const { store, settings, worker, end } = await openStore();
    const log = openLog(settings);
    const clickhouse = openClickhouse(settings);
    const users = openUsers(settings);
    await users.ready();

    return {
      async empty() {
        while ((await log.backlog()) > 0) await sleep(10);
        for (const table of ['events', 'requests', 'duplicates']) {
          await clickhouse.command(`TRUNCATE TABLE ${settings.name}.${table}`);
        }
        await users.command('TRUNCATE users, aliases');
        return { store, settings, worker, end: async () => {} };
      },

      async close() {
        await Promise.all([log.close(), clickhouse.close(), users.close()]);
        await end();
      },
    };
  }
}

/** The streams of a test that is over: their memory and files. @param {string[]} servers @param {string} name */
async function removeStreams(servers, name) {
  const nc = await connect({ servers: servers.map((one) => one.replace('nats://', '')) });
  const jsm = await jetstreamManager(nc);
  for (const stream of await jsm.streams.names().next()) {
    const own = `${name}_`.toUpperCase();
    if (stream.startsWith(own) || stream === `KV_${name}_quotas`) await jsm.streams.delete(stream);
  }
  await nc.close();
}
