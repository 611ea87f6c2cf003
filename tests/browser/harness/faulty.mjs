/**
 * A collector with a bad day: a proxy in front of one that works, which can be made to answer
 * something else, to be slow, to hang up, or to be gone, and which remembers what it was sent.
 *
 * @typedef {object} Fault
 * @property {number} [times] how often; once where it is not said
 * @property {string} [method] which requests: POST unless said, '*' for all
 * @property {string} [path] only those to this path
 * @property {number} [delay] ms before anything else
 * @property {number} [hold] ms between the collector's answer and passing it on
 * @property {'before' | 'after'} [drop] hangs up before or after the collector had the request
 * @property {number} [status] answers this itself, without asking the collector
 * @property {Record<string, string>} [headers]
 * @property {unknown} [body] JSON, or a string as it is
 * @property {boolean} [cut] hangs up in the middle of the body
 * @property {boolean} [cors] false leaves out what lets the page read the answer
 *
 * @typedef {{
 *   time: number, method: string, path: string, origin: string | undefined, body: string,
 *   json: any, events: any[], outcome: number | 'dropped' | 'pending',
 * }} Logged
 */
import { createServer, request as send } from 'node:http';
import { listen } from '../../../scripts/static.mjs';

// What the real one lets pages read, so that a fault looks to them as its answer would.
const readable = 'X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, Retry-After';
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** @param {string} target address of the collector that works */
export async function createFaulty(target) {
  /** @type {Logged[]} */
  const requests = [];
  /** @type {(Fault & { left: number })[]} */
  const faults = [];

  const server = createServer(async (request, response) => {
    const body = await text(request);
    if (body === undefined) return; // the browser hung up first
    const entry = log(request, body);
    requests.push(entry);
    try {
      await handle(request, response, entry, take(entry) ?? {});
    } catch {
      // The collector is gone, or one of the two connections broke.
      hangUp(response, entry);
    }
  });
  const port = await listen(server, 0);

  /** @param {Fault} fault */
  async function handle(request, response, entry, fault) {
    if (fault.delay) await pause(fault.delay);
    if (fault.drop === 'before') return hangUp(response, entry);
    const answer =
      fault.status === undefined ? await forward(request, entry.body) : made(fault, entry.origin);
    if (fault.hold) await pause(fault.hold);
    if (fault.drop === 'after') return hangUp(response, entry);
    if (fault.cors === false) {
      for (const name of Object.keys(answer.headers)) {
        if (name.startsWith('access-control-')) delete answer.headers[name];
      }
    }
    entry.outcome = answer.status;
    const length = answer.status === 204 ? {} : { 'content-length': String(answer.body.length) };
    response.writeHead(answer.status, { ...answer.headers, ...length });
    if (!fault.cut) return response.end(answer.body);
    response.write(answer.body.subarray(0, Math.floor(answer.body.length / 2)), () =>
      response.destroy(),
    );
  }

  function take({ method, path }) {
    const fault = faults.find(
      (one) =>
        one.left > 0 &&
        (one.method === '*' || (one.method ?? 'POST') === method) &&
        (one.path === undefined || one.path === path),
    );
    if (fault) fault.left -= 1;
    return fault;
  }

  /** @returns {Promise<{ status: number, headers: Record<string, any>, body: Buffer }>} */
  function forward(request, body) {
    return new Promise((resolve, reject) => {
      const { host, connection, ...headers } = request.headers;
      const onward = send(target + request.url, { method: request.method, headers, agent: false });
      onward.once('error', reject);
      onward.once('response', async (answer) => {
        const chunks = [];
        for await (const chunk of answer) chunks.push(chunk);
        const { connection: _, 'transfer-encoding': __, ...received } = answer.headers;
        resolve({
          status: answer.statusCode ?? 502,
          headers: received,
          body: Buffer.concat(chunks),
        });
      });
      onward.end(body);
    });
  }

  return {
    address: `http://127.0.0.1:${port}`,
    requests,
    /** Every event in the requests with a body so far, those of a failed request included. */
    get events() {
      return requests.flatMap(({ events }) => events);
    },
    /** What is to go wrong next, after what was asked for before. @param {Fault} fault */
    next(fault) {
      faults.push({ ...fault, left: fault.times ?? 1 });
    },
    /** Forgets the faults that have not happened yet. */
    recover() {
      faults.length = 0;
    },
    /** Is gone: connections are refused, those that are open break. */
    refuse() {
      return /** @type {Promise<void>} */ (
        new Promise((resolve) => {
          server.close(() => resolve());
          server.closeAllConnections();
        })
      );
    },
    /** Is there again, at the same address. */
    comeBack: () => listen(server, port),
    async close() {
      if (server.listening) await this.refuse();
    },
  };
}

function hangUp(response, entry) {
  entry.outcome = 'dropped';
  response.destroy();
}

/** @param {Fault} fault @param {string | undefined} origin */
function made({ status = 200, headers = {}, body = '' }, origin) {
  const cors = {
    'access-control-allow-origin': origin ?? '*',
    'access-control-allow-methods': 'POST',
    'access-control-allow-headers': 'content-type',
    'access-control-expose-headers': readable,
    vary: 'Origin',
  };
  const plain = typeof body === 'string';
  return {
    status,
    headers: {
      ...cors,
      'content-type': plain ? 'text/plain' : 'application/json',
      ...Object.fromEntries(Object.entries(headers).map(([name, v]) => [name.toLowerCase(), v])),
    },
    body: Buffer.from(plain ? body : JSON.stringify(body)),
  };
}

/** @returns {Logged} */
function log(request, body) {
  const path = new URL(request.url, 'http://proxy').pathname;
  const json = parsed(body);
  const single = path.endsWith('/events') && json ? [json] : [];
  return {
    time: Date.now(),
    method: request.method,
    path,
    origin: request.headers.origin,
    body,
    json,
    events: Array.isArray(json?.events) ? json.events : single,
    outcome: 'pending',
  };
}

function parsed(body) {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

async function text(request) {
  const chunks = [];
  try {
    for await (const chunk of request) chunks.push(chunk);
  } catch {
    return undefined;
  }
  return Buffer.concat(chunks).toString();
}
