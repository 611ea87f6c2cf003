// @ts-check
/**
 * What is written to the log, and from there, unchanged, to ClickHouse: one JSON object for each row. A further column
 * of events is a member here, a line of a migration, and a name in `reads.mjs`.
 *
 * @typedef {import('../store.mjs').EventInput} EventInput
 * @typedef {import('../visit.mjs').Visit} Visit
 */
import { createHash } from 'node:crypto';
import { newId } from '../ids.mjs';

/** The day of ids that do not contain a time. */
const noDay = '1970-01-01';

/** What a `Date` of every version of ClickHouse can hold. */
const firstDay = Date.UTC(1971, 0);
const lastDay = Date.UTC(2038, 0);

/**
 * The id of an event that says who it is: the same in every copy, whichever collector receives it. Neither part may
 * contain a NUL.
 *
 * @param {string} appId @param {string} dedupeId
 */
export function eventIdOf(appId, dedupeId) {
  const hash = createHash('sha256').update(`${appId}\0${dedupeId}`).digest('hex');
  return `evt_${hash.slice(0, 32)}`;
}

/** @param {string} eventId @param {number} partitions */
export const partitionOf = (eventId, partitions) =>
  Number.parseInt(eventId.slice(4, 12), 16) % partitions;

/**
 * The day in the sort key, by which ClickHouse finds copies: so it must be the same in all of them, and comes from the
 * UUIDv7 in `$event_id`, not from the time at which a copy was received.
 *
 * @param {string | undefined} dedupeId @param {string} receivedAt
 */
export function dayOf(dedupeId, receivedAt) {
  if (dedupeId === undefined) return receivedAt.slice(0, 10);
  const id = /^([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-/i.exec(dedupeId);
  const time = id ? Number.parseInt(`${id[1]}${id[2]}`, 16) : 0;
  return time >= firstDay && time < lastDay ? new Date(time).toISOString().slice(0, 10) : noDay;
}

/** Numbers rows in the order in which this collector received them, comparable with those of other collectors. */
export function createPlaces() {
  let last = 0;
  /** @param {string} receivedAt */
  return (receivedAt) => {
    last = Math.max(last + 1, Date.parse(receivedAt) * 1000);
    return last;
  };
}

/** @param {EventInput} event @param {Visit} visit @param {(receivedAt: string) => number} placeOf */
export function eventRow(event, visit, placeOf) {
  const { app_id, request_id, received_at, is_page } = visit;
  const { event_name, user_id, properties, dedupe_id, plan_issues, facts } = event;
  return {
    event_id: dedupe_id === undefined ? newId('evt') : eventIdOf(app_id, dedupe_id),
    app_id,
    event_name,
    user_id,
    properties,
    // An empty string says as little as a missing one. A page can only claim an address: its connection has one.
    ip: (is_page ? null : event.ip) || visit.ip,
    ua: event.ua || visit.ua,
    dedupe_id: dedupe_id ?? null,
    plan_issues: plan_issues ?? null,
    request_id,
    received_at,
    page: facts.page ?? '',
    document: facts.document ?? '',
    seq: facts.seq,
    dropped: facts.dropped,
    day: dayOf(dedupe_id, received_at),
    received: Math.floor(Date.parse(received_at) / 1000),
    place: placeOf(received_at),
  };
}
