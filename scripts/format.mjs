/**
 * `npm run lint` checks the shape of everything that is written by hand; `npm run format` fixes it.
 * C++ by clang-format, the rest by Biome.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './native.mjs';
import { root } from './paths.mjs';

const write = process.argv.includes('--write');

const sources = ['src', 'web', 'tests'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(h|cpp)$/.test(name))
    .map((name) => join(folder, name)),
);
run('clang-format', [...(write ? ['-i'] : ['--dry-run', '-Werror']), ...sources]);
run(join(root, 'node_modules/.bin/biome'), ['check', ...(write ? ['--write'] : []), '.']);
