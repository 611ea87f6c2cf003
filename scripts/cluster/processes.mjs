// @ts-check
/** Collectors and workers as processes of their own, which can be killed and started again. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { root } from '../paths.mjs';

const folder = join(root, 'examples', 'collector');
const startMs = 60_000;

/** @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** @param {string} config @param {number} port 0 for a free one, which it keeps when it is started again */
export function collectorProcess(config, port = 0) {
  let address = '';
  const program = processOf('collector', /watch at (http:\S+)/, (found) => {
    address = found;
    port = Number(new URL(found).port);
    return [];
  });
  return {
    ...program,
    start: () =>
      program.start([join(folder, 'main.mjs'), '--config', config, '--port', String(port)]),
    get address() {
      return address;
    },
  };
}

/** @param {string} config */
export function workerProcess(config) {
  const program = processOf('worker', /(Working) for/);
  return {
    ...program,
    start: () => program.start([join(folder, 'cluster', 'work.mjs'), '--config', config]),
  };
}

/** @param {string} name @param {RegExp} started @param {(found: string) => void} [onStart] */
function processOf(name, started, onStart) {
  /** @type {import('node:child_process').ChildProcess | undefined} */
  let child;
  let output = '';

  return {
    name,
    log: () => output.slice(-4000),

    /** Resolves when it says that it has started. @param {string[]} args @returns {Promise<void>} */
    start(args) {
      const one = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
      child = one;
      running.add(one);
      output = '';
      one.on('exit', () => running.delete(one));
      return new Promise((resolve, reject) => {
        const timer = setTimeout(
          () => reject(new Error(`The ${name} did not start: ${output}`)),
          startMs,
        );
        const read = (/** @type {string} */ text) => {
          output = (output + text).slice(-100_000);
          const found = started.exec(output)?.[1];
          if (!found) return;
          clearTimeout(timer);
          onStart?.(found);
          resolve();
        };
        one.stdout?.setEncoding('utf8').on('data', read);
        one.stderr?.setEncoding('utf8').on('data', read);
        one.on('exit', () => {
          clearTimeout(timer);
          reject(new Error(`The ${name} ended: ${output}`));
        });
      });
    },

    /** @param {NodeJS.Signals} [signal] */
    async kill(signal = 'SIGKILL') {
      const one = child;
      child = undefined;
      await end(one, signal);
    },
  };
}

/**
 * Resolves when it has ended.
 *
 * @param {import('node:child_process').ChildProcess | undefined} child @param {NodeJS.Signals} signal
 */
export async function end(child, signal) {
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
}
