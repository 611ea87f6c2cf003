/**
 * `npm start`: everything from nothing. Tools, build, a collector with a database of its own, and
 * the plain HTML example, which sends to it.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import './build.mjs';
import { build } from './paths.mjs';
import { serveShop } from './shop.mjs';
import { firstFree } from './static.mjs';

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

const site = await serveShop(/** @type {string} */ (collector.address));

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
