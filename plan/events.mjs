/**
 * Reads the events of a visit: from a file, or from a collector.
 *
 * @typedef {import('./index.d.mts').SentEvent} SentEvent
 * @typedef {{ is: (value: any) => boolean, events: (value: any) => unknown[] }} Reader
 */
import { readFileSync } from 'node:fs';
import { PlanError, parseJson } from './json.mjs';

/** Events that a collector gives at most in one answer. */
const most = 10_000;

/** What a value may be, from the most particular; a new kind of file is a row here. @type {Reader[]} */
const readers = [
  // A trace (docs/trace.md).
  { is: (value) => value?.format === 'appizer-web trace', events: tracedEvents },
  // An event, as it is sent alone.
  { is: (value) => typeof value?.event_name === 'string', events: (value) => [value] },
  // A batch, and what a collector's /debug/events answers.
  { is: (value) => Array.isArray(value?.events), events: (value) => value.events },
  // Requests, as the testing host or a proxy has recorded them: those to other paths have no events.
  {
    is: (value) => Array.isArray(value?.requests),
    events: (value) => value.requests.flatMap((/** @type {any} */ one) => eventsOfBody(one?.body)),
  },
  { is: Array.isArray, events: (value) => value.flatMap(eventsOf) },
];

const wanted =
  'expected is an object with "events" (as the collector answers), a list of events, or one in each line';

/** @param {string} text @param {string} [file] @returns {SentEvent[]} */
export function readEvents(text, file = 'The file') {
  if (text.trim() === '') throw new PlanError(`${file} is empty; ${wanted}.`);
  /** @type {unknown[]} */
  const values = [];
  const lines = text.replace(/^\uFEFF/, '').split('\n');
  if (lines.filter((line) => line.trim()).every(isObject)) {
    values.push(...lines.flatMap((line) => (line.trim() ? [JSON.parse(line)] : [])));
  } else {
    values.push(parseJson(text, file).value);
  }
  return values.flatMap((value) => {
    const events = eventsOf(value);
    if (events.length === 0 && !isEmptyList(value)) {
      throw new PlanError(`${file} has no events in it; ${wanted}.`);
    }
    return events.map((event) => checked(event, file));
  });
}

/** @param {string} file @returns {SentEvent[]} */
export function openEvents(file) {
  try {
    return readEvents(readFileSync(file, 'utf8'), file);
  } catch (error) {
    const { code } = /** @type {NodeJS.ErrnoException} */ (error);
    if (code === undefined) throw error;
    throw new PlanError(
      `${file} cannot be read: ${code === 'ENOENT' ? 'there is no such file' : code}.`,
    );
  }
}

/**
 * The newest events of a collector.
 *
 * @param {string} address @param {string} [app] of one app only
 * @returns {Promise<{ events: SentEvent[], total: number }>}
 */
export async function fetchEvents(address, app) {
  const url = new URL('/debug/events', address);
  url.searchParams.set('limit', String(most));
  if (app !== undefined) url.searchParams.set('app_id', app);
  let response;
  try {
    response = await fetch(url);
  } catch {
    throw new PlanError(`${url.origin} does not answer; is the collector running there?`);
  }
  if (!response.ok) {
    throw new PlanError(
      `${url.origin}${url.pathname} answered ${response.status}; a collector lists its events there.`,
    );
  }
  const text = await response.text();
  return { events: readEvents(text, url.href), total: totalOf(text) };
}

/** How many the collector has in all. @param {string} text */
function totalOf(text) {
  const { total } = JSON.parse(text);
  return typeof total === 'number' ? total : 0;
}

/** The core's effect that is a request (`Effect::Kind` in effect.h). */
const REQUEST = 1;

/**
 * What the page's clients sent, each event once. Texts of a masked trace are stand-ins.
 *
 * @param {any} trace @returns {unknown[]}
 */
function tracedEvents({ clients, masked }) {
  const steps = [clients].flat().flatMap((client) => client?.steps ?? []);
  const sent = steps
    .filter((/** @type {any} */ step) => step?.[0] === 'effect' && step[1] === REQUEST)
    .flatMap((/** @type {any} */ step) => eventsOfBody(step[5]));
  const once = new Map(
    sent.map((/** @type {any} */ event) => [event?.properties?.$event_id, event]),
  );
  return [...once.values()].map((event) => ({ ...event, masked: !!masked }));
}

/** @param {unknown} value @returns {unknown[]} */
const eventsOf = (value) => readers.find(({ is }) => is(value))?.events(value) ?? [];

/** @param {unknown} body text, or parsed */
function eventsOfBody(body) {
  try {
    return eventsOf(typeof body === 'string' ? JSON.parse(body) : body);
  } catch {
    return [];
  }
}

/** Whether a visit without events is meant; requests may be about users alone. @param {any} value */
const isEmptyList = (value) =>
  Array.isArray(value?.requests) ||
  Array.isArray(value?.clients) ||
  [value, value?.events].some((one) => Array.isArray(one) && one.length === 0);

/** @param {string} line */
function isObject(line) {
  try {
    const value = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

/** @param {any} event @param {string} file @returns {SentEvent} */
function checked(event, file) {
  if (typeof event?.event_name !== 'string') {
    throw new PlanError(`${file} has something that is no event: one has an "event_name".`);
  }
  const { event_name, properties, masked } = event;
  return {
    event_name,
    properties: typeof properties === 'object' && properties !== null ? properties : {},
    ...(masked === true && { masked }),
  };
}
