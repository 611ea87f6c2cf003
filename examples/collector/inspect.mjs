// @ts-check
/**
 * Looking inside: the live page, and the tables as JSON for tests and the curious. There is no key
 * for these; the collector listens on the loopback interface only, and answers them only where the
 * Host header names it too, so that a foreign domain that resolves to 127.0.0.1 reads nothing, and only its own pages:
 * any site that a browser on this machine opens could otherwise ask for them, and keep the collector busy.
 *
 * @typedef {import('./store.mjs').Store} Store
 * @typedef {import('./store.mjs').Table} Table
 */
import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { invalidRequest, Refusal, storeUnavailable } from './answers.mjs';
import { maxJson, outline } from './live.mjs';
import { tables } from './store.mjs';

const files = [
  { path: '/', file: 'live.html', type: 'text/html; charset=utf-8' },
  { path: '/page/live.css', file: 'live.css', type: 'text/css; charset=utf-8' },
  { path: '/page/live.mjs', file: 'live.mjs', type: 'text/javascript; charset=utf-8' },
  { path: '/page/rows.mjs', file: 'rows.mjs', type: 'text/javascript; charset=utf-8' },
  { path: '/page/views.mjs', file: 'views.mjs', type: 'text/javascript; charset=utf-8' },
  { path: '/page/chart.mjs', file: 'chart.mjs', type: 'text/javascript; charset=utf-8' },
  { path: '/page/sequence.mjs', file: 'sequence.mjs', type: 'text/javascript; charset=utf-8' },
];

// The page shows what strangers send, so nothing but its own files may act in it.
const pagePolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const loopback = /^(?:localhost|[a-z0-9-]+\.localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i;

/** What the views show. */
const dayMs = 24 * 3_600_000;
const topRows = 10;
const listRows = 50;
const visitorRows = 500;

const defaultLimit = 1000;
const maxLimit = 10_000;

/** Characters of JSON columns in one listing. */
const maxListing = 16 * 1024 * 1024;

/**
 * @param {import('fastify').FastifyInstance} app
 * @param {Store} store
 * @param {{ open: (reply: import('fastify').FastifyReply) => Promise<void> }} live
 * @param {() => number} now
 */
export function addInspection(app, store, live, now) {
  /** @param {import('fastify').FastifyRequest} request */
  async function fromHere(request) {
    if (!loopback.test(request.headers.host ?? '')) {
      throw new Refusal(403, 'LOOPBACK_ONLY', 'Ask for this as 127.0.0.1 or localhost.');
    }
    if (isForeign(request)) {
      throw new Refusal(403, 'OWN_PAGES_ONLY', 'Pages of other sites may only call the API.');
    }
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
    await live.open(reply);
    return reply;
  });

  app.get('/views/overview', options, async (_request, reply) => {
    const time = now();
    const since = time - dayMs;
    const { minutes, top, gaps, refused, setAside } = store.views;
    const [perMinute, events, pages, refusedBy, missing, turnedAway, aside] = await Promise.all([
      minutes(since),
      top('event', since, topRows),
      top('page', since, topRows),
      top('refused', since, topRows),
      gaps(since, time, listRows),
      refused(since, listRows),
      setAside(listRows),
    ]);
    reply.header('Cache-Control', 'no-store');
    return {
      now: time,
      ...{ minutes: perMinute, events, pages, gaps: missing, refused: turnedAway, aside },
      refused_by: refusedBy,
    };
  });

  app.get('/views/visitor', options, async (request, reply) => {
    const query = new URLSearchParams(request.url.split('?')[1]);
    const appId = requiredParameter(query, 'app_id');
    const userId = requiredParameter(query, 'user_id');
    const { ids, events } = await store.views.visitor(appId, userId, visitorRows, maxJson);
    reply.header('Cache-Control', 'no-store');
    return { ids, events: events.map((event) => outline(event, tables.events)) };
  });

  app.get('/healthz', options, async () => ({ ok: true }));

  app.get('/readyz', options, async () => {
    try {
      await store.probe();
    } catch {
      throw storeUnavailable();
    }
    return { ok: true };
  });

  app.get('/debug/events/:id', options, async (request, reply) => {
    const { id } = /** @type {{ id: string }} */ (request.params);
    const event = await store.event(id);
    if (!event) throw new Refusal(404, 'NOT_FOUND', `There is no event "${id}".`, { event_id: id });
    reply.header('Cache-Control', 'no-store');
    return event;
  });

  for (const table of /** @type {Table[]} */ (Object.keys(tables))) {
    app.get(`/debug/${table}`, options, async (request, reply) => {
      const query = new URLSearchParams(request.url.split('?')[1]);
      const appId = query.get('app_id');
      const limit = readLimit(query.get('limit'));
      const listing = await store.newestWithin(table, appId, limit, maxListing);
      return reply
        .headers({ 'Cache-Control': 'no-store', 'Content-Type': 'application/json; charset=utf-8' })
        .send(Readable.from(listed(table, await store.count(table, appId), listing)));
    });
  }
}

/** @param {import('fastify').FastifyRequest} request */
function isForeign({ headers, url }) {
  const { origin, host } = headers;
  if (origin !== undefined && origin !== `http://${host}`) return true;
  const site = headers['sec-fetch-site'];
  // Nothing of today's browsers: a shell, a test, a browser before 2020.
  if (site === undefined || site === 'same-origin' || site === 'none') return false;
  // A link to the live page. It cannot be framed (`frame-ancestors`).
  return !(
    url.split('?', 1)[0] === '/' &&
    headers['sec-fetch-mode'] === 'navigate' &&
    headers['sec-fetch-dest'] === 'document'
  );
}

/**
 * The JSON of a listing, row by row: the columns are JSON already, and are not parsed to be written again.
 *
 * @param {Table} table
 * @param {number} total
 * @param {{ rows: Record<string, unknown>[], truncated: boolean }} listing
 */
function* listed(table, total, { rows, truncated }) {
  yield `{"total":${total},${truncated ? '"truncated":true,' : ''}"${table}":[`;
  for (const [i, row] of rows.entries()) {
    const members = Object.entries(row).map(([name, value]) => {
      const isJson = tables[table].includes(name) && typeof value === 'string';
      return `${JSON.stringify(name)}:${isJson ? value : JSON.stringify(value)}`;
    });
    yield `${i > 0 ? ',' : ''}{${members.join(',')}}`;
  }
  yield ']}';
}

/** @param {URLSearchParams} query @param {string} name */
function requiredParameter(query, name) {
  const value = query.get(name);
  if (value) return value;
  throw invalidRequest(`${name} is required.`, { field: name, issue: 'is required' });
}

/** @param {string | null} text */
function readLimit(text) {
  if (text === null) return defaultLimit;
  if (/^\d{1,9}$/.test(text) && Number(text) <= maxLimit) return Number(text);
  throw invalidRequest(`limit must be a whole number of at most ${maxLimit}.`, { field: 'limit' });
}
