/**
 * `npm start`: everything from nothing. Tools, build, a collector with a database of its own, and
 * the plain HTML example, which sends to it.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import './build.mjs';
import { build, dist, root } from './paths.mjs';
import { fileFor, firstFree, serve } from './static.mjs';

// What the example page says; another address is put in its place where this port is taken.
const expected = 'http://127.0.0.1:8787';

// Only now, as the collector needs packages that building may just have installed.
const { createCollector } = await import('../examples/collector/server.mjs');
const folder = join(build, 'demo');
mkdirSync(folder, { recursive: true });
const db = join(folder, 'events.sqlite');
const collector = await firstFree(8787, async (port) => {
  const candidate = createCollector({ db });
  try {
    await candidate.listen(port);
    return candidate;
  } catch (error) {
    await candidate.close();
    throw error;
  }
});

const folders = [join(root, 'examples', 'plain-html'), dist];
const site = await serve((request, response) => {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost');
  const file = fileFor(folders, pathname);
  if (!file) {
    response.writeHead(404, { 'content-type': 'text/plain' }).end('There is no such page.\n');
    return;
  }
  const body = file.type.startsWith('text/html')
    ? file.body.toString().replaceAll(expected, collector.address ?? expected)
    : file.body;
  // Fresh after every build, and yet welcome in the back/forward cache, as `no-store` is not.
  response.writeHead(200, { 'content-type': file.type, 'cache-control': 'no-cache' }).end(body);
}, 8080);

console.log(`
  Page       ${site.address}
  Collector  ${collector.address}

Open the page, click about and submit its form; watch the events arrive at the collector's address.
They are kept in ${db}. Ctrl+C stops both.
`);

let stopping = false;
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, async () => {
    if (stopping) process.exit(130); // asked twice: do not wait for requests under way
    stopping = true;
    await Promise.all([site.close(), collector.close()]);
  });
}
