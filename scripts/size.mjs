/**
 * `npm run size`: what each file weighs, and whether that is within its budget: the bytes after
 * brotli that `sizeBudgets` in package.json allows it. A file without a budget fails too.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { dist, root } from './paths.mjs';

const budgets = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).sizeBudgets ?? {};
const built = existsSync(dist)
  ? readdirSync(dist, { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(js|cjs|mjs|wasm)$/.test(name))
      .map((name) => join('dist', name))
  : [];

let failures = 0;
console.log('    raw   gzip brotli budget  file');
for (const file of [...new Set([...Object.keys(budgets), ...built])].sort()) {
  const path = join(root, file);
  const bytes = existsSync(path) ? readFileSync(path) : undefined;
  const brotli = bytes ? brotliCompressSync(bytes).length : 0;
  const sizes = bytes ? [bytes.length, gzipSync(bytes, { level: 9 }).length, brotli] : [0, 0, 0];
  const budget = budgets[file];
  const verdict = !bytes
    ? 'is not built'
    : budget === undefined
      ? 'has no budget'
      : brotli > budget
        ? `is ${brotli - budget} bytes over`
        : '';
  if (verdict) failures += 1;
  const columns = [...sizes, budget ?? '-'].map((value) => String(value).padStart(6));
  console.log(`${columns.join(' ')}  ${file} ${verdict}`.trimEnd());
}
console.log(failures === 0 ? 'All within budget.' : `${failures} not within budget.`);
process.exitCode = failures === 0 ? 0 : 1;
