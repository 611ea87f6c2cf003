// @ts-check
/**
 * The store for collectors that outgrow one machine. The collector keeps nothing itself: events go to the log, from
 * which workers (`worker.mjs`) bring them to ClickHouse; users and aliases are in PostgreSQL.
 *
 * @typedef {import('../store.mjs').Store} Store
 * @typedef {import('../store.mjs').Changes} Changes
 * @typedef {import('../config.mjs').ClusterSettings} Settings
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { storeUnavailable } from '../answers.mjs';
import { ConfigError } from '../config.mjs';
import { parseColumns, tables } from '../store.mjs';
import { openClickhouse } from './clickhouse.mjs';
import { neededPayload, openLog, within } from './log.mjs';
import { createNotes } from './notes.mjs';
import { createQuotas } from './quotas.mjs';
import { createReads } from './reads.mjs';
import { createPlaces, eventRow, partitionOf } from './rows.mjs';
import { openUsers } from './users.mjs';
import { createViews } from './views.mjs';

/** Rows that a follower is given at once; more than that, nobody can read. */
const maxFollowed = 200;
const followMs = 50;

const pollMs = 20;

/** How long a collector that starts waits for each part before it goes on without it. */
const beginMs = 5000;

/**
 * @param {Settings} settings
 * @returns {Store}
 */
export function openCluster(settings) {
  const { name, partitions, nats } = settings;
  const log = openLog(settings);
  const clickhouse = openClickhouse(settings);
  const users = openUsers(settings);
  const reads = createReads(clickhouse, name);
  const placeOf = createPlaces();
  const notes = createNotes(log, placeOf);
  const quotas = createQuotas(log, name, nats.length >= 3 ? 3 : 1);

  return {
    quotas,
    views: createViews(clickhouse, users, log, name),

    async saveEvents(batch, visit) {
      const rows = batch.map((event) => eventRow(event, visit, placeOf));
      // In the order of the batch, and all are awaited: what the log has taken is not taken back, and a copy that the
      // sender sends again is dropped.
      const results = await Promise.allSettled(
        rows.map((row) => {
          const subject = `events.${partitionOf(row.event_id, partitions)}`;
          return log.publish(subject, JSON.stringify(row), row.event_id);
        }),
      );
      const failed = results.find(({ status }) => status === 'rejected');
      if (failed) throw /** @type {PromiseRejectedResult} */ (failed).reason;
      results.forEach((result, i) => {
        const { event_id, dedupe_id } = rows[i] ?? {};
        const isCopy = result.status === 'fulfilled' && result.value.duplicate;
        if (isCopy && event_id && dedupe_id) notes.addDuplicate(visit, event_id, dedupe_id);
      });
      notes.addRequest(visit, 200, batch.length);
      return rows.map(({ event_id }) => event_id);
    },

    async saveUser(input, visit) {
      const saved = await users.save(input, visit);
      notes.addRequest(visit, 200, 0);
      announce({ users: [saved.user] });
      return saved;
    },

    async linkAlias(input, visit) {
      const alias = await users.link(input, visit);
      notes.addRequest(visit, 200, 0);
      announce({ aliases: [alias] });
    },

    addRefused: (visit, status) => notes.addRequest(visit, status, 0),

    follow(follower) {
      /** @type {string[]} */
      let waiting = [];
      // What is read of a busy log is what can be shown.
      const timer = setInterval(() => {
        if (waiting.length === 0) return;
        const events = waiting.flatMap(shown);
        waiting = [];
        follower({ events });
      }, followMs);
      const stopEvents = log.listen('events.*', (text) => {
        waiting.push(text);
        if (waiting.length > maxFollowed) waiting.shift();
      });
      const stopChanges = log.listen('changes', (text) => follower(JSON.parse(text)));
      return () => {
        clearInterval(timer);
        stopEvents();
        stopChanges();
      };
    },

    count: (table, appId) =>
      isOfPostgres(table) ? users.count(table, appId) : reading(reads.count(table, appId)),

    async newest(table, appId, limit) {
      const rows = isOfPostgres(table)
        ? await users.newest(table, appId, limit)
        : await reading(reads.newest(table, appId, limit));
      return rows.map((row) => parseColumns(row, tables[table]));
    },

    async newestWithin(table, appId, limit, maxBytes) {
      if (!isOfPostgres(table)) return reading(reads.newestWithin(table, appId, limit, maxBytes));
      const rows = await users.newest(table, appId, limit);
      let bytes = 0;
      const fitting = rows
        .reverse()
        .filter((row) => {
          for (const column of tables[table]) bytes += String(row[column] ?? '').length;
          return bytes <= maxBytes;
        })
        .reverse();
      return { rows: fitting, truncated: fitting.length < rows.length };
    },

    async outlines(table, limit, maxJson) {
      if (table === 'events') return reading(reads.outlines(limit, maxJson));
      if (!isOfPostgres(table)) return reading(reads.newest(table, null, limit));
      return users.newest(table, null, limit);
    },

    async event(eventId) {
      const row = await reading(reads.event(eventId));
      return row && parseColumns(row, tables.events);
    },

    probe: () => log.probe(),

    async begin() {
      /** @type {Record<string, Promise<unknown>>} */
      const parts = {
        NATS: log.ready(),
        ClickHouse: clickhouse.ready(),
        PostgreSQL: users.ready(),
      };
      const answers = await Promise.allSettled(
        Object.values(parts).map((ready) => within(ready, beginMs)),
      );
      const problems = Object.keys(parts).flatMap((part, i) => {
        const answer = answers[i];
        if (answer?.status !== 'rejected') return [];
        if (answer.reason instanceof ConfigError) throw answer.reason;
        return [`${part} cannot be used yet: ${messageOf(answer.reason)}`];
      });
      const { nc } = await log.ready(1).catch(() => ({ nc: null }));
      const most = nc?.info?.max_payload ?? neededPayload;
      if (most < neededPayload) {
        problems.push(
          `NATS takes messages of ${most} bytes at most; set max_payload: 8MB in its config.`,
        );
      }
      return problems;
    },

    async settled() {
      await notes.flush();
      while ((await log.backlog()) > 0) await sleep(pollMs);
    },

    async close() {
      await notes.flush();
      await quotas.close();
      await log.close();
      await Promise.all([clickhouse.close(), users.close()]);
    },
  };

  /** @param {Changes} changes */
  function announce(changes) {
    log.announce('changes', changes).catch(() => {});
  }
}

/** @param {import('../store.mjs').Table} table @returns {table is 'users' | 'aliases'} */
const isOfPostgres = (table) => table === 'users' || table === 'aliases';

/** Nothing of what is no row: workers set it aside. @param {string} text */
function shown(text) {
  try {
    const { event_id, app_id, event_name, user_id, properties, received_at, plan_issues } =
      JSON.parse(text);
    JSON.parse(properties);
    return [{ event_id, app_id, event_name, user_id, properties, received_at, plan_issues }];
  } catch {
    return [];
  }
}

/**
 * @template T
 * @param {Promise<T>} rows
 * @returns {Promise<T>}
 */
async function reading(rows) {
  try {
    return await rows;
  } catch (error) {
    throw Object.assign(storeUnavailable(), { cause: error });
  }
}

/** @param {unknown} error */
const messageOf = (error) => {
  const { message, code } = /** @type {{ message?: string, code?: string }} */ (error);
  return message || code || 'it does not answer';
};
