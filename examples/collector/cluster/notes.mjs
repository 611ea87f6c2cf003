// @ts-check
/**
 * Rows about requests: which there were, and which events were copies. They are evidence, not what was
 * acknowledged, so nobody waits for them: they are collected and published together, and while the log cannot be
 * reached a bounded number waits in memory.
 *
 * @typedef {import('../visit.mjs').Visit} Visit
 */
import { randomUUID } from 'node:crypto';
import { shortReason } from '../requests.mjs';

const quietMs = 100;
const rowsInMessage = 500;
const maxWaiting = 10_000;

/** Characters of what a stranger may have made as long as it likes. */
const longestPath = 500;
const longestOrigin = 300;

/**
 * @param {import('./log.mjs').Log} log
 * @param {(receivedAt: string) => number} placeOf
 */
export function createNotes(log, placeOf) {
  const instance = randomUUID();
  let count = 0;
  /** @type {Record<'requests' | 'duplicates', object[]>} */
  const waiting = { requests: [], duplicates: [] };
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  let sending = Promise.resolve();

  return {
    /** @param {Visit} visit @param {number} status @param {number} events */
    addRequest(visit, status, events) {
      const { request_id, app_id, method, path, origin, received_at } = visit;
      add('requests', visit, {
        request_id,
        app_id: app_id || null,
        method,
        path: path.slice(0, longestPath),
        status,
        events,
        origin: origin?.slice(0, longestOrigin) ?? null,
        reason: status >= 400 ? shortReason(visit) : null,
        received_at,
      });
    },

    /** @param {Visit} visit @param {string} eventId @param {string} dedupeId */
    addDuplicate(visit, eventId, dedupeId) {
      const { app_id, request_id, received_at } = visit;
      const row = { app_id, dedupe_id: dedupeId, event_id: eventId, request_id, received_at };
      add('duplicates', visit, row);
    },

    flush,
  };

  /** @param {'requests' | 'duplicates'} table @param {Visit} visit @param {object} row */
  function add(table, { received_at }, row) {
    if (waiting[table].length >= maxWaiting) return;
    count += 1;
    waiting[table].push({
      ...row,
      note_id: `${instance}-${count}`,
      received: Math.floor(Date.parse(received_at) / 1000),
      place: placeOf(received_at),
    });
    timer ??= setTimeout(flush, quietMs);
  }

  /** One after the other, so that a closing collector waits for all of them. */
  function flush() {
    clearTimeout(timer);
    timer = undefined;
    sending = sending.then(sendAll);
    return sending;
  }

  async function sendAll() {
    for (const table of /** @type {const} */ (['requests', 'duplicates'])) {
      while (waiting[table].length > 0) {
        const rows = waiting[table].slice(0, rowsInMessage);
        const text = rows.map((row) => JSON.stringify(row)).join('\n');
        try {
          await log.publish(`notes.${table}`, text, randomUUID());
        } catch {
          // With the next rows.
          return;
        }
        waiting[table].splice(0, rows.length);
      }
    }
  }
}
