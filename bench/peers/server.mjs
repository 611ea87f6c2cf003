/** One server for all: it answers what each SDK asks for, and counts what arrives. */
import { createServer } from 'node:http';
import { listen, serve } from '../../scripts/static.mjs';
import { answers } from './sdks.mjs';

/**
 * @param {import('./sdks.mjs').Sdk['read']} read
 * @param {string} eventName whose events count; each carries a number of its own in `items`
 */
export async function openCollector(read, eventName) {
  const counts = {
    requests: 0,
    preflights: 0,
    bytes: 0,
    /** @type {Set<unknown>} */
    arrived: new Set(),
    copies: 0,
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
      if (body.length > 0) note(url, request.headers['content-type'] ?? '', body);
      const known = answers.find(([path]) => path.test(url.pathname));
      response.writeHead(200, { ...headers, 'content-type': 'application/json' });
      response.end(JSON.stringify(known ? known[1] : { success: true, status: 'ok' }));
    });
  });

  /** @param {URL} url @param {string} type @param {Buffer} body */
  function note(url, type, body) {
    /** @type {import('./sdks.mjs').Event[]} */
    let events = [];
    try {
      events = read({ path: url.pathname, query: url.searchParams, type, body });
    } catch {
      counts.unread.push(`${url.pathname} ${body.subarray(0, 60).toString('latin1')}`);
    }
    for (const { name, properties } of events) {
      if (name !== eventName) continue;
      if (counts.arrived.has(properties.items)) counts.copies += 1;
      counts.arrived.add(properties.items);
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
