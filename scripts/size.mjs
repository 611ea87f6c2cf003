/**
 * `npm run size [-- --files]`: what each shipped file weighs, and whether that is within its budget: the bytes after
 * brotli that `sizeBudgets` in package.json allows it. A file without a budget fails too.
 *
 * With `--files` also what each source file weighs: those of the core compiled alone, so that code that several share
 * counts in each, and those of the glue as they are in appizer-web.js.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { build as buildFolder, dist, root } from './paths.mjs';

/** @param {Uint8Array} bytes */
const weigh = (bytes) => [
  bytes.length,
  gzipSync(bytes, { level: 9 }).length,
  brotliCompressSync(bytes).length,
];
const columns = (/** @type {(number | string)[]} */ values) =>
  values.map((value) => String(value).padStart(6)).join(' ');

const budgets = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).sizeBudgets ?? {};
const built = existsSync(dist)
  ? readdirSync(dist, { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(js|cjs|mjs|wasm)$/.test(name))
      .map((name) => join('dist', name))
  : [];

let failures = 0;
console.log('   raw   gzip brotli budget  file');
for (const file of [...new Set([...Object.keys(budgets), ...built])].sort()) {
  const path = join(root, file);
  const sizes = existsSync(path) ? weigh(readFileSync(path)) : undefined;
  const budget = budgets[file];
  const brotli = sizes?.[2] ?? 0;
  const verdict = !sizes
    ? 'is not built'
    : budget === undefined
      ? 'has no budget'
      : brotli > budget
        ? `is ${brotli - budget} bytes over`
        : '';
  if (verdict) failures += 1;
  console.log(`${columns([...(sizes ?? [0, 0, 0]), budget ?? '-'])}  ${file} ${verdict}`.trimEnd());
}
console.log(failures === 0 ? 'All within budget.' : `${failures} not within budget.`);
process.exitCode = failures === 0 ? 0 : 1;

if (parseArgs({ options: { files: { type: 'boolean' } } }).values.files) {
  console.log('\n   raw   gzip brotli  source');
  const rows = [...coreFiles(), ...(await glueFiles())].sort(([, , , a], [, , , b]) => b - a);
  for (const [name, ...sizes] of rows) console.log(`${columns(sizes)}  ${name}`);
}

/** Code and data of each source file of the core, compiled alone. @returns {[string, ...number[]][]} */
function coreFiles() {
  const wasm = join(buildFolder, 'wasm');
  const tree = readdirSync(wasm).find((name) => name.startsWith('cmake-'));
  const commands = JSON.parse(
    readFileSync(join(wasm, tree ?? '', 'compile_commands.json'), 'utf8'),
  );
  const folder = mkdtempSync(join(tmpdir(), 'appizer-size-'));
  try {
    // Not the header that is parsed once for all of them.
    const sources = commands.filter(
      (/** @type {{ file: string }} */ one) => !one.file.includes('cmake_pch'),
    );
    return sources.map(
      (/** @type {{ command: string, file: string, directory: string }} */ one) => {
        const object = join(folder, `${basename(one.file)}.o`);
        const command = one.command.replace(' -flto', '').replace(/ -o \S+/, ` -o ${object}`);
        execFileSync('sh', ['-c', command], { cwd: one.directory, stdio: 'inherit' });
        const sizes = weigh(codeAndData(readFileSync(object)));
        return [one.file.slice(root.length).replace(/^\//, ''), ...sizes];
      },
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Of an object file what ends up in a module: not its symbols, relocations and names. @param {Buffer} object */
function codeAndData(object) {
  const parts = [];
  for (let at = 8; at < object.length; ) {
    const section = object[at++];
    let size = 0;
    for (let shift = 0, byte = 0x80; byte & 0x80; shift += 7) {
      byte = /** @type {number} */ (object[at++]);
      size |= (byte & 0x7f) << shift;
    }
    if (section === 10 || section === 11) parts.push(object.subarray(at, at + size));
    at += size;
  }
  return Buffer.concat(parts);
}

/** Each source file of the glue as it is in the script. @returns {Promise<[string, ...number[]][]>} */
async function glueFiles() {
  const { build } = await import('esbuild');
  const folder = join(root, 'js-glue');
  /** @type {[string, ...number[]][]} */
  const rows = [];
  const { metafile } = await build({
    entryPoints: [join(folder, 'entries', 'script.ts')],
    bundle: true,
    minify: true,
    format: 'iife',
    target: 'es2020',
    write: false,
    metafile: true,
    external: ['appizer:*'],
    absWorkingDir: root,
  });
  for (const path of Object.keys(metafile.inputs)) {
    const { outputFiles } = await build({
      entryPoints: [join(root, path)],
      minify: true,
      target: 'es2020',
      write: false,
    });
    const [file] = outputFiles;
    if (file) rows.push([path, ...weigh(file.contents)]);
  }
  return rows;
}
