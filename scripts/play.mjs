/**
 * `npm run play`: builds the simulated world as a module, and serves the page that shows it, on 127.0.0.1. With
 * `--build` it only writes the page into build/play, which is complete there: any server of files can serve it.
 */
import { copyFileSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build, root } from './paths.mjs';
import { fileFor, serve } from './static.mjs';
import { buildPlay } from './wasm.mjs';

/** The page with its module, in build/play. */
export function buildPage() {
  const folder = join(build, 'play');
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(join(root, 'play'))) {
    if (/\.(html|css|mjs)$/.test(name)) copyFileSync(join(root, 'play', name), join(folder, name));
  }
  copyFileSync(buildPlay(), join(folder, 'play.wasm'));
  return folder;
}

/** @param {string} folder @param {number} [port] */
export const servePage = (folder, port = 0) =>
  serve((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://play');
    const file = fileFor([folder], pathname);
    response.writeHead(file ? 200 : 404, {
      'content-type': file?.type ?? 'text/plain',
      'cache-control': 'no-cache',
    });
    response.end(file?.body ?? `No ${pathname} here.`);
  }, port);

if (process.argv[1]?.endsWith('play.mjs')) {
  const { values } = parseArgs({
    options: { build: { type: 'boolean' }, port: { type: 'string' } },
  });
  const folder = buildPage();
  if (values.build) console.log(folder);
  else {
    const { address } = await servePage(folder, Number(values.port ?? 4780));
    console.log(`The simulated world is at ${address}. Ctrl+C ends it.`);
  }
}
