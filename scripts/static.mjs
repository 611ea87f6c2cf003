/**
 * Files over HTTP, for looking at the examples and for testing in browsers. On 127.0.0.1 only: who
 * runs this does not mean to publish anything.
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';

const types = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.cjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.wasm': 'application/wasm',
  '.txt': 'text/plain; charset=utf-8',
};

/**
 * The file that a URL's path means: the first of `folders` that has it, a folder's `index.html`
 * included. Undefined if there is none.
 *
 * @param {string[]} folders
 * @param {string} path
 * @returns {{ type: string, body: Buffer } | undefined}
 */
export function fileFor(folders, path) {
  // Normalised as an absolute path, so that no number of ".." leads out of the folder.
  const inside = normalize(join('/', decoded(path)));
  for (const folder of folders) {
    const named = join(folder, inside);
    const file = named.endsWith('/') ? join(named, 'index.html') : named;
    if (!existsSync(file) || !statSync(file).isFile()) continue;
    return { type: types[extname(file)] ?? 'application/octet-stream', body: readFileSync(file) };
  }
  return undefined;
}

function decoded(path) {
  try {
    const text = decodeURIComponent(path);
    return text.includes('\0') ? '/' : text;
  } catch {
    return '/'; // no valid encoding of any name
  }
}

/**
 * Starts a server on the first free port from `port` on; on any free one where that is 0.
 *
 * @param {import('node:http').RequestListener} handler
 * @param {number} [port]
 * @returns {Promise<{ address: string, close: () => Promise<void> }>}
 */
export async function serve(handler, port = 0) {
  const server = createServer(handler);
  const bound = await firstFree(port, (candidate) => listen(server, candidate));
  return {
    address: `http://127.0.0.1:${bound}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections(); // browsers keep idle ones open for minutes
      }),
  };
}

/**
 * Calls `attempt` with one port after the other, until one is not in use.
 *
 * @template T
 * @param {number} port
 * @param {(port: number) => Promise<T>} attempt
 * @returns {Promise<T>}
 */
export async function firstFree(port, attempt) {
  for (let candidate = port; ; candidate += 1) {
    try {
      return await attempt(candidate);
    } catch (error) {
      if (error.code !== 'EADDRINUSE' || candidate >= port + 20) throw error;
    }
  }
}

/**
 * Listens on 127.0.0.1 and returns the port.
 *
 * @param {import('node:http').Server} server
 * @param {number} port
 * @returns {Promise<number>}
 */
export function listen(server, port) {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve(/** @type {import('node:net').AddressInfo} */ (server.address()).port);
    });
  });
}
