// @ts-check
/**
 * What a store does. There are two: one SQLite file (`sqlite_store.mjs`), which needs nothing, and a cluster
 * (`cluster/store.mjs`) for any number of collectors. Methods that write reject with a `Refusal` where the caller is to
 * blame, or where nothing can be stored at the moment (503).
 *
 * @typedef {'events' | 'users' | 'aliases' | 'duplicates' | 'requests'} Table
 * @typedef {Record<string, unknown>} Row
 * @typedef {{ events?: Row[], users?: Row[], aliases?: Row[] }} Changes rows that are new or have changed
 * @typedef {import('./validate.mjs').EventInput} EventInput
 * @typedef {import('./validate.mjs').UserInput} UserInput
 * @typedef {import('./visit.mjs').Visit} Visit
 * @typedef {{ user_id: string, external_id: string, properties: string, [column: string]: unknown }} UserRow
 *
 * @typedef {object} Views times in milliseconds
 * @property {(since: number) => Maybe<{ minute: number, events: number }[]>} minutes `minute` since 1970
 * @property {(kind: 'event' | 'page' | 'refused', since: number, limit: number) =>
 *   Maybe<{ name: string, count: number }[]>} top
 * @property {(since: number, now: number, limit: number) => Maybe<Row[]>} gaps documents with events that are missing,
 *   the newest first
 * @property {(since: number, limit: number) => Maybe<Row[]>} refused requests, the newest first
 * @property {(appId: string, userId: string, limit: number, maxJson: number) =>
 *   Maybe<{ ids: string[], events: Row[] }>} visitor the newest events of a visitor under all ids, the newest first
 * @property {(limit: number) => Maybe<{ total: number, letters: Row[] }>} setAside rows that could not be stored
 *
 * @typedef {object} Store
 * @property {Views} views
 * @property {(events: EventInput[], visit: Visit) => Promise<string[]>} saveEvents all of them or none; their ids, of
 *   copies that of the first one
 * @property {(input: UserInput, visit: Visit) => Promise<{ created: boolean, user: UserRow }>} saveUser
 * @property {(input: { user_id: string, alias_id: string }, visit: Visit) => Promise<void>} linkAlias
 * @property {(visit: Visit, status: number) => void} addRefused notes a request that was not accepted; at any time
 * @property {import('./limits.mjs').SharedQuotas} [quotas] where several collectors count together
 * @property {(follower: (changes: Changes) => void) => (() => void)} follow until the returned function is called
 * @property {(table: Table, appId: string | null) => number | Promise<number>} count
 * @property {(table: Table, appId: string | null, limit: number) => Row[] | Promise<Row[]>} newest oldest first, with
 *   columns of JSON parsed
 * @property {(table: Table, appId: string | null, limit: number, maxBytes: number) =>
 *   Promise<{ rows: Row[], truncated: boolean }>} newestWithin as much as `maxBytes` of JSON text hold, as text
 * @property {(table: Table, limit: number, maxJson: number) => Row[] | Promise<Row[]>} outlines the newest of all apps;
 *   JSON longer than `maxJson` bytes is null, and its length is in `<column>_bytes`
 * @property {(eventId: string) => Row | undefined | Promise<Row | undefined>} event
 * @property {() => Promise<void>} probe rejects where nothing can be stored
 * @property {() => Promise<string[]>} [begin] what keeps it from working yet
 * @property {() => Promise<void>} [settled] resolves when everything acknowledged so far can be read
 * @property {() => void | Promise<void>} close
 */

/**
 * @template T
 * @typedef {T | Promise<T>} Maybe
 */

/** The tables, and their columns of JSON text. @type {Record<Table, string[]>} */
export const tables = {
  events: ['properties', 'plan_issues'],
  users: ['properties', 'origin'],
  aliases: [],
  duplicates: [],
  requests: [],
};

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
