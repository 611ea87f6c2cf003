// @ts-check
/**
 * The collector put together: a small stand-in for Appizer's API that keeps its documented
 * contract, for developing and testing against.
 *
 * @typedef {import('fastify').FastifyReply} FastifyReply
 * @typedef {import('fastify').FastifyRequest} FastifyRequest
 * @typedef {import('./visit.mjs').Visit} Visit
 * @typedef {import('./store.mjs').Store} Store
 * @typedef {Pick<ReturnType<typeof openStore>, 'count' | 'newest'>} Reads
 */
import fastify from 'fastify';
import { closing, malformedAnswer, maxBody, Refusal, refusalOf } from './answers.mjs';
import { calls } from './calls.mjs';
import { openCluster } from './cluster/store.mjs';
import { checkConfig, readConfig } from './config.mjs';
import { allowReading, answerPreflight } from './cors.mjs';
import { addInspection } from './inspect.mjs';
import { createIntake } from './intake.mjs';
import { showQuota } from './limits.mjs';
import { createLive } from './live.mjs';
import { createShutdown } from './shutdown.mjs';
import { openStore } from './sqlite_store.mjs';
import { createVisit } from './visit.mjs';

// Never the network: there is no TLS here, and looking at the events takes no password.
const host = '127.0.0.1';

/**
 * @param {object} [options]
 * @param {string} [options.db] path of the SQLite file; made where there is none
 * @param {unknown} [options.config] as in collector.json, parsed
 * @param {() => number} [options.now] wall time in milliseconds
 * @param {(error: unknown) => void} [options.report] receives every error behind a 500
 * @param {number} [options.longestLockMs] how long a call waits for another process's lock on the database
 * @param {number} [options.mostRefused] refused requests that are kept
 * @param {number} [options.maxBytes] the database grows no larger: calls are then answered 503
 */
export function createCollector(options = {}) {
  const { db = 'events.sqlite', now = Date.now, report = console.error } = options;
  const config = checkConfig(options.config ?? readConfig());
  const { longestLockMs, mostRefused, maxBytes } = options;
  /** @type {Store} */
  const store =
    config.store.kind === 'cluster'
      ? openCluster(config.store)
      : openStore(db, { longestLockMs, mostRefused, maxBytes });
  const live = createLive(store, config.apps);
  const intake = createIntake({ config, now, store });

  /** @type {WeakMap<FastifyRequest, Visit>} */
  const visits = new WeakMap();
  /** Which methods a path has. @type {Map<string, string[]>} */
  const methods = new Map();
  /** @type {Promise<void> | undefined} */
  let closed;

  const app = fastify({
    bodyLimit: maxBody,
    exposeHeadRoutes: false,
    // Names in a body become data and nothing else, so `__proto__` is a property name like any.
    onProtoPoisoning: 'ignore',
    onConstructorPoisoning: 'ignore',
    requestTimeout: 30_000,
    // Ours has the documented body.
    return503OnClosing: false,
    clientErrorHandler(error, socket) {
      if (socket.writable) socket.end(malformedAnswer(error));
      else socket.destroy();
    },
    frameworkErrors: (error, request, reply) =>
      answerError(error, request, /** @type {FastifyReply} */ (reply)),
  });
  // Only JSON is documented.
  app.removeContentTypeParser('text/plain');

  app.addHook('onRoute', ({ url, method }) => {
    methods.set(url, [...(methods.get(url) ?? []), String(method)]);
  });
  app.addHook('onRequest', async (request, reply) => {
    const visit = visitOf(request);
    if (isOfApi(visit)) allowReading(intake.access, visit.origin, reply);
    if (closed) throw closing();
    if (request.is404) throw noSuchRoute(visit);
  });
  app.addHook('onSend', async (request, reply) => {
    const visit = visitOf(request);
    const call = calls.find(({ path }) => path === visit.path);
    if (call && visit.method !== 'OPTIONS') {
      showQuota(reply, visit.quota ?? intake.countStranger(call));
    }
    // Looking at the collector is no part of what happened to it.
    if (!visit.logged && (isOfApi(visit) || request.is404)) {
      store.addRefused(visit, reply.statusCode);
    }
  });
  app.setErrorHandler(answerError);

  for (const call of calls) {
    app.post(call.path, {
      onRequest: async (request) => intake.admit(call, visitOf(request), request.headers),
      handler: async (request) => intake.handle(call, visitOf(request), request.body ?? null),
    });
    app.options(call.path, async (request, reply) =>
      answerPreflight(intake.access, visitOf(request).origin, reply),
    );
  }
  addInspection(app, store, live, now);
  const shutdown = createShutdown(app.server);

  return {
    /** The Fastify instance, for `inject` and for the hooks of a test. */
    app,

    /** The tables, for reading them back. From a cluster these are promises. @type {Reads} */
    store: /** @type {any} */ (store),

    isCluster: config.store.kind === 'cluster',

    /** Resolves when everything acknowledged so far can be read. */
    settled: () => store.settled?.() ?? Promise.resolve(),

    /** What keeps the store from working yet, in sentences; throws where the config is at fault. */
    begin: () => store.begin?.() ?? Promise.resolve(/** @type {string[]} */ ([])),

    /** Where it listens, once it does. */
    get address() {
      const address = app.server.address();
      return address && typeof address === 'object' ? `http://${host}:${address.port}` : null;
    },

    /** @param {number} [port] any free one where none is given */
    listen: (port = 0) => app.listen({ host, port }),

    /** Answers what is under way, refuses what is new, and lets go of the file. */
    close() {
      closed ??= shut();
      return closed;
    },
  };

  async function shut() {
    live.close();
    const hungUp = shutdown.hangUp();
    await app.close();
    hungUp();
    await store.close();
  }

  /** @param {unknown} error @param {FastifyRequest} request @param {FastifyReply} reply */
  function answerError(error, request, reply) {
    const refusal = intake.judgeStranger(visitOf(request), refusalOf(error));
    if (refusal.status === 500) report(error);
    visitOf(request).reason = `${refusal.code}: ${refusal.message}`;
    reply.code(refusal.status).headers(refusal.headers).send(refusal.body());
  }

  /** @param {FastifyRequest} request */
  function visitOf(request) {
    let visit = visits.get(request);
    if (!visit) {
      visit = createVisit(request, now());
      visits.set(request, visit);
    }
    return visit;
  }

  /** @param {Visit} visit */
  function noSuchRoute({ method, path }) {
    const allowed = methods.get(path);
    if (!allowed) return new Refusal(404, 'NOT_FOUND', `There is nothing at ${path}.`, { path });
    const details = { method, allowed };
    const headers = { Allow: allowed.join(', ') };
    return new Refusal(405, 'METHOD_NOT_ALLOWED', `${path} has no ${method}.`, details, headers);
  }
}

/** @param {Visit} visit */
const isOfApi = ({ path }) => path.startsWith('/v1/');
