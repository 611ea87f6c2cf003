// @ts-check
/**
 * Everything that is kept, in one SQLite file: the tables, the transactions around them, and reading
 * them back for users and tests.
 *
 * @typedef {'events' | 'users' | 'aliases' | 'duplicates' | 'requests'} Table
 * @typedef {Record<string, unknown>} Row
 */
import { createCommits } from './commits.mjs';
import { openDatabase } from './database.mjs';
import { createEvents } from './events.mjs';
import { createRequests } from './requests.mjs';
import { createUsers } from './users.mjs';

/** The tables, and their columns of JSON text. @type {Record<Table, string[]>} */
export const tables = {
  events: ['properties'],
  users: ['properties', 'origin'],
  aliases: [],
  duplicates: [],
  requests: [],
};

/** @typedef {ReturnType<typeof openStore>} Store */

/** @param {string} file */
export function openStore(file) {
  const db = openDatabase(file);
  const { write, flush } = createCommits(db);
  const requests = createRequests(db, write);

  return {
    write,
    events: createEvents(db),
    users: createUsers(db),
    requests,

    /**
     * @param {Table} table
     * @param {string | null} appId null for all apps
     * @returns {number}
     */
    count(table, appId) {
      settle();
      return db.prepare(`SELECT count(*) AS n FROM ${table} ${ofApp}`).get(appId).n;
    },

    /**
     * @param {Table} table
     * @param {string | null} appId null for all apps
     * @param {number} limit
     * @returns {Row[]} the newest, oldest first
     */
    newest(table, appId, limit) {
      settle();
      const rows = db
        .prepare(`SELECT * FROM ${table} ${ofApp} ORDER BY rowid DESC LIMIT ?2`)
        .all(appId, limit);
      return rows.reverse().map((row) => parseColumns(row, tables[table]));
    },

    close() {
      settle();
      db.close();
    },
  };

  function settle() {
    requests.catchUp();
    flush();
  }
}

const ofApp = 'WHERE ?1 IS NULL OR app_id = ?1';

/**
 * @param {Row} row
 * @param {string[]} columns
 * @returns {Row}
 */
export function parseColumns(row, columns) {
  const parsed = { ...row };
  for (const name of columns) {
    const value = row[name];
    if (typeof value === 'string') parsed[name] = JSON.parse(value);
  }
  return parsed;
}
