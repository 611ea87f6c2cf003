// @ts-check
/**
 * Users and aliases, in PostgreSQL: changes of one record need transactions. Several collectors may change the same
 * user at once, so its row is locked; links of an app are made one at a time, as no cycle may come of two of them.
 *
 * @typedef {import('../store.mjs').Row} Row
 * @typedef {import('../store.mjs').UserInput} UserInput
 * @typedef {import('../store.mjs').UserRow} UserRow
 * @typedef {import('../store.mjs').Visit} Visit
 */
import { readFileSync } from 'node:fs';
import pg from 'pg';
import { Refusal, storeUnavailable } from '../answers.mjs';
import { newId } from '../ids.mjs';
import { aliasConflict, checkSize, userNotFound } from '../users.mjs';

/** What brings the schema from one version to the next. */
const migrations = ['1-users.sql'].map((name) =>
  readFileSync(new URL(`migrations/postgres/${name}`, import.meta.url), 'utf8'),
);

const connectMs = 2000;
const queryMs = 5000;

/** Held while migrating, in a space of its own of PostgreSQL's advisory locks. */
const migrationLock = 7_214_001;
const linkLock = 7_214_002;

const userColumns =
  'user_id, app_id, external_id, email, phone, properties, origin, created_at, updated_at';
/** Ids of one visitor, of which events are looked for. */
const mostIds = 50;

const aliasColumns = 'app_id, alias_id, user_id, created_at';

/** @param {import('../config.mjs').ClusterSettings} settings */
export function openUsers({ name, postgres }) {
  const pool = new pg.Pool({
    connectionString: postgres,
    max: 10,
    connectionTimeoutMillis: connectMs,
    query_timeout: queryMs,
    // A name is checked to be letters, digits and _.
    options: `-c search_path=${name}`,
    application_name: 'appizer collector',
  });
  // A connection that breaks while nobody uses it; the next query opens another.
  pool.on('error', () => {});
  /** @type {Promise<void> | undefined} */
  let migrated;

  return {
    ready,

    /**
     * @param {UserInput} input @param {Visit} visit
     * @returns {Promise<{ created: boolean, user: UserRow }>}
     */
    save: (input, { app_id, received_at }) =>
      transaction(async (client) => {
        const { rowCount } = await client.query(
          `INSERT INTO users (user_id, app_id, external_id, properties, created_at, updated_at)
           VALUES ($1, $2, $3, '{}', $4, $4) ON CONFLICT (app_id, external_id) DO NOTHING`,
          [newId('usr'), app_id, input.user_id, received_at],
        );
        const { rows: known } = await client.query(
          'SELECT properties FROM users WHERE app_id = $1 AND external_id = $2 FOR UPDATE',
          [app_id, input.user_id],
        );
        const properties = JSON.stringify({
          ...JSON.parse(known[0].properties),
          ...input.properties,
        });
        checkSize('properties', properties);
        checkSize('origin', input.origin ?? '');
        // A field that was not given is null here and keeps what it had.
        const { rows } = await client.query(
          `UPDATE users SET email = coalesce($1, email), phone = coalesce($2, phone), properties = $3,
                            origin = coalesce($4, origin), updated_at = $5
           WHERE app_id = $6 AND external_id = $7 RETURNING ${userColumns}`,
          [
            ...[input.email ?? null, input.phone ?? null, properties, input.origin ?? null],
            ...[received_at, app_id, input.user_id],
          ],
        );
        return { created: rowCount === 1, user: /** @type {UserRow} */ (rows[0]) };
      }),

    /** @param {{ user_id: string, alias_id: string }} input @param {Visit} visit @returns {Promise<Row>} */
    link: ({ user_id, alias_id }, { app_id, received_at }) =>
      transaction(async (client) => {
        await client.query('SELECT pg_advisory_xact_lock($1, hashtext($2))', [linkLock, app_id]);
        const alias = { app_id, alias_id, user_id };
        const { rowCount } = await client.query(
          'SELECT 1 FROM users WHERE app_id = $1 AND external_id = $2',
          [app_id, user_id],
        );
        if (rowCount === 0) throw userNotFound(user_id);
        const owner = await ownerOf(client, app_id, alias_id);
        if (owner === user_id) return alias;
        if (owner !== undefined) throw aliasConflict.taken(alias_id);
        // Following aliases upwards must come to an end somewhere.
        let above = await ownerOf(client, app_id, user_id);
        while (above !== undefined) {
          if (above === alias_id) throw aliasConflict.cycle(alias_id, user_id);
          above = await ownerOf(client, app_id, above);
        }
        await client.query(`INSERT INTO aliases (${aliasColumns}) VALUES ($1, $2, $3, $4)`, [
          ...[app_id, alias_id, user_id, received_at],
        ]);
        return alias;
      }),

    /** @param {'users' | 'aliases'} table @param {string | null} appId @returns {Promise<number>} */
    async count(table, appId) {
      const { rows } = await query(
        `SELECT count(*)::int AS n FROM ${table} WHERE $1::text IS NULL OR app_id = $1`,
        [appId],
      );
      return rows[0].n;
    },

    /**
     * @param {'users' | 'aliases'} table @param {string | null} appId @param {number} limit
     * @returns {Promise<Row[]>} oldest first, columns of JSON as text
     */
    async newest(table, appId, limit) {
      const { rows } = await query(
        `SELECT ${table === 'users' ? userColumns : aliasColumns} FROM ${table}
         WHERE $1::text IS NULL OR app_id = $1 ORDER BY id DESC LIMIT $2`,
        [appId, limit],
      );
      return rows.reverse();
    },

    /** The ids that aliases link with this one. @param {string} appId @param {string} id @returns {Promise<string[]>} */
    async idsOf(appId, id) {
      const { rows } = await query(
        `WITH RECURSIVE linked(id) AS (
           SELECT $2::text
           UNION SELECT CASE WHEN aliases.alias_id = linked.id THEN aliases.user_id ELSE aliases.alias_id END
             FROM linked JOIN aliases ON aliases.app_id = $1 AND linked.id IN (aliases.alias_id, aliases.user_id)
         ) SELECT id FROM linked LIMIT ${mostIds}`,
        [appId, id],
      );
      return rows.map((row) => row.id);
    },

    /** @param {string} sql a statement without rows */
    command: (sql) => query(sql, []),

    close: () => pool.end(),
  };

  /** @returns {Promise<void>} rejects while PostgreSQL cannot be reached; the next call tries again */
  function ready() {
    migrated ??= migrate().catch((error) => {
      migrated = undefined;
      throw error;
    });
    return migrated;
  }

  async function migrate() {
    const client = await pool.connect();
    try {
      await client.query('SELECT pg_advisory_lock($1)', [migrationLock]);
      await client.query(`CREATE SCHEMA IF NOT EXISTS ${name}`);
      await client.query('CREATE TABLE IF NOT EXISTS migrations (version int PRIMARY KEY)');
      const { rows } = await client.query('SELECT max(version) AS version FROM migrations');
      const version = rows[0].version ?? 0;
      for (const [i, sql] of migrations.entries()) {
        if (i < version) continue;
        await client.query('BEGIN');
        await client.query(sql);
        await client.query('INSERT INTO migrations VALUES ($1)', [i + 1]);
        await client.query('COMMIT');
      }
      await client.query('SELECT pg_advisory_unlock($1)', [migrationLock]);
      client.release();
    } catch (error) {
      // Closed, and not handed out again with an open transaction or a lock.
      client.release(true);
      throw error;
    }
  }

  /** @param {string} sql @param {unknown[]} values */
  async function query(sql, values) {
    try {
      await ready();
      return await pool.query(sql, values);
    } catch (error) {
      throw isUnavailable(error) ? storeUnavailable() : error;
    }
  }

  /**
   * @template T
   * @param {(client: pg.PoolClient) => Promise<T>} run
   * @returns {Promise<T>}
   */
  async function transaction(run) {
    /** @type {pg.PoolClient | undefined} */
    let client;
    try {
      await ready();
      client = await pool.connect();
      await client.query('BEGIN');
      const result = await run(client);
      await client.query('COMMIT');
      client.release();
      return result;
    } catch (error) {
      if (error instanceof Refusal && client) {
        await client.query('ROLLBACK').catch(() => {});
        client.release();
        throw error;
      }
      client?.release(true);
      throw isUnavailable(error) ? storeUnavailable() : error;
    }
  }
}

/**
 * @param {pg.PoolClient} client @param {string} appId @param {string} alias
 * @returns {Promise<string | undefined>}
 */
async function ownerOf(client, appId, alias) {
  const { rows } = await client.query(
    'SELECT user_id FROM aliases WHERE app_id = $1 AND alias_id = $2',
    [appId, alias],
  );
  return rows[0]?.user_id;
}

// PostgreSQL's classes of errors that pass: connections, transactions that collided, resources, an operator who
// stops it, the system (https://www.postgresql.org/docs/15/errcodes-appendix.html); and a standby that only reads.
const passing = ['08', '40', '53', '57', '58'];
const readOnly = '25006';

/** @param {unknown} error */
function isUnavailable(error) {
  const { code } = /** @type {{ code?: string }} */ (error);
  // What has no code of PostgreSQL's is a broken or refused connection, or a time-out.
  if (!/^[0-9A-Z]{5}$/.test(code ?? '')) return !(error instanceof TypeError);
  return passing.includes(String(code).slice(0, 2)) || code === readOnly;
}
