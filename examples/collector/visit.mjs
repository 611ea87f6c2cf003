// @ts-check
/**
 * What is known about one request. It fills up on the way: who calls is known after its key, or for
 * a page after its body, has been read.
 *
 * @typedef {object} Visit
 * @property {string} request_id
 * @property {string} received_at
 * @property {string} method
 * @property {string} path
 * @property {string | null} origin
 * @property {string} ip
 * @property {string | null} ua
 * @property {string} app_id empty until known
 * @property {boolean} is_page whether it came from a page, by its origin, and not from a server, by its key
 * @property {import('./limits.mjs').Quota | null} quota null until counted
 * @property {string | null} reason why it was refused: the answer's code and message
 * @property {boolean} logged whether the requests table has it
 */
import { newId } from './ids.mjs';

/**
 * @param {import('fastify').FastifyRequest} request
 * @param {number} time wall time in milliseconds
 * @returns {Visit}
 */
export function createVisit(request, time) {
  const { headers, method, url, ip } = request;
  return {
    request_id: newId('req'),
    received_at: new Date(time).toISOString(),
    method,
    path: decoded(url.split('?', 1)[0] ?? url),
    origin: headers.origin ?? null,
    ip,
    ua: headers['user-agent'] ?? null,
    app_id: '',
    is_page: false,
    quota: null,
    reason: null,
    logged: false,
  };
}

/** `/v1/%65vents` is `/v1/events`, also in the log. @param {string} path */
function decoded(path) {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
