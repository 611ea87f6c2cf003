/**
 * The CPU time of a child process and its descendants: on a busy machine it shows what is slow better than a clock
 * does. Read from Linux's /proc (https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html).
 */
import { readdirSync, readFileSync } from 'node:fs';

const ticksPerSecond = 100; // on every Linux
const interval = 500; // ms

/** @typedef {{ pid: number, parent: number, session: number, start: number, own: number, waited: number }} Stat in ticks */

/** The CPU time of the children that this process has waited for, in ticks. */
let waitedSoFar = waitedByThis();

/**
 * Measures a child process that leads a session of its own. Call `stop` when it has ended: it returns seconds, or
 * undefined where there is no /proc.
 *
 * The kernel adds a child's time to the parent that waits for it. Nobody waits for most of a browser's processes, or
 * for processes that are killed, so all descendants are also sampled every half second. The larger figure counts.
 *
 * @param {number | undefined} leader
 */
export function measureCpu(leader) {
  /** @type {Map<string, Stat>} */
  const seen = new Map();
  const sample = () => {
    const all = new Map(processes().map((one) => [one.pid, one]));
    // Parents are older than their children.
    for (const one of [...all.values()].sort((a, b) => a.start - b.start || a.pid - b.pid)) {
      const parent = all.get(one.parent);
      const descends =
        one.pid === leader ||
        one.session === leader ||
        seen.has(key(one)) ||
        (parent !== undefined && seen.has(key(parent)));
      if (descends) seen.set(key(one), one);
    }
  };
  sample();
  const timer = setInterval(sample, interval);
  timer.unref();
  return {
    stop() {
      clearInterval(timer);
      const before = waitedSoFar;
      waitedSoFar = waitedByThis();
      if (waitedSoFar === undefined || before === undefined) return undefined;
      return Math.max(total([...seen.values()]), waitedSoFar - before) / ticksPerSecond;
    },
  };
}

/** @param {Stat} one */
const key = ({ pid, start }) => `${pid} ${start}`; // the kernel reuses process ids

function waitedByThis() {
  try {
    return parseStat(readFileSync('/proc/self/stat', 'utf8')).waited;
  } catch {
    return undefined; // not Linux
  }
}

/**
 * The ticks of a list of processes. What a process has waited for includes children in the list, so of that and of
 * the children's sum only the larger one counts.
 *
 * @param {Stat[]} list
 */
export function total(list) {
  /** @type {Map<number, Stat[]>} */
  const children = new Map();
  for (const one of list) children.set(one.parent, [...(children.get(one.parent) ?? []), one]);
  /** @param {Stat} one @returns {number} */
  const sum = (one) => {
    const below = (children.get(one.pid) ?? []).filter((child) => child.start >= one.start);
    return one.own + Math.max(one.waited, add(below.map(sum)));
  };
  const pids = new Set(list.map(({ pid }) => pid));
  return add(list.filter(({ parent }) => !pids.has(parent)).map(sum));
}

/** @param {number[]} numbers */
const add = (numbers) => numbers.reduce((a, b) => a + b, 0);

function processes() {
  /** @type {Stat[]} */
  const found = [];
  for (const pid of processIds()) {
    try {
      found.push(parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8')));
    } catch {
      // It has ended since the folder was read.
    }
  }
  return found;
}

function processIds() {
  try {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return []; // not Linux
  }
}

/** @param {string} stat "pid (name) state parent …", where the name may contain spaces and brackets @returns {Stat} */
export function parseStat(stat) {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const field = (/** @type {number} */ number) => Number(fields[number - 3]); // as the manual numbers them
  return {
    pid: Number.parseInt(stat, 10),
    parent: field(4),
    session: field(6),
    own: field(14) + field(15),
    waited: field(16) + field(17),
    start: field(22),
  };
}
