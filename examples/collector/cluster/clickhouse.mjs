// @ts-check
/**
 * ClickHouse: one shard, any number of replicas. A query or an insert goes to one of them, and to the next where that one
 * cannot answer. The SQL is understood by versions from 18.16, which Debian 12 has, to today's.
 *
 * @typedef {import('../config.mjs').ClusterSettings} Settings
 * @typedef {ReturnType<typeof openClickhouse>} Clickhouse
 */
import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { ClickHouseLogLevel, createClient } from '@clickhouse/client';

const migrations = ['1-tables.sql'].map((name) =>
  readFileSync(new URL(`migrations/clickhouse/${name}`, import.meta.url), 'utf8'),
);

const requestMs = 20_000;
const quorumMs = 10_000;

/** @param {Settings} settings */
export function openClickhouse({ name, clickhouse }) {
  const replicas = clickhouse.length;
  // More than half, so that what was acknowledged is on a node that any majority includes.
  const quorum = replicas > 1 ? Math.floor(replicas / 2) + 1 : 0;
  const nodes = clickhouse.map((url) => ({
    client: createClient({
      url,
      request_timeout: requestMs,
      max_open_connections: 8,
      log: { level: ClickHouseLogLevel.OFF },
    }),
    /** @type {Promise<void> | undefined} */
    migrated: undefined,
  }));
  /** @typedef {typeof nodes[number]} Node */
  let preferred = Math.floor(Math.random() * replicas);

  return {
    /**
     * @param {string} table
     * @param {string} text a JSON object a line
     */
    insert: (table, text) =>
      attempt(async ({ client }) => {
        // `insert` would read the rows and write them again.
        const { stream } = await client.exec({
          query: `INSERT INTO ${name}.${table} FORMAT JSONEachRow`,
          values: Readable.from([Buffer.from(text)], { objectMode: false }),
          clickhouse_settings: {
            // A collector that is newer than the tables may send a column that they do not have yet.
            input_format_skip_unknown_fields: 1,
            ...(quorum > 0 && {
              insert_quorum: String(quorum),
              insert_quorum_timeout: quorumMs,
            }),
          },
        });
        // The connection is free for the next insert when its answer has been read.
        await stream.toArray();
      }),

    /**
     * @param {string} sql
     * @returns {Promise<Record<string, any>[]>}
     */
    query: (sql) =>
      attempt(async ({ client }) => {
        const result = await client.query({ query: sql, format: 'JSONEachRow' });
        return result.json();
      }),

    /** @param {string} sql a statement without rows, for one node */
    command: (sql) => attempt(({ client }) => client.command({ query: sql })),

    /** Rejects where no node answers. */
    ready: () => attempt(async () => {}),

    close: () => Promise.all(nodes.map(({ client }) => client.close())),
  };

  /**
   * @template T
   * @param {(node: Node) => Promise<T>} action
   * @returns {Promise<T>}
   */
  async function attempt(action) {
    /** @type {unknown} */
    let failure;
    for (let i = 0; i < replicas; i += 1) {
      const index = (preferred + i) % replicas;
      const node = /** @type {Node} */ (nodes[index]);
      try {
        await prepared(node);
        const result = await action(node);
        preferred = index;
        return result;
      } catch (error) {
        if (isRowFault(error) || isBusy(error)) throw error;
        failure = error;
      }
    }
    throw failure;
  }

  /** @param {Node} node */
  function prepared(node) {
    node.migrated ??= migrate(node.client).catch((error) => {
      node.migrated = undefined;
      throw error;
    });
    return node.migrated;
  }

  /** @param {import('@clickhouse/client').ClickHouseClient} client */
  async function migrate(client) {
    const run = (/** @type {string} */ query) => client.command({ query });
    await run(`CREATE DATABASE IF NOT EXISTS ${name}`);
    await run(`CREATE TABLE IF NOT EXISTS ${name}.migrations (version UInt32) ENGINE = TinyLog`);
    const query = `SELECT max(version) AS version FROM ${name}.migrations`;
    const [row] = await (await client.query({ query, format: 'JSONEachRow' })).json();
    const { version } = /** @type {{ version: number }} */ (row);
    for (const [i, sql] of migrations.entries()) {
      if (i < version) continue;
      for (const statement of statementsOf(sql)) await run(statement);
      await run(`INSERT INTO ${name}.migrations VALUES (${i + 1})`);
    }
  }

  /** @param {string} sql */
  function statementsOf(sql) {
    return sql
      .replace(/--.*$/gm, '')
      .replaceAll('{database}', name)
      .replace(/\{engine:(\w+)\}/g, (_, table) =>
        replicas > 1
          ? `ReplicatedReplacingMergeTree('/clickhouse/appizer/${name}/${table}', '{replica}', age)`
          : 'ReplacingMergeTree(age)',
      )
      .split(';')
      .map((statement) => statement.trim())
      .filter(Boolean);
  }
}

/** A text as SQL. Parameters of queries are newer than Debian's server. @param {string} text */
export const literal = (text) => `'${text.replace(/[\\']/g, '\\$&').replaceAll('\0', '\\0')}'`;

/** @param {unknown} error ClickHouse's number of it; 0 where it has none, as a refused connection */
const codeOf = (error) =>
  Number(/^Code: (\d+)/.exec(String(Object(error).message))?.[1] ?? Object(error).code ?? 0) || 0;

// What is wrong with a row, and stays wrong (src/Common/ErrorCodes.cpp): texts, numbers, dates and quotes that cannot be
// read, wrong data and types, a value out of its range, a null where none may be.
const rowFaults = new Set([
  6, 25, 26, 27, 28, 33, 38, 41, 53, 69, 70, 72, 117, 130, 131, 136, 321, 349,
]);

/** Whether sending the same rows again is useless. @param {unknown} error */
export const isRowFault = (error) => rowFaults.has(codeOf(error));

// Versions before 20.10 take one quorum insert of a table at a time.
const UNSATISFIED_QUORUM_FOR_PREVIOUS_WRITE = 286;

/** Whether another worker is writing. @param {unknown} error */
export const isBusy = (error) => codeOf(error) === UNSATISFIED_QUORUM_FOR_PREVIOUS_WRITE;
