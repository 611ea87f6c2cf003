// @ts-check
/**
 * Starts a worker from the command line.
 *
 *     node examples/collector/cluster/work.mjs --config collector.json
 */
import { parseArgs } from 'node:util';
import { checkConfig, readConfig } from '../config.mjs';
import { startWorker } from './worker.mjs';

const usage = 'Usage: node work.mjs --config collector.json';

try {
  await main();
} catch (error) {
  console.error(`The worker did not start: ${/** @type {Error} */ (error).message}`);
  process.exitCode = 1;
}

async function main() {
  const { help, config: file } = parseArgs({
    options: {
      config: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  }).values;
  if (help) {
    console.log(usage);
    return;
  }
  const { store } = checkConfig(readConfig(file));
  if (store.kind !== 'cluster') {
    throw new Error(
      `${file ?? 'collector.json'} has no cluster: with SQLite the collector needs no worker.`,
    );
  }
  const worker = startWorker(store);
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.once(signal, async () => {
      await worker.stop();
      console.log(`Stopped after ${worker.counts.rows} rows in ${worker.counts.inserts} inserts.`);
    });
  }
  console.log(`Working for "${store.name}"; stop with Ctrl+C.`);
}
