/** Installs the SDKs, and bundles a page's script of each; all of it in `build/peers`. */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { build as bundle } from 'esbuild';
import { build, dist } from '../../scripts/paths.mjs';

const sources = dirname(fileURLToPath(import.meta.url));
const made = join(build, 'peers');
const lock = 'package-lock.json';

/** Installs what the lock file names, unless that is there. */
export function install() {
  const installed = join(made, lock);
  const wanted = readFileSync(join(sources, lock), 'utf8');
  if (existsSync(installed) && readFileSync(installed, 'utf8') === wanted) return;
  rmSync(made, { recursive: true, force: true });
  mkdirSync(made, { recursive: true });
  for (const name of ['package.json', '.npmrc']) cpSync(join(sources, name), join(made, name));
  // Copied under its own name last: it says that all is there.
  cpSync(join(sources, lock), join(made, 'npm-shrinkwrap.json'));
  execFileSync('npm', ['ci', '--no-progress', '--loglevel=error'], {
    cwd: made,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  cpSync(join(sources, lock), installed);
}

/** Whether a page's script knows a visitor who has yet to decide. @param {string} file in `pages/` */
export const hasPending = (file) =>
  readFileSync(join(sources, 'pages', `${file}.js`), 'utf8').includes('startPending');

/** The installed version. @param {string} name */
export const versionOf = (name) =>
  JSON.parse(readFileSync(join(made, 'node_modules', name, 'package.json'), 'utf8')).version;

/**
 * Makes the script of one page, as a site that takes the SDK from npm would: bundled, minified, and what is
 * imported only on demand in files of its own.
 *
 * @param {string} file @param {boolean} batched
 * @param {boolean} [pending] whether the visitor has yet to decide, which `window.grant()` does
 * @returns {Promise<Map<string, Buffer>>} files by path
 */
export async function makePage(file, batched, pending = false) {
  const name = `${file}${batched ? '-batched' : ''}${pending ? '-pending' : ''}`;
  const decided = `import { start, track } from './${file}.js';
start(server, ${batched});
window.track = track;`;
  const undecided = `import { grant, startPending, track } from './${file}.js';
startPending(server);
Object.assign(window, { track, grant });`;
  const outdir = join(made, 'bundles', name);
  rmSync(outdir, { recursive: true, force: true });
  await bundle({
    stdin: {
      contents: pending ? undecided : decided,
      resolveDir: join(sources, 'pages'),
    },
    bundle: true,
    minify: true,
    splitting: true,
    format: 'esm',
    target: 'es2020',
    define: { 'process.env.NODE_ENV': '"production"' },
    nodePaths: [join(made, 'node_modules')],
    entryNames: 'page',
    outdir,
    logLevel: 'error',
  });
  const files = new Map(
    readdirSync(outdir).map((one) => [`/${one}`, readFileSync(join(outdir, one))]),
  );
  if (file === 'appizer') {
    files.set('/appizer-web.js', readFileSync(join(dist, 'appizer-web.js')));
  }
  return files;
}

/** @param {Buffer[]} files */
export const weigh = (files) => ({
  raw: sum(files.map((file) => file.length)),
  gzip: sum(files.map((file) => gzipSync(file, { level: 9 }).length)),
  brotli: sum(files.map((file) => brotliCompressSync(file).length)),
});

/** @param {number[]} values */
const sum = (values) => values.reduce((all, one) => all + one, 0);
