/** Exclusive locks by files, shared by all processes that use one folder. A process that ends, however, loses its locks. */

import { attempt } from '../api/attempt.js';
import type { Locks } from '../api/host.js';
import { type Fs, runningProcess, unref } from './builtins.js';

/** Milliseconds between two attempts at a lock that somebody holds. */
const RETRY = 500;
/** Milliseconds between two signs of life, and without one after which a process of another machine is taken for dead. */
const BEAT = 15_000;
const SILENCE = 120_000;

export interface FileLocks extends Locks {
  close(): void;
}

/**
 * A lock is a file that holds its owner's name: machine, process, the time at which that began, and a random part. It is
 * made by a hard link, which fails where there is one.
 *
 * That of a process that has ended has one successor: the process that makes a link whose name holds the dead owner's,
 * which succeeds once. The successor of a dead successor counts as one, too. If the lock still is the dead owner's then,
 * the successor renames its own file over it; a process that was asleep since it looked finds another owner there, and
 * gives up.
 */
export function openFileLocks(fs: Fs, dir: string, machine: string): FileLocks {
  const folder = `${dir}/locks`;
  fs.mkdirSync(folder, { recursive: true });
  const pid = runningProcess?.pid ?? 0;
  const self = `${machine}.${pid}.${bornAt(fs, pid)}.${random()}`;
  const held = new Set<string>();
  const wanted = new Map<string, () => void>();

  const path = (name: string) => `${folder}/${name}.lock`;
  const ownerOf = (name: string) => attempt(() => fs.readFileSync(path(name), 'utf8'));
  const isDead = (owner: string, file: string): boolean => {
    const [host, id, born] = owner.split('.');
    if (host === machine) return bornAt(fs, Number(id)) !== born;
    return !!attempt(() => Date.now() - fs.statSync(file).mtimeMs > SILENCE);
  };
  const link = (from: string, to: string): boolean => {
    try {
      fs.linkSync(from, to);
      return true;
    } catch (error) {
      if ((error as { code?: string }).code === 'EEXIST') return false;
      throw error;
    }
  };

  const take = (name: string): boolean => {
    const own = `${folder}/${self}.${random()}.tmp`;
    fs.writeFileSync(own, self);
    try {
      if (link(own, path(name))) return true;
      const owner = ownerOf(name);
      if (owner === undefined || !isDead(owner, path(name))) return false;
      const rights: string[] = [];
      for (let dead = owner; ; ) {
        const right = `${folder}/${name}.after.${dead}`;
        rights.push(right);
        if (link(own, right)) break;
        const successor = fs.readFileSync(right, 'utf8');
        if (!isDead(successor, right)) return false;
        dead = successor;
      }
      const still = ownerOf(name) === owner;
      if (still) fs.renameSync(own, path(name));
      // The others are needed as long as the lock is the dead owner's.
      for (const right of still ? rights : rights.slice(-1)) fs.rmSync(right, { force: true });
      return still;
    } finally {
      fs.rmSync(own, { force: true });
    }
  };

  /** Removes what processes that were killed have left, so that the folder does not grow with them. */
  const sweep = () => {
    for (const file of fs.readdirSync(folder)) {
      const [name, ending] = split(file);
      if (ending === '.lock') {
        // Nobody has it then, as if its owner had given it back.
        const owner = ownerOf(name);
        if (owner && isDead(owner, path(name)) && take(name))
          fs.rmSync(path(name), { force: true });
      } else if (ending.startsWith('.after.')) {
        // Of use only while the lock is the dead owner's.
        if (ownerOf(name) !== ending.slice('.after.'.length)) {
          fs.rmSync(`${folder}/${file}`, { force: true });
        }
      } else if (isDead(file, `${folder}/${file}`)) {
        fs.rmSync(`${folder}/${file}`, { force: true });
      }
    }
  };
  // It stops where another process was faster.
  attempt(sweep);

  const timer = unref(
    setInterval(() => {
      const now = new Date();
      // The folder may have been removed.
      for (const name of held) attempt(() => fs.utimesSync(path(name), now, now));
    }, BEAT),
  );

  const release = (name: string) => {
    wanted.get(name)?.();
    wanted.delete(name);
    if (!held.delete(name)) return;
    if (ownerOf(name) === self) fs.rmSync(path(name), { force: true });
  };

  return {
    request(name, wait, answer) {
      let ended = false;
      let after: ReturnType<typeof setTimeout> | undefined;
      wanted.set(name, () => {
        ended = true;
        clearTimeout(after);
      });
      const ask = () => {
        const taken = !!attempt(() => take(name));
        if (taken) held.add(name);
        if (!taken && wait) {
          after = unref(setTimeout(ask, RETRY));
          return;
        }
        queueMicrotask(() => {
          if (ended) return;
          wanted.delete(name);
          answer(taken);
        });
      };
      // At once, as what is written next is this process's own.
      ask();
    },
    release(name) {
      const all = !name || name.endsWith('.');
      for (const one of [...held, ...wanted.keys()]) {
        if (one === name || (all && one.startsWith(name))) release(one);
      }
    },
    close() {
      clearInterval(timer);
      for (const one of [...held, ...wanted.keys()]) release(one);
    },
  };
}

/** A file's lock and the rest of its name. */
function split(file: string): [name: string, ending: string] {
  const end = file.search(/\.lock$|\.after\./);
  return end < 0 ? ['', ''] : [file.slice(0, end), file.slice(end)];
}

const random = () => Math.random().toString(36).slice(2, 12);

/**
 * When a process began, as the system has it, or `0` where that is not to be had; `gone` for one that has ended. Process
 * ids are used again; this time is not.
 */
function bornAt(fs: Fs, pid: number): string {
  try {
    runningProcess?.kill(pid, 0);
  } catch (error) {
    if ((error as { code?: string }).code === 'ESRCH') return 'gone';
  }
  try {
    // proc(5): the name, in brackets, may hold anything; what follows is separated by spaces. `starttime` is the 22nd.
    const rest = fs
      .readFileSync(`/proc/${pid}/stat`, 'latin1')
      .replace(/^.*\) /s, '')
      .split(' ');
    // A process that has ended and that nobody has waited for yet is a zombie.
    return rest[0] === 'Z' ? 'gone' : (rest[19] ?? '0');
  } catch {
    return '0';
  }
}
