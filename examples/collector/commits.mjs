// @ts-check
/**
 * Group commit. Writes asked for in one turn of the event loop share one transaction, so that the
 * wait for the disk is paid once for all of them; each is answered after the commit, never before.
 *
 * Every write has a savepoint of its own: one that throws is undone and rejected alone. Where the
 * transaction itself fails, nothing of it is stored and every write in it is rejected. While another
 * process holds the database's lock the writes wait, but the event loop does not.
 *
 * @typedef {import('./database.mjs').Database} Database
 */

import { isBusy } from './answers.mjs';

/** Between two attempts at a database that another process has locked. */
const retryMs = 20;

/** A write that cannot have the lock for this long is rejected. */
const defaultLongestLockMs = 2000;

/**
 * @param {Database} db
 * @param {number} [longestLockMs]
 */
export function createCommits(db, longestLockMs = defaultLongestLockMs) {
  const statement = (/** @type {string} */ sql) => db.prepare(sql);
  const begin = statement('BEGIN IMMEDIATE');
  const mark = statement('SAVEPOINT write');
  const undo = statement('ROLLBACK TO write');
  const release = statement('RELEASE write');
  const commit = statement('COMMIT');

  /** @typedef {{ run: () => unknown, resolve: (value: any) => void, reject: (error: unknown) => void, since: number }} Write */
  /** @type {Write[]} */
  let waiting = [];

  return {
    /**
     * @template T
     * @param {() => T} run makes its changes synchronously
     * @returns {Promise<T>} settled once they are on the disk, or once they are not
     */
    write(run) {
      if (waiting.length === 0) setImmediate(flush);
      return new Promise((resolve, reject) => {
        waiting.push({ run, resolve, reject, since: performance.now() });
      });
    },

    flush,
  };

  function flush() {
    const turn = waiting;
    waiting = [];
    if (turn.length === 0) return;
    /** @type {(() => void)[]} */
    const answers = [];
    try {
      abandon();
      begin.run();
    } catch (error) {
      if (isBusy(error)) waitForLock(turn, error);
      else for (const { reject } of turn) reject(error);
      return;
    }
    try {
      for (const write of turn) answers.push(attempt(write));
      commit.run();
    } catch (error) {
      for (const { reject } of turn) reject(error);
      quietly(abandon);
      return;
    }
    for (const answer of answers) answer();
  }

  /** @param {Write[]} turn @param {unknown} error */
  function waitForLock(turn, error) {
    const latest = performance.now() - longestLockMs;
    waiting = [...turn.filter(({ since }) => since > latest), ...waiting];
    for (const { since, reject } of turn) if (since <= latest) reject(error);
    if (waiting.length > 0) setTimeout(flush, retryMs);
  }

  /** @param {Write} write */
  function attempt({ run, resolve, reject }) {
    mark.run();
    try {
      const result = run();
      release.run();
      return () => resolve(result);
    } catch (error) {
      // SQLite may have given up the whole transaction, as it does when the disk is full.
      if (!db.isTransaction) throw error;
      undo.run();
      release.run();
      return () => reject(error);
    }
  }

  function abandon() {
    if (db.isTransaction) db.exec('ROLLBACK');
  }
}

/** @param {() => void} action */
function quietly(action) {
  try {
    action();
  } catch {
    // Tried again before the next transaction, where failing counts.
  }
}
