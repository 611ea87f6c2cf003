// @ts-check
/**
 * Opens the SQLite file, new or old, in the mode on which the collector's promise rests: what has
 * been committed survives a killed process and a lost power supply.
 *
 * @typedef {import('@photostructure/sqlite').DatabaseSyncInstance} Database
 */
import { chmodSync, closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { DatabaseSync } from '@photostructure/sqlite';

/** What brings a file from one version of the layout to the next. */
const migrations = ['1-tables.sql', '2-totals.sql', '3-plan.sql', '4-rollups.sql'].map((name) =>
  readFileSync(new URL(`migrations/${name}`, import.meta.url), 'utf8'),
);

/** How long opening waits for another process that opens or migrates the same file. */
const openingMs = 2000;

/**
 * @param {string} file
 * @param {number} [maxBytes] the database grows no larger; no bound where none is given
 * @returns {Database}
 */
export function openDatabase(file, maxBytes) {
  let db;
  try {
    restrict(file);
    db = new DatabaseSync(file, { timeout: openingMs });
    prepare(db);
    if (maxBytes !== undefined) limitPages(db, maxBytes);
    // From now on a lock of another process is waited for outside SQLite, which would block every other request.
    db.exec('PRAGMA busy_timeout = 0');
    return db;
  } catch (error) {
    db?.close();
    const { message } = /** @type {Error} */ (error);
    throw new Error(`The database ${file} cannot be used: ${message}.`, { cause: error });
  }
}

/** For the owner only; SQLite gives its log files the mode of the database. @param {string} file */
function restrict(file) {
  if (file === ':memory:') return;
  if (existsSync(file)) chmodSync(file, 0o600);
  else closeSync(openSync(file, 'a', 0o600));
}

/** @param {Database} db */
function prepare(db) {
  db.exec('PRAGMA journal_mode = WAL');
  // In WAL mode a commit is on the disk only with FULL; with NORMAL it is after a checkpoint.
  db.exec('PRAGMA synchronous = FULL');
  if (versionOf(db) === migrations.length) return;
  db.exec('BEGIN IMMEDIATE');
  // Read again: another process may have migrated the file while this one waited for the lock.
  const version = versionOf(db);
  if (version > migrations.length) {
    throw new Error(
      `its layout has version ${version}, and this collector knows ${migrations.length}`,
    );
  }
  for (const sql of migrations.slice(version)) db.exec(sql);
  db.exec(`PRAGMA user_version = ${migrations.length}; COMMIT`);
}

/** @param {Database} db @returns {number} */
const versionOf = (db) => db.prepare('PRAGMA user_version').get().user_version;

/** @param {Database} db @param {number} maxBytes */
function limitPages(db, maxBytes) {
  const { page_size: size } = db.prepare('PRAGMA page_size').get();
  db.exec(`PRAGMA max_page_count = ${Math.max(1, Math.floor(maxBytes / size))}`);
}
