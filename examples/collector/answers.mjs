// @ts-check
/**
 * Every body this collector answers with. Tests elsewhere compare answers literally, so the
 * wording lives in one place.
 *
 * Documented codes: INVALID_REQUEST, MISSING_FIELD, INVALID_TYPE, MISSING_AUTH, INVALID_API_KEY,
 * REVOKED_API_KEY, INSUFFICIENT_PERMISSIONS, RATE_LIMIT_EXCEEDED. The other codes are this
 * collector's own, for statuses the documentation gives without one.
 */
import { STATUS_CODES } from 'node:http';

export const maxBody = 1024 * 1024;

/** Thrown wherever a request is turned down; the server's error handler makes the answer of it. */
export class Refusal extends Error {
  /**
   * @param {number} status
   * @param {string} code
   * @param {string} message
   * @param {Record<string, unknown>} [details]
   * @param {Record<string, string>} [headers]
   */
  constructor(status, code, message, details = {}, headers = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.details = details;
    this.headers = headers;
  }

  body() {
    const { status, message, code, details } = this;
    return { error: STATUS_CODES[status] ?? 'Error', message, code, details };
  }
}

/** @param {string} message @param {Record<string, unknown>} [details] */
export const invalidRequest = (message, details) =>
  new Refusal(400, 'INVALID_REQUEST', message, details);

/** @param {string} field @param {string} issue */
export const missingField = (field, issue) =>
  new Refusal(400, 'MISSING_FIELD', `${field} ${issue}.`, { field, issue });

/** @param {string} field @param {string} expected @param {string} received */
export const invalidType = (field, expected, received) =>
  new Refusal(400, 'INVALID_TYPE', `${field} must be of type ${expected}, not ${received}.`, {
    field,
    expected,
    received,
  });

/**
 * An event that is not as the tracking plan has it.
 *
 * @param {import('../../plan/index.d.mts').Issue} issue @param {string} at prefix of the fields in a batch
 */
export const againstPlan = ({ event, property, message, cure }, at) =>
  invalidRequest(`${message}. ${cure}`, {
    field: property === null ? `${at}event_name` : `${at}properties.${property}`,
    issue: message,
    event,
    property,
    cure,
  });

/** @param {string} code @param {string} message */
export const unauthorized = (code, message) =>
  new Refusal(401, code, message, {}, { 'WWW-Authenticate': 'Bearer' });

/** @param {string} needed @param {string[]} held */
export const insufficientPermissions = (needed, held) =>
  new Refusal(403, 'INSUFFICIENT_PERMISSIONS', `This key lacks the permission ${needed}.`, {
    required_permission: needed,
    current_permissions: held,
  });

/** @param {number} limit @param {number} retryAfter seconds */
export const tooManyRequests = (limit, retryAfter) =>
  new Refusal(
    429,
    'RATE_LIMIT_EXCEEDED',
    `More than ${limit} requests in a minute. Try again in ${retryAfter} s.`,
    { limit, window: '1m', retry_after: retryAfter },
    { 'Retry-After': String(retryAfter) },
  );

/** @param {string} what */
export const unsupportedMediaType = (what) =>
  new Refusal(415, 'UNSUPPORTED_MEDIA_TYPE', `${what} is not supported; send plain JSON.`);

/** @param {string} message @param {string} origin @param {Record<string, string>} [details] */
export const originNotAuthorized = (message, origin, details) =>
  new Refusal(403, 'ORIGIN_NOT_AUTHORIZED', message, { origin, ...details });

export const closing = () =>
  new Refusal(503, 'SERVICE_UNAVAILABLE', 'The collector is closing.', {}, { Connection: 'close' });

/** Seconds after which a store that was locked or full is worth another try. */
const storeRetryAfter = 5;

/** The database is locked by another process, or the disk is full: nothing was stored. */
export const storeUnavailable = () =>
  new Refusal(
    503,
    'STORE_UNAVAILABLE',
    `The database cannot be written to. Try again in ${storeRetryAfter} s.`,
    { retry_after: storeRetryAfter },
    { 'Retry-After': String(storeRetryAfter) },
  );

/** Nobody is there to read it; it is for the log. */
export const clientClosed = () =>
  new Refusal(
    499,
    'CLIENT_CLOSED_REQUEST',
    'The client closed the connection before its body was complete.',
  );

/** @param {string} eventId */
export const eventTracked = (eventId) => ({
  success: true,
  event_id: eventId,
  message: 'Event tracked successfully',
});

/** @param {number} count */
export const batchTracked = (count) => ({
  success: true,
  processed_count: count,
  message: `${count} ${count === 1 ? 'event' : 'events'} tracked successfully`,
});

/** @param {string} userId @param {string} externalId @param {boolean} created */
export const userSaved = (userId, externalId, created) => ({
  success: true,
  user_id: userId,
  external_id: externalId,
  message: `User ${created ? 'created' : 'updated'} successfully`,
});

/** @param {string} aliasId @param {string} userId */
export const aliasLinked = (aliasId, userId) => ({
  success: true,
  alias_id: aliasId,
  user_id: userId,
  message: 'Alias linked successfully',
});

/**
 * The answer to anything thrown: a refusal as it is, the web framework's own errors about a
 * body in our words, and everything else as a 500 without details of the server.
 *
 * @param {unknown} error
 */
export function refusalOf(error) {
  if (error instanceof Refusal) return error;
  const {
    code = '',
    statusCode = 500,
    errcode = 0,
  } = /** @type {{ code?: string, statusCode?: number, errcode?: number }} */ (error ?? {});
  if (isUnavailable(errcode)) return storeUnavailable();
  switch (code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new Refusal(413, 'PAYLOAD_TOO_LARGE', 'The body is larger than 1 MiB.', {
        limit_bytes: maxBody,
      });
    case 'ECONNRESET':
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return clientClosed();
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return unsupportedMediaType('This Content-Type');
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
      return invalidRequest('The body is empty.');
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
      return invalidRequest('The body is not valid JSON.');
  }
  // Only the framework's own errors are known to be the caller's fault.
  if (code.startsWith('FST_ERR_') && statusCode >= 400 && statusCode < 500) {
    return invalidRequest('The request could not be read.');
  }
  return new Refusal(500, 'INTERNAL_ERROR', 'Something went wrong on our end.');
}

// SQLite's result codes (https://www.sqlite.org/rescode.html) for what is nobody's mistake and may pass.
const SQLITE_BUSY = 5;
const SQLITE_LOCKED = 6;
const SQLITE_IOERR = 10;
const SQLITE_FULL = 13;

/** @param {number} errcode an extended result code; its low byte is the primary one */
const isUnavailable = (errcode) =>
  [SQLITE_BUSY, SQLITE_LOCKED, SQLITE_IOERR, SQLITE_FULL].includes(errcode & 0xff);

/**
 * Whether another process holds the lock that a write needs.
 *
 * @param {unknown} error
 */
export function isBusy(error) {
  const { errcode = 0 } = /** @type {{ errcode?: number }} */ (error);
  return (errcode & 0xff) === SQLITE_BUSY;
}

/**
 * The answer to what is not even HTTP, as text for the socket: Node's parser has made no request of it.
 *
 * @param {{ code?: string }} error
 */
export function malformedAnswer({ code }) {
  const refusal =
    code === 'HPE_HEADER_OVERFLOW'
      ? new Refusal(431, 'HEADERS_TOO_LARGE', 'The headers are too large.')
      : code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? new Refusal(408, 'REQUEST_TIMEOUT', 'The request took too long to arrive.')
        : invalidRequest('The request is not valid HTTP.');
  const body = JSON.stringify(refusal.body());
  return (
    `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status]}\r\nContent-Type: application/json; charset=utf-8\r\n` +
    `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`
  );
}
