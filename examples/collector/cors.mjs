// @ts-check
/**
 * Lets browsers call from other origins. A page may read an answer, an error too, only where the
 * answer itself carries these headers. No credentials are involved, so none are allowed.
 *
 * @typedef {import('fastify').FastifyReply} FastifyReply
 * @typedef {ReturnType<typeof import('./access.mjs').createAccess>} Access
 */
import { originNotAuthorized } from './answers.mjs';

const readable = 'X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, Retry-After';

// The longest a browser keeps it: Chromium's own ceiling.
const preflightSeconds = 7200;

/**
 * @param {Access} access
 * @param {string | null} origin
 * @param {FastifyReply} reply
 */
export function allowReading(access, origin, reply) {
  reply.header('Vary', 'Origin');
  if (origin === null || !access.isKnownOrigin(origin)) return;
  reply.header('Access-Control-Allow-Origin', origin);
  reply.header('Access-Control-Expose-Headers', readable);
}

/**
 * A preflight has no body and so does not say which app the call will be for. It passes where the
 * origin may speak for any app; the call itself is then held to its own.
 *
 * @param {Access} access
 * @param {string | null} origin
 * @param {FastifyReply} reply
 */
export function answerPreflight(access, origin, reply) {
  if (origin !== null && !access.isKnownOrigin(origin)) {
    throw originNotAuthorized(`${origin} is not among the authorized domains of any app.`, origin);
  }
  return reply
    .code(204)
    .headers({
      Allow: 'POST, OPTIONS',
      'Access-Control-Allow-Methods': 'POST',
      'Access-Control-Allow-Headers': 'content-type',
      'Access-Control-Max-Age': String(preflightSeconds),
    })
    .send();
}
