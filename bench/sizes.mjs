/** What the shipped files weigh. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { dist } from '../scripts/paths.mjs';
import { line, number } from './lab.mjs';

export function measureSizes() {
  const files = readdirSync(dist).filter((name) => /\.(js|mjs|cjs|wasm)$/.test(name));
  for (const name of files) {
    const bytes = readFileSync(join(dist, name));
    const gzip = gzipSync(bytes, { level: 9 }).length;
    const best = { [constants.BROTLI_PARAM_QUALITY]: 11 };
    const brotli = brotliCompressSync(bytes, { params: best }).length;
    const figures = `${number(bytes.length)} raw, ${number(gzip)} gzip, ${number(brotli)} brotli`;
    line(`bytes of ${name}`, figures);
  }
}
