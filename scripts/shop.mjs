/**
 * Serves the plain HTML example, the demo shop, and the SDK that it loads.
 */
import { join } from 'node:path';
import { dist, root } from './paths.mjs';
import { fileFor, serve } from './static.mjs';

// What the example page says; another address is put in its place where this port is taken.
const expected = 'http://127.0.0.1:8787';

const folders = [join(root, 'examples', 'plain-html'), dist];

/** @param {string} collector its address @param {number} port or the next that is free */
export const serveShop = (collector, port = 8080) =>
  serve((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const file = fileFor(folders, pathname);
    if (!file) {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('There is no such page.\n');
      return;
    }
    const body = file.type.startsWith('text/html')
      ? file.body.toString().replaceAll(expected, collector)
      : file.body;
    // Fresh after every build, and yet welcome in the back/forward cache, as `no-store` is not.
    response.writeHead(200, { 'content-type': file.type, 'cache-control': 'no-cache' }).end(body);
  }, port);
