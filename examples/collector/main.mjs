// @ts-check
/**
 * Starts the collector from the command line.
 *
 *     node examples/collector/main.mjs --port 8787 --db events.sqlite --config collector.json
 */
import { parseArgs } from 'node:util';
import { ConfigError, readConfig } from './config.mjs';
import { createCollector } from './server.mjs';

const usage = 'Usage: node main.mjs [--port 8787] [--db events.sqlite] [--config collector.json]';

try {
  await main();
} catch (error) {
  console.error(`The collector did not start: ${explain(error)}`);
  process.exitCode = 1;
}

async function main() {
  const { help, port, db, config } = parseArgs({
    options: {
      port: { type: 'string', default: '8787' },
      db: { type: 'string', default: 'events.sqlite' },
      config: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  }).values;
  if (help) {
    console.log(usage);
    return;
  }
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65535) {
    throw new Error(`--port must be a number from 0 (any free one) to 65535, not "${port}".`);
  }
  const collector = open(db, config);
  const problems = await inConfig(config, () => collector.begin());
  for (const signal of ['SIGINT', 'SIGTERM']) {
    // Once: who presses Ctrl+C again does not want to wait.
    process.once(signal, () => collector.close());
  }
  await collector.listen(Number(port));
  const where = collector.isCluster ? 'the cluster' : db;
  console.log(`Collecting into ${where}; watch at ${collector.address} and stop with Ctrl+C.`);
  for (const problem of problems) console.log(problem);
}

/** @param {string} db @param {string} [file] */
function open(db, file) {
  return inConfig(file, () => createCollector({ db, config: readConfig(file) }));
}

/**
 * A mistake in the config is reported with the name of its file.
 *
 * @template T
 * @param {string | undefined} file
 * @param {() => T} run
 * @returns {T}
 */
function inConfig(file, run) {
  /** @param {unknown} error @returns {never} */
  const fail = (error) => {
    if (!(error instanceof ConfigError)) throw error;
    throw new Error(`${file ?? 'collector.json'}: ${error.message}`, { cause: error });
  };
  try {
    const result = run();
    return result instanceof Promise ? /** @type {any} */ (result.catch(fail)) : result;
  } catch (error) {
    return fail(error);
  }
}

/** @param {unknown} error */
function explain(error) {
  const { code, message } = /** @type {NodeJS.ErrnoException} */ (error);
  if (code === 'EADDRINUSE') return 'its port is already in use; choose another with --port.';
  if (code === 'EACCES') return 'its port is not allowed here; choose another with --port.';
  if (code?.startsWith('ERR_PARSE_ARGS')) return `${message}\n${usage}`;
  return message;
}
