// @ts-check
/**
 * The store in one SQLite file: the tables, the transactions around them, and reading them back.
 *
 * @typedef {import('./store.mjs').Row} Row
 * @typedef {import('./store.mjs').Table} Table
 * @typedef {import('./store.mjs').Changes} Changes
 * @typedef {object} StoreOptions
 * @property {number} [longestLockMs] how long a write waits for another process's lock
 * @property {number} [mostRefused] refused requests that are kept
 * @property {number} [maxBytes] the database grows no larger
 */
import { createCommits } from './commits.mjs';
import { openDatabase } from './database.mjs';
import { createEvents } from './events.mjs';
import { createRequests } from './requests.mjs';
import { createRollups } from './rollups.mjs';
import { parseColumns, tables } from './store.mjs';
import { createUsers } from './users.mjs';
import { createViews } from './views.mjs';

/** Rows that one query reads: after each, other requests have their turn. */
const rowsAtOnce = 500;

/** What /readyz writes. As much as a batch: where that has no room, the next one has none either. */
const probeBytes = 256 * 1024;

/** @param {string} file @param {StoreOptions} [options] */
export function openStore(file, { longestLockMs, mostRefused, maxBytes } = {}) {
  const db = openDatabase(file, maxBytes);
  const { write, flush } = createCommits(db, longestLockMs);
  const rollups = createRollups(db);
  const requests = createRequests(db, write, rollups, mostRefused);
  const total = db.prepare(
    'SELECT coalesce(sum(rows), 0) AS n FROM totals WHERE name = ?1 AND (?2 IS NULL OR app_id = ?2)',
  );
  const addProbe = db.prepare('INSERT INTO probes VALUES (zeroblob(?))');
  const removeProbes = db.prepare('DELETE FROM probes');
  const events = createEvents(db, rollups);
  const users = createUsers(db);
  /** @type {Set<(changes: Changes) => void>} */
  const followers = new Set();

  return {
    /** @type {import('./store.mjs').Store['saveEvents']} */
    async saveEvents(batch, visit) {
      const saved = await write(() => {
        const results = batch.map((event) => events.save(event, visit));
        requests.addAccepted(visit, batch.length);
        return results;
      });
      report({ events: saved.flatMap(({ stored }) => stored ?? []) });
      return saved.map(({ event_id }) => event_id);
    },

    /** @type {import('./store.mjs').Store['saveUser']} */
    async saveUser(input, visit) {
      const saved = await write(() => {
        const result = users.save(input, visit);
        requests.addAccepted(visit, 0);
        return result;
      });
      report({ users: [saved.user] });
      return saved;
    },

    /** @type {import('./store.mjs').Store['linkAlias']} */
    async linkAlias(input, visit) {
      const alias = await write(() => {
        const result = users.link(input, visit);
        requests.addAccepted(visit, 0);
        return result;
      });
      report({ aliases: [alias] });
    },

    addRefused: requests.addRefused,

    views: createViews(db),

    /** @type {import('./store.mjs').Store['follow']} */
    follow(follower) {
      followers.add(follower);
      return () => followers.delete(follower);
    },

    /**
     * @param {Table} table
     * @param {string | null} appId null for all apps
     * @returns {number}
     */
    count(table, appId) {
      settle();
      return total.get(table, appId).n;
    },

    /**
     * @param {Table} table
     * @param {string | null} appId null for all apps
     * @param {number} limit
     * @returns {Row[]} the newest, oldest first
     */
    newest(table, appId, limit) {
      settle();
      const rows = select(table, '*', appId).all(...of(appId), Number.MAX_SAFE_INTEGER, limit);
      return rows.reverse().map((row) => parseColumns(row, tables[table]));
    },

    /**
     * As `newest`, but in pieces with a pause between them, and as much as `maxBytes` of columns of JSON text hold.
     *
     * @param {Table} table
     * @param {string | null} appId
     * @param {number} limit
     * @param {number} maxBytes
     * @returns {Promise<{ rows: Row[], truncated: boolean }>} columns of JSON as text
     */
    async newestWithin(table, appId, limit, maxBytes) {
      settle();
      const statement = select(table, 'rowid AS "#", *', appId);
      /** @type {Row[]} */
      const rows = [];
      let before = Number.MAX_SAFE_INTEGER;
      let bytes = 0;
      while (rows.length < limit) {
        let read = 0;
        for (const row of statement.iterate(
          ...of(appId),
          before,
          Math.min(rowsAtOnce, limit - rows.length),
        )) {
          for (const name of tables[table]) bytes += String(row[name] ?? '').length;
          if (bytes > maxBytes) return { rows: rows.reverse(), truncated: true };
          before = Number(row['#']);
          delete row['#'];
          rows.push(row);
          read += 1;
        }
        if (read === 0) break;
        await new Promise((resolve) => setImmediate(resolve));
      }
      return { rows: rows.reverse(), truncated: false };
    },

    /**
     * The newest of all apps, oldest first. JSON longer than `maxJson` bytes is null, and is not even read; how long it
     * is stands in `<column>_bytes`.
     *
     * @param {Table} table
     * @param {number} limit
     * @param {number} maxJson
     * @returns {Row[]} columns of JSON as text
     */
    outlines(table, limit, maxJson) {
      settle();
      const json = tables[table].flatMap((name) => [
        `iif(octet_length(${name}) <= ${maxJson}, ${name}, NULL) AS ${name}`,
        `octet_length(${name}) AS ${name}_bytes`,
      ]);
      const columns = ['*', ...json].join(', ');
      return select(table, columns, null).all(Number.MAX_SAFE_INTEGER, limit).reverse();
    },

    /** @param {string} eventId @returns {Row | undefined} */
    event(eventId) {
      settle();
      const row = db.prepare('SELECT * FROM events WHERE event_id = ?').get(eventId);
      return row && parseColumns(row, tables.events);
    },

    /** Rejects where nothing can be stored. */
    probe: () =>
      write(() => {
        addProbe.run(probeBytes);
        removeProbes.run();
      }),

    close() {
      settle();
      db.close();
    },
  };

  /** @param {Table} table @param {string} columns @param {string | null} appId */
  function select(table, columns, appId) {
    const condition = appId === null ? '' : 'app_id = ? AND ';
    return db.prepare(
      `SELECT ${columns} FROM ${table} WHERE ${condition}rowid < ? ORDER BY rowid DESC LIMIT ?`,
    );
  }

  /** @param {Changes} changes */
  function report(changes) {
    for (const follower of followers) follower(changes);
  }

  function settle() {
    requests.catchUp();
    flush();
  }
}

/** @param {string | null} appId */
const of = (appId) => (appId === null ? [] : [appId]);
