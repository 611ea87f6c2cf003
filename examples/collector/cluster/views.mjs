// @ts-check
/**
 * The views of the live page on a cluster. ClickHouse counts a day of events as fast as others read counts, so nothing is
 * kept beside them: copies are left out by their id.
 *
 * @typedef {import('../store.mjs').Views} Views
 */
import { literal } from './clickhouse.mjs';

/** An event on its way, or with a worker, is not a missing one. */
const settlingMs = 30_000;

/**
 * @param {import('./clickhouse.mjs').Clickhouse} clickhouse
 * @param {ReturnType<typeof import('./users.mjs').openUsers>} users
 * @param {import('./log.mjs').Log} log
 * @param {string} name of the database
 * @returns {Views}
 */
export function createViews(clickhouse, users, log, name) {
  const events = `${name}.events`;
  const requests = `${name}.requests`;
  const from = (/** @type {number} */ since) =>
    `received >= toDateTime(${Math.max(0, Math.floor(since / 1000))})`;

  return {
    minutes: async (since) =>
      /** @type {any[]} */ (
        await clickhouse.query(
          `SELECT toUInt32(intDiv(toUInt32(received), 60)) AS minute, toUInt32(uniq(event_id)) AS events
           FROM ${events} WHERE ${from(since)} GROUP BY minute ORDER BY minute`,
        )
      ),

    async top(kind, since, limit) {
      const [table, label, which, id] = {
        event: [events, 'event_name', '1', 'event_id'],
        page: [events, 'page', `page != ''`, 'event_id'],
        refused: [
          requests,
          `concat(toString(status), ' ', splitByChar(':', ifNull(reason, ''))[1])`,
          'status >= 400',
          'note_id',
        ],
      }[kind];
      return /** @type {any[]} */ (
        await clickhouse.query(
          `SELECT ${label} AS name, toUInt32(uniq(${id})) AS count FROM ${table}
           WHERE ${which} AND ${from(since)} GROUP BY name ORDER BY count DESC, name LIMIT ${limit}`,
        )
      );
    },

    gaps: (since, now, limit) =>
      clickhouse.query(
        `SELECT app_id, document, user_id, toInt32(missing) AS missing, last_at FROM (
           SELECT app_id, document, any(user_id) AS user_id, max(received_at) AS last_at,
             toInt64(max(seq)) - toInt64(min(seq)) + 1 - toInt64(count())
               - (toInt64(sum(dropped)) - toInt64(argMin(dropped, seq))) AS missing
           FROM (SELECT app_id, document, user_id, seq, dropped, received_at FROM ${events}
                 WHERE document != '' AND ${from(since)} LIMIT 1 BY app_id, event_id)
           GROUP BY app_id, document)
         WHERE missing > 0 AND last_at < ${literal(new Date(now - settlingMs).toISOString())}
         ORDER BY last_at DESC LIMIT ${limit}`,
      ),

    refused: (since, limit) =>
      clickhouse.query(
        `SELECT app_id, method, path, status, origin, reason, received_at FROM ${requests}
         WHERE status >= 400 AND ${from(since)} ORDER BY place DESC LIMIT 1 BY note_id LIMIT ${limit}`,
      ),

    async visitor(appId, userId, limit, maxJson) {
      const ids = await users.idsOf(appId, userId);
      const rows = await clickhouse.query(
        `SELECT event_id, app_id, event_name, user_id, received_at,
           if(length(properties) <= ${maxJson}, properties, NULL) AS properties_or_null,
           toUInt32(length(properties)) AS properties_bytes
         FROM ${events} WHERE app_id = ${literal(appId)} AND user_id IN (${ids.map(literal).join(', ')})
         ORDER BY place DESC LIMIT 1 BY event_id LIMIT ${limit}`,
      );
      const listed = rows.map(({ properties_or_null: properties, ...row }) => ({
        ...row,
        properties,
      }));
      return { ids, events: listed };
    },

    setAside: (limit) => log.deadLetters(limit),
  };
}
