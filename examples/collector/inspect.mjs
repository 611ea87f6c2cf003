// @ts-check
/**
 * Looking inside: the live page, and the tables as JSON for tests and the curious. There is no key
 * for these; the collector listens on the loopback interface only, and answers them only where the
 * Host header names it too, so that a foreign domain that resolves to 127.0.0.1 reads nothing.
 *
 * @typedef {import('./store.mjs').Store} Store
 * @typedef {import('./store.mjs').Table} Table
 */
import { readFileSync } from 'node:fs';
import { invalidRequest, Refusal } from './answers.mjs';
import { tables } from './store.mjs';

const files = [
  { path: '/', file: 'live.html', type: 'text/html; charset=utf-8' },
  { path: '/page/live.css', file: 'live.css', type: 'text/css; charset=utf-8' },
  { path: '/page/live.mjs', file: 'live.mjs', type: 'text/javascript; charset=utf-8' },
  { path: '/page/rows.mjs', file: 'rows.mjs', type: 'text/javascript; charset=utf-8' },
];

// The page shows what strangers send, so nothing but its own files may act in it.
const pagePolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const loopback = /^(?:localhost|[a-z0-9-]+\.localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i;

const defaultLimit = 1000;

/**
 * @param {import('fastify').FastifyInstance} app
 * @param {Store} store
 * @param {{ open: (reply: import('fastify').FastifyReply) => void }} live
 */
export function addInspection(app, store, live) {
  /** @param {import('fastify').FastifyRequest} request */
  async function fromHere(request) {
    if (loopback.test(request.headers.host ?? '')) return;
    throw new Refusal(403, 'LOOPBACK_ONLY', 'Ask for this as 127.0.0.1 or localhost.');
  }
  const options = { onRequest: fromHere };

  for (const { path, file, type } of files) {
    const content = readFileSync(new URL(`page/${file}`, import.meta.url));
    app.get(path, options, async (_request, reply) =>
      reply
        .headers({
          'Content-Type': type,
          'Content-Security-Policy': pagePolicy,
          'X-Content-Type-Options': 'nosniff',
          'Referrer-Policy': 'no-referrer',
          'Cache-Control': 'no-store',
        })
        .send(content),
    );
  }

  app.get('/live', options, async (_request, reply) => {
    live.open(reply);
    return reply;
  });

  app.get('/healthz', options, async () => ({ ok: true }));

  for (const table of /** @type {Table[]} */ (Object.keys(tables))) {
    app.get(`/debug/${table}`, options, async (request, reply) => {
      const query = new URLSearchParams(request.url.split('?')[1]);
      const appId = query.get('app_id');
      const limit = readLimit(query.get('limit'));
      reply.header('Cache-Control', 'no-store');
      return { total: store.count(table, appId), [table]: store.newest(table, appId, limit) };
    });
  }
}

/** @param {string | null} text */
function readLimit(text) {
  if (text === null) return defaultLimit;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw invalidRequest('limit must be a whole number.', { field: 'limit' });
}
