// @ts-check
/**
 * Counts what the live page shows, within the transaction of what is counted.
 *
 * @typedef {import('./database.mjs').Database} Database
 * @typedef {import('./facts.mjs').Facts} Facts
 */

/** Characters of a name. */
const longest = 200;

/** Different names of one kind in an hour; what is beyond is counted together. */
const mostNames = 2000;
const otherNames = '(other)';

/** @param {Database} db */
export function createRollups(db) {
  const addMinute = db.prepare(`
    INSERT INTO minutes VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET events = events + 1`);
  const addHour = db.prepare(`
    INSERT INTO hours VALUES (?, ?, ?, ?, 1) ON CONFLICT DO UPDATE SET count = count + 1`);
  const addDocument = db.prepare(`
    INSERT INTO documents (app_id, document, user_id, first_seq, last_seq, seen, dropped, first_dropped, last_at)
    VALUES (?1, ?2, ?3, ?4, ?4, 1, ?5, ?5, ?6)
    ON CONFLICT DO UPDATE SET
      first_dropped = iif(excluded.first_seq < first_seq, excluded.dropped, first_dropped),
      first_seq = min(first_seq, excluded.first_seq),
      last_seq = max(last_seq, excluded.last_seq),
      seen = seen + 1, dropped = dropped + excluded.dropped,
      user_id = excluded.user_id, last_at = excluded.last_at`);
  /** The names of the hour. @type {Map<string, Set<string>>} */
  const names = new Map();
  let hourOfNames = 0;

  return {
    /**
     * @param {{ app_id: string, event_name: string, user_id: string, received_at: string }} event
     * @param {Facts} facts
     */
    addEvent({ app_id, event_name, user_id, received_at }, { page, document, seq, dropped }) {
      const minute = Math.floor(Date.parse(received_at) / 60_000);
      addMinute.run(minute, app_id);
      count(minute, 'event', app_id, event_name);
      if (page !== null) count(minute, 'page', app_id, page);
      if (document !== null) addDocument.run(app_id, document, user_id, seq, dropped, received_at);
    },

    /** @param {string} appId @param {string} receivedAt @param {number} status @param {string | null} reason */
    addRefused(appId, receivedAt, status, reason) {
      const minute = Math.floor(Date.parse(receivedAt) / 60_000);
      count(minute, 'refused', appId, `${status} ${reason?.split(':', 1)[0] ?? ''}`.trim());
    },
  };

  /** @param {number} minute @param {string} kind @param {string} appId @param {string} name */
  function count(minute, kind, appId, name) {
    const hour = Math.floor(minute / 60);
    if (hour !== hourOfNames) {
      names.clear();
      hourOfNames = hour;
    }
    const key = `${kind} ${appId}`;
    const known = names.get(key) ?? new Set();
    names.set(key, known);
    const short = name.slice(0, longest).toWellFormed();
    const isOther = known.size >= mostNames && !known.has(short);
    if (!isOther) known.add(short);
    addHour.run(hour, kind, appId, isOther ? otherNames : short);
  }
}
