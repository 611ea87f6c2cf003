/**
 * The processor time of a child process and of all it starts, in seconds: on a busy machine it says more of what is
 * slow than a clock does. From Linux's /proc (https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html).
 */
import { readdirSync, readFileSync } from 'node:fs';

const ticks = 100; // a second, on every Linux
const interval = 500; // ms

/** What this process has inherited of the children that it waited for, in ticks. */
let inherited = ofThis();

/**
 * Watches a process that leads a session of its own. `stop`, to be called when it has ended, returns the seconds;
 * undefined where there is no /proc.
 *
 * A process inherits the time of each child that it waits for, but nobody waits for most of a browser's processes, nor
 * for what is killed. So both are looked at: what was inherited in the end, and all processes every half second.
 *
 * @param {number | undefined} leader
 */
export function watchCpu(leader) {
  /** @type {Map<string, Stat>} */
  const seen = new Map();
  const look = () => {
    const all = new Map(processes().map((one) => [one.pid, one]));
    // Parents are older than their children.
    for (const one of [...all.values()].sort((a, b) => a.start - b.start || a.pid - b.pid)) {
      const parent = all.get(one.parent);
      const ours =
        one.pid === leader ||
        one.session === leader ||
        seen.has(key(one)) ||
        (parent !== undefined && seen.has(key(parent)));
      if (ours) seen.set(key(one), one);
    }
  };
  look();
  const timer = setInterval(look, interval);
  timer.unref();
  return {
    stop() {
      clearInterval(timer);
      const before = inherited;
      inherited = ofThis();
      if (inherited === undefined || before === undefined) return undefined;
      return Math.max(total([...seen.values()]), inherited - before) / ticks;
    },
  };
}

function ofThis() {
  try {
    return parse(readFileSync('/proc/self/stat', 'utf8')).inherited;
  } catch {
    return undefined; // not Linux
  }
}

/**
 * @typedef {{ pid: number, parent: number, session: number, start: number, own: number, inherited: number }} Stat
 */

/** @param {Stat} one */
const key = ({ pid, start }) => `${pid} ${start}`; // numbers of processes are given again

/**
 * The ticks of all. What a process inherited was seen as its children's own, in part: the larger of the two counts.
 *
 * @param {Stat[]} seen
 */
export function total(seen) {
  /** @type {Map<number, Stat[]>} */
  const children = new Map();
  for (const one of seen) children.set(one.parent, [...(children.get(one.parent) ?? []), one]);
  /** @param {Stat} one @returns {number} */
  const sum = (one) => {
    const below = (children.get(one.pid) ?? []).filter((child) => child.start >= one.start);
    return (
      one.own +
      Math.max(
        one.inherited,
        below.map(sum).reduce((a, b) => a + b, 0),
      )
    );
  };
  const pids = new Set(seen.map(({ pid }) => pid));
  const top = seen.filter(({ parent }) => !pids.has(parent));
  return top.map(sum).reduce((a, b) => a + b, 0);
}

/** @returns {Stat[]} */
function processes() {
  /** @type {Stat[]} */
  const found = [];
  for (const name of existing()) {
    try {
      found.push(parse(readFileSync(`/proc/${name}/stat`, 'utf8')));
    } catch {
      // It ended while we looked.
    }
  }
  return found;
}

function existing() {
  try {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}

/** @param {string} stat "pid (name) state parent …", where the name may hold spaces and brackets itself */
export function parse(stat) {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const at = (/** @type {number} */ place) => Number(fields[place - 3]); // as the manual counts them
  return {
    pid: Number.parseInt(stat, 10),
    parent: at(4),
    session: at(6),
    own: at(14) + at(15),
    inherited: at(16) + at(17),
    start: at(22),
  };
}
