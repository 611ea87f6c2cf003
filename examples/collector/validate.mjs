// @ts-check
/**
 * Reads the four bodies. What comes out has the documented shape; what has not is refused, with the
 * name of the field that is to blame. Fields the documentation does not know are ignored.
 *
 * @typedef {Record<string, unknown>} Fields
 * @typedef {object} EventInput
 * @property {string} event_name
 * @property {string} user_id
 * @property {string} properties JSON text
 * @property {string | undefined} ip
 * @property {string | undefined} ua
 * @property {string | undefined} dedupe_id the caller's own `$event_id`
 * @property {import('./facts.mjs').Facts} facts what views use of the properties
 * @property {string | null} [plan_issues] JSON text: what is not as the tracking plan has it
 * @typedef {object} UserInput
 * @property {string} user_id
 * @property {string | undefined} email
 * @property {string | undefined} phone
 * @property {Fields | undefined} properties
 * @property {string | undefined} origin JSON text
 */
import { isIP } from 'node:net';
import { invalidRequest, invalidType, missingField, Refusal } from './answers.mjs';
import { factsOf } from './facts.mjs';

const maxBatch = 100;

/** Characters of a user agent. Browsers send some 200. */
const maxUserAgent = 1024;

/** @param {unknown} value @param {string} field @returns {Fields} */
export function readObject(value, field) {
  if (typeOf(value) !== 'object') throw invalidType(field, 'object', typeOf(value));
  return /** @type {Fields} */ (value);
}

/** @param {Fields} body @param {string} [at] prefix of the field names in a batch */
export function readEvent(body, at = '') {
  const properties = optionalObject(body, 'properties', at) ?? {};
  const event_name = requiredText(body, 'event_name', at);
  return {
    event_name,
    user_id: requiredText(body, 'user_id', at),
    properties: toJson(properties, `${at}properties`),
    ip: optionalAddress(body, 'ip', at),
    ua: optionalShortText(body, 'ua', maxUserAgent, at),
    // An id that cannot identify duplicates is a mistake, and is reported at once.
    dedupe_id:
      properties.$event_id === undefined
        ? undefined
        : requiredText(properties, '$event_id', `${at}properties.`),
    facts: factsOf(event_name, properties),
  };
}

/** One bad event refuses the whole batch, so that a batch is never half stored. @param {Fields} body */
export function readBatch(body) {
  const { events } = body;
  if (events === undefined) throw missingField('events', 'is required');
  if (!Array.isArray(events)) throw invalidType('events', 'array', typeOf(events));
  if (events.length < 1 || events.length > maxBatch) {
    const issue = `must hold 1 to ${maxBatch} events, not ${events.length}`;
    throw invalidRequest(`events ${issue}.`, { field: 'events', issue });
  }
  return events.map((event, i) => readEvent(readObject(event, `events[${i}]`), `events[${i}].`));
}

/** @param {Fields} body @returns {UserInput} */
export function readUser(body) {
  const properties = optionalObject(body, 'properties');
  const origin = optionalObject(body, 'origin');
  // Merged later, but a value that cannot be written is the caller's fault and so found here.
  if (properties) toJson(properties, 'properties');
  return {
    user_id: requiredText(body, 'user_id'),
    email: optionalText(body, 'email'),
    phone: optionalText(body, 'phone'),
    properties,
    origin: origin && toJson(origin, 'origin'),
  };
}

/** @param {Fields} body */
export function readAlias(body) {
  const user_id = requiredText(body, 'user_id');
  const alias_id = requiredText(body, 'alias_id');
  if (alias_id === user_id) {
    const issue = 'must differ from user_id';
    throw invalidRequest(`alias_id ${issue}.`, { field: 'alias_id', issue });
  }
  return { user_id, alias_id };
}

/** @param {Fields} source @param {string} key @param {string} [at] @returns {string} */
export function requiredText(source, key, at = '') {
  const value = optionalText(source, key, at);
  if (value === undefined) throw missingField(at + key, 'is required');
  if (value === '') throw missingField(at + key, 'must not be empty');
  return value;
}

/** @param {Fields} source @param {string} key @param {string} [at] */
function optionalText(source, key, at = '') {
  const value = source[key];
  if (value === undefined) return value;
  if (typeof value !== 'string') throw invalidType(at + key, 'string', typeOf(value));
  // SQLite's text ends at a NUL, and UTF-8 has no lone surrogates: either would be stored as something else.
  if (value.includes('\0')) throw invalid(at + key, 'must not contain NUL characters');
  if (!value.isWellFormed()) throw invalid(at + key, 'must not contain lone surrogates');
  return value;
}

/** @param {Fields} source @param {string} key @param {string} at */
function optionalAddress(source, key, at) {
  const value = optionalText(source, key, at);
  if (!value || isIP(value)) return value;
  throw invalid(at + key, 'must be an IPv4 or IPv6 address');
}

/** @param {Fields} source @param {string} key @param {number} most @param {string} at */
function optionalShortText(source, key, most, at) {
  const value = optionalText(source, key, at);
  if (value === undefined || value.length <= most) return value;
  throw invalid(at + key, `must have at most ${most} characters`);
}

/** @param {string} field @param {string} issue */
const invalid = (field, issue) => invalidRequest(`${field} ${issue}.`, { field, issue });

/** @param {Fields} source @param {string} key @param {string} [at] */
function optionalObject(source, key, at = '') {
  const value = source[key];
  return value === undefined ? undefined : readObject(value, at + key);
}

/** @param {Fields} value @param {string} field */
function toJson(value, field) {
  let text;
  try {
    text = JSON.stringify(value);
    // `1e999` is valid JSON, but no number here can hold it, and JSON.stringify writes null in its place.
    if (text.includes('null')) refuseInfinity(value, field);
  } catch (error) {
    if (error instanceof Refusal) throw error;
    // JSON.parse takes any depth, JSON.stringify does not.
    throw invalid(field, 'is nested too deeply');
  }
  return text;
}

/** @param {unknown} value @param {string} field */
function refuseInfinity(value, field) {
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw invalid(field, 'is a number that is too large');
  }
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    refuseInfinity(inner, Array.isArray(value) ? `${field}[${key}]` : `${field}.${key}`);
  }
}

/** @param {unknown} value */
function typeOf(value) {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}
