/**
 * Child processes that never outlive the test that started them: not when it fails, not when it is
 * interrupted. Each is ended together with the processes it started itself.
 */
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set();

/**
 * @param {string} program
 * @param {string[]} args
 * @param {import('node:child_process').SpawnOptions} options
 */
export function start(program, args, options) {
  watch();
  const child = spawn(program, args, options);
  running.add(child);
  // Without a listener, a program that is not there would end the whole test run.
  child.once('error', () => running.delete(child));
  child.once('exit', () => running.delete(child));
  return child;
}

/** Ends a process that `start` gave, and all below it. */
export function end(child) {
  if (!child.pid) return;
  for (const pid of [child.pid, ...descendants(child.pid)]) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It ended before.
    }
  }
}

let watching = false;

function watch() {
  if (watching) return;
  watching = true;
  process.once('exit', () => {
    for (const child of running) end(child);
  });
  // A signal ends Node without the event above, unless somebody listens.
  for (const [signal, code] of /** @type {[NodeJS.Signals, number][]} */ ([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ])) {
    process.once(signal, () => process.exit(code));
  }
}

/** @param {number} ancestor @returns {number[]} */
function descendants(ancestor) {
  const parents = new Map();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      // "pid (name) state parent …", where the name may hold spaces and brackets itself.
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
    } catch {
      // It ended while we looked.
    }
  }
  const below = (pid) =>
    [...parents]
      .filter(([, parent]) => parent === pid)
      .flatMap(([child]) => [child, ...below(child)]);
  return below(ancestor);
}
