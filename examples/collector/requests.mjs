// @ts-check
/**
 * The requests table. An accepted request is written in the transaction of what it brought; a
 * refused one in a transaction nobody waits for.
 *
 * @typedef {import('./database.mjs').Database} Database
 * @typedef {import('./visit.mjs').Visit} Visit
 * @typedef {[visit: Visit, status: number]} Refused
 */

// While the store is failing its own refusals wait in memory; a long outage must not fill it.
const maxWaiting = 10_000;

/** Refused requests that are kept: the newest. */
const defaultMostRefused = 100_000;

/** Characters of what a stranger may have made as long as it likes. */
const longestReason = 300;
const longestPath = 500;
const longestOrigin = 300;

/**
 * @param {Database} db
 * @param {(run: () => void) => Promise<void>} write
 * @param {ReturnType<typeof import('./rollups.mjs').createRollups>} rollups
 * @param {number} [mostRefused]
 */
export function createRequests(db, write, rollups, mostRefused = defaultMostRefused) {
  const insert = db.prepare(`
    INSERT INTO requests (request_id, app_id, method, path, status, events, origin, received_at, reason)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`);

  const countRefused = db.prepare(`SELECT rows FROM totals WHERE name = 'refused'`);
  const removeOldest = db.prepare(`
    DELETE FROM requests WHERE rowid IN (
      SELECT rowid FROM requests WHERE status <> 200 ORDER BY rowid LIMIT ?)`);

  /** @type {Refused[]} */
  let waiting = [];

  return { addAccepted, addRefused, catchUp };

  /** Inside a transaction. @param {Visit} visit @param {number} events */
  function addAccepted(visit, events) {
    add(visit, 200, events);
  }

  /** At any time. @param {Visit} visit @param {number} status */
  function addRefused(visit, status) {
    waiting.push([visit, status]);
    catchUp();
  }

  /** Writes what could not be written when it happened. */
  function catchUp() {
    const refused = waiting;
    if (refused.length === 0) return;
    waiting = [];
    write(() => {
      for (const [visit, status] of refused) add(visit, status, 0);
      removeSurplus();
    }).catch(() => {
      waiting = [...refused, ...waiting].slice(0, maxWaiting);
    });
  }

  // A tenth more than is kept, so that not every refusal costs a removal.
  function removeSurplus() {
    const surplus = (countRefused.get()?.rows ?? 0) - mostRefused;
    if (surplus > mostRefused / 10) removeOldest.run(surplus);
  }

  /** @param {Visit} visit @param {number} status @param {number} events */
  function add(visit, status, events) {
    const { request_id, app_id, method, path, origin, received_at } = visit;
    const reason = status >= 400 ? shortReason(visit) : null;
    if (status >= 400) rollups.addRefused(app_id, received_at, status, reason);
    insert.run(
      request_id,
      app_id || null,
      method,
      path.slice(0, longestPath),
      status,
      events,
      origin?.slice(0, longestOrigin) ?? null,
      received_at,
      reason,
    );
  }
}

/** Text from the sender may be in it. @param {Visit} visit */
export const shortReason = ({ reason }) =>
  reason?.slice(0, longestReason).toWellFormed().replaceAll('\0', '\ufffd') ?? null;
