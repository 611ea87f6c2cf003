// @ts-check
/**
 * Reading rows back from ClickHouse: without copies, the newest, and never more than was asked for.
 *
 * @typedef {import('../store.mjs').Row} Row
 * @typedef {'events' | 'requests' | 'duplicates'} Kept
 */
import { literal } from './clickhouse.mjs';

/** @type {Record<Kept, { columns: string[], key: string, id: string }>} */
const layouts = {
  events: {
    columns: [
      ...['event_id', 'app_id', 'event_name', 'user_id', 'properties', 'ip', 'ua', 'dedupe_id'],
      ...['plan_issues', 'request_id', 'received_at'],
    ],
    key: 'day, app_id, event_id',
    id: 'event_id',
  },
  requests: {
    columns: [
      ...['request_id', 'app_id', 'method', 'path', 'status', 'events', 'origin', 'received_at'],
      'reason',
    ],
    key: 'received, note_id',
    id: 'note_id',
  },
  duplicates: {
    columns: ['app_id', 'dedupe_id', 'event_id', 'request_id', 'received_at'],
    key: 'received, note_id',
    id: 'note_id',
  },
};

/** Looked through first: the newest are rarely older, and all there is may be a thousand times as much. */
const recentSeconds = 24 * 3600;

/**
 * @param {import('./clickhouse.mjs').Clickhouse} clickhouse
 * @param {string} name of the database
 */
export function createReads(clickhouse, name) {
  return {
    /** @param {Kept} table @param {string | null} appId @returns {Promise<number>} */
    async count(table, appId) {
      const condition = appId === null ? '' : `WHERE app_id = ${literal(appId)}`;
      const [row] = await clickhouse.query(
        `SELECT toUInt32(count()) AS n FROM ${name}.${table} FINAL ${condition}`,
      );
      return row?.n ?? 0;
    },

    newest,

    /**
     * @param {Kept} table @param {string | null} appId @param {number} limit @param {number} maxBytes
     * @returns {Promise<{ rows: Row[], truncated: boolean }>}
     */
    async newestWithin(table, appId, limit, maxBytes) {
      if (table !== 'events') {
        return { rows: await newest(table, appId, limit), truncated: false };
      }
      const sizes = await newest(table, appId, limit, ['toUInt32(length(properties)) AS bytes']);
      let bytes = 0;
      let fitting = 0;
      for (const row of sizes.reverse()) {
        bytes += Number(row.bytes);
        if (bytes > maxBytes) break;
        fitting += 1;
      }
      const rows = fitting === 0 ? [] : await newest(table, appId, fitting);
      return { rows, truncated: fitting < sizes.length };
    },

    /** @param {number} limit @param {number} maxJson @returns {Promise<Row[]>} */
    outlines(limit, maxJson) {
      const columns = layouts.events.columns.map((column) =>
        column === 'properties'
          ? `if(length(properties) <= ${maxJson}, properties, NULL) AS properties_or_null`
          : column,
      );
      columns.push('toUInt32(length(properties)) AS properties_bytes');
      return newest('events', null, limit, columns).then((rows) =>
        rows.map(({ properties_or_null: properties, ...row }) => ({ ...row, properties })),
      );
    },

    /** @param {string} eventId @returns {Promise<Row | undefined>} */
    async event(eventId) {
      const [row] = await clickhouse.query(
        `SELECT ${layouts.events.columns.join(', ')} FROM ${name}.events
         WHERE event_id = ${literal(eventId)} ORDER BY place LIMIT 1`,
      );
      return row;
    },
  };

  /**
   * @param {Kept} table @param {string | null} appId @param {number} limit
   * @param {string[]} [columns]
   * @returns {Promise<Row[]>} oldest first
   */
  async function newest(table, appId, limit, columns = layouts[table].columns) {
    const since = Math.floor(Date.now() / 1000) - recentSeconds;
    const recent = await select(table, appId, limit, columns, `received >= toDateTime(${since})`);
    if (recent.length === limit) return recent.reverse();
    return (await select(table, appId, limit, columns, '1')).reverse();
  }

  /**
   * First which rows, by narrow columns, and then those rows.
   *
   * @param {Kept} table @param {string | null} appId @param {number} limit @param {string[]} columns
   * @param {string} when
   */
  function select(table, appId, limit, columns, when) {
    const { key, id } = layouts[table];
    const which = appId === null ? '' : `AND app_id = ${literal(appId)}`;
    const order = `ORDER BY place DESC LIMIT 1 BY ${id} LIMIT ${limit}`;
    return clickhouse.query(
      `SELECT ${columns.join(', ')} FROM ${name}.${table}
       WHERE (${key}) IN (SELECT ${key} FROM ${name}.${table} WHERE ${when} ${which} ${order})
       ${order}`,
    );
  }
}
