// @ts-check
/**
 * The events table: stores an event once, however often it is sent.
 *
 * @typedef {import('./database.mjs').Database} Database
 * @typedef {import('./validate.mjs').EventInput} EventInput
 * @typedef {import('./visit.mjs').Visit} Visit
 * @typedef {object} StoredEvent
 * @property {string} event_id
 * @property {string} app_id
 * @property {string} event_name
 * @property {string} user_id
 * @property {string} properties JSON text
 * @property {string} received_at
 * @property {string | null} plan_issues JSON text: what is not as the tracking plan has it
 */
import { newId } from './ids.mjs';

/** @param {Database} db @param {ReturnType<typeof import('./rollups.mjs').createRollups>} rollups */
export function createEvents(db, rollups) {
  const insert = db.prepare(`
    INSERT INTO events (event_id, app_id, event_name, user_id, properties, ip, ua, dedupe_id,
                        request_id, received_at, plan_issues)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (app_id, dedupe_id) WHERE dedupe_id IS NOT NULL DO NOTHING`);
  const find = db.prepare('SELECT event_id FROM events WHERE app_id = ? AND dedupe_id = ?');
  const insertDuplicate = db.prepare(`
    INSERT INTO duplicates (app_id, dedupe_id, event_id, request_id, received_at)
    VALUES (?, ?, ?, ?, ?)`);

  return {
    /**
     * @param {EventInput} event
     * @param {Visit} visit
     * @returns {{ event_id: string, stored: StoredEvent | null }} null for a copy, whose id is that
     *   of the event already there: its sender needs the same answer as if the first had reached it
     */
    save({ event_name, user_id, properties, ip, ua, dedupe_id, facts, plan_issues = null }, visit) {
      const { app_id, request_id, received_at } = visit;
      const event_id = newId('evt');
      const { changes } = insert.run(
        event_id,
        app_id,
        event_name,
        user_id,
        properties,
        // An empty string says as little as a missing one. A page can only claim an address: its connection has one.
        (visit.is_page ? null : ip) || visit.ip,
        ua || visit.ua,
        dedupe_id ?? null,
        request_id,
        received_at,
        plan_issues,
      );
      if (changes > 0) {
        const row = { event_id, app_id, event_name, user_id, properties, received_at, plan_issues };
        rollups.addEvent(row, facts);
        return { event_id, stored: row };
      }
      const first = find.get(app_id, dedupe_id).event_id;
      insertDuplicate.run(app_id, dedupe_id, first, request_id, received_at);
      return { event_id: first, stored: null };
    },
  };
}
