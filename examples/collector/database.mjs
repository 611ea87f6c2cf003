// @ts-check
/**
 * Opens the SQLite file, new or old, in the mode on which the collector's promise rests: what has
 * been committed survives a killed process and a lost power supply.
 *
 * @typedef {import('@photostructure/sqlite').DatabaseSyncInstance} Database
 */
import { readFileSync } from 'node:fs';
import { DatabaseSync } from '@photostructure/sqlite';

const schema = readFileSync(new URL('schema.sql', import.meta.url), 'utf8');
const schemaVersion = 1;

/** @param {string} file @returns {Database} */
export function openDatabase(file) {
  let db;
  try {
    // Another process may read the file, or make a backup, while the collector writes.
    db = new DatabaseSync(file, { timeout: 1000 });
    prepare(db);
    return db;
  } catch (error) {
    db?.close();
    const { message } = /** @type {Error} */ (error);
    throw new Error(`The database ${file} cannot be used: ${message}.`, { cause: error });
  }
}

/** @param {Database} db */
function prepare(db) {
  db.exec('PRAGMA journal_mode = WAL');
  // In WAL mode a commit is on the disk only with FULL; with NORMAL it is after a checkpoint.
  db.exec('PRAGMA synchronous = FULL');
  const { user_version: version } = db.prepare('PRAGMA user_version').get();
  if (version === schemaVersion) return;
  if (version !== 0) throw new Error(`its layout has version ${version}, not ${schemaVersion}`);
  db.exec(`BEGIN IMMEDIATE; ${schema} PRAGMA user_version = ${schemaVersion}; COMMIT`);
}
