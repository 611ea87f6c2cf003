/** One server for all: it answers what each SDK asks for, and counts what arrives. */
import { createServer } from 'node:http';
import { listen, serve } from '../../scripts/static.mjs';
import { answers } from './sdks.mjs';

/**
 * @typedef {object} Faults what goes wrong; nothing by default
 * @property {() => boolean} [isDown] connections end without an answer
 * @property {(events: import('./sdks.mjs').Event[], path: string) => { status: number, headers?: Record<string, string> } | undefined} [answer]
 *   what a request is answered instead; with an error its events do not count
 * @property {(url: URL, body: Buffer) => void} [seen] is called with each request, answered or not
 *
 * @param {import('./sdks.mjs').Sdk['read']} read
 * @param {string} eventName whose events count; each carries a number of its own in `items`
 * @param {Faults} [faults] @param {typeof answers} [known] the answers that an SDK depends on
 */
export async function openCollector(read, eventName, faults = {}, known = answers) {
  const counts = {
    requests: 0,
    preflights: 0,
    bytes: 0,
    /** By number, with its id. @type {Map<unknown, string | undefined>} */
    arrived: new Map(),
    copies: 0,
    /** Copies that a server cannot know by their id. */
    doubles: 0,
    last: 0,
    open: 0,
    /** @type {string[]} what the server could not read */
    unread: [],
  };
  const server = await serve((request, response) => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    const headers = {
      'access-control-allow-origin': request.headers.origin ?? '*',
      'access-control-allow-credentials': 'true',
      'cross-origin-resource-policy': 'cross-origin',
    };
    if (faults.isDown?.()) return void request.socket.destroy();
    if (request.method === 'OPTIONS') {
      counts.preflights += 1;
      response.writeHead(204, {
        ...headers,
        'access-control-allow-headers': request.headers['access-control-request-headers'] ?? '',
        'access-control-allow-methods': 'GET, POST, PUT',
        'access-control-max-age': '7200',
      });
      response.end();
      return;
    }
    counts.open += 1;
    response.on('close', () => {
      counts.open -= 1;
    });
    /** @type {Buffer[]} */
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      counts.requests += 1;
      counts.bytes += body.length + url.search.length;
      const type = request.headers['content-type'] ?? '';
      const events = body.length > 0 ? eventsOf(url, type, body) : [];
      faults.seen?.(url, body);
      const { status, headers: more } = faults.answer?.(events, url.pathname) ?? { status: 200 };
      if (status < 300) note(events);
      if (url.pathname.endsWith('.js')) {
        // Parts that an SDK would load from its own server: none.
        response.writeHead(200, { ...headers, 'content-type': 'text/javascript' }).end();
        return;
      }
      const [, content] = known.find(([path]) => path.test(url.pathname)) ?? [];
      response.writeHead(status, { ...headers, 'content-type': 'application/json', ...more });
      const failed = { success: false, code: status, error: 'The server is not available.' };
      response.end(
        JSON.stringify(status < 300 ? (content ?? { success: true, status: 'ok' }) : failed),
      );
    });
  });

  /** @param {URL} url @param {string} type @param {Buffer} body */
  function eventsOf(url, type, body) {
    try {
      const events = read({ path: url.pathname, query: url.searchParams, type, body });
      return events.filter(({ name }) => name === eventName);
    } catch {
      counts.unread.push(`${url.pathname} ${body.subarray(0, 60).toString('latin1')}`);
      return [];
    }
  }

  /** @param {import('./sdks.mjs').Event[]} events */
  function note(events) {
    for (const { properties, id } of events) {
      if (counts.arrived.has(properties.items)) {
        counts.copies += 1;
        const first = counts.arrived.get(properties.items);
        if (id === undefined || id !== first) counts.doubles += 1;
      } else counts.arrived.set(properties.items, id);
      counts.last = performance.now();
    }
  }

  return { ...server, counts };
}

/**
 * Stands between the browser and everything that is not on this machine, as its proxy: refuses, and
 * remembers who was asked for.
 */
export async function openWall() {
  /** @type {Set<string>} */
  const refused = new Set();
  const server = createServer((request, response) => {
    refused.add(request.headers.host ?? '');
    response.writeHead(403).end();
  });
  server.on('connect', (request, socket) => {
    refused.add(request.url ?? '');
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
  });
  const port = await listen(server, 0);
  return {
    address: `127.0.0.1:${port}`,
    refused,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
