/**
 * `js-glue/` and the built module → `dist/`, what ships:
 *
 *   appizer-web.js         the script tag: global `AppizerWeb`, the module inside
 *   appizer-web.debug.js   its sentences, loaded only with `debug: true`
 *   index.mjs index.cjs    the npm package; sentences.mjs beside them
 *   testing.mjs .cjs      a world to test tracking in, without network or waiting
 *   types/                 declarations
 *   core.wasm              the module by itself
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { build as buildFolder, dist as DIST, root as ROOT } from './paths.mjs';

const WASM = join(buildFolder, 'wasm', 'core.wasm');
const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));

/** The module's bytes and the version, as an import. @type {import('esbuild').Plugin} */
const core = {
  name: 'appizer:core',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^appizer:core$/ }, ({ path }) => ({ path, namespace: 'core' }));
    onLoad({ filter: /.*/, namespace: 'core' }, () => ({
      contents: `export const hex = '${readFileSync(WASM).toString('hex')}';
export const version = '${version}';`,
    }));
  },
};

/** @param {string} name */
const source = (name) => join(ROOT, 'js-glue', name);

/** @param {import('esbuild').BuildOptions} options */
const make = (options) =>
  build({
    bundle: true,
    minify: true,
    // The oldest engines that the README promises.
    target: 'es2020',
    charset: 'ascii',
    legalComments: 'none',
    logLevel: 'warning',
    plugins: [core],
    ...options,
  });

export async function bundle() {
  rmSync(DIST, { recursive: true, force: true });
  mkdirSync(DIST, { recursive: true });
  await make({
    entryPoints: [source('script.ts')],
    outfile: join(DIST, 'appizer-web.js'),
    format: 'iife',
  });
  await make({
    entryPoints: [source('debug.ts')],
    outfile: join(DIST, 'appizer-web.debug.js'),
    format: 'iife',
  });
  await make({
    entryPoints: [source('sentences.ts')],
    outfile: join(DIST, 'sentences.mjs'),
    format: 'esm',
  });
  for (const [format, ending] of /** @type {const} */ ([
    ['esm', 'mjs'],
    ['cjs', 'cjs'],
  ])) {
    await make({
      entryPoints: [source('testing.ts')],
      outfile: join(DIST, `testing.${ending}`),
      format,
    });
    await make({
      entryPoints: [source('index.ts')],
      outfile: join(DIST, `index.${ending}`),
      format,
      plugins: [core, beside('sentences', 'sentences.mjs')],
    });
  }
  execFileSync(
    process.execPath,
    [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.types.json'],
    { cwd: ROOT, stdio: 'inherit' },
  );
  declare();
  copyFileSync(WASM, join(DIST, 'core.wasm'));
}

/**
 * Each entry's declarations beside it, under the names that resolvers look for. A declaration file is of the
 * module system that the nearest package.json names, so `require` gets a copy of the tree that says CommonJS.
 */
function declare() {
  const trees = { mts: 'types', cts: 'types-cjs' };
  cpSync(join(DIST, trees.mts), join(DIST, trees.cts), { recursive: true });
  writeFileSync(join(DIST, trees.cts, 'package.json'), '{"type":"commonjs"}\n');
  for (const [ending, tree] of Object.entries(trees)) {
    for (const entry of ['index', 'testing']) {
      const path = `'./${tree}/${entry}.js'`;
      const extra = entry === 'index' ? `export { default } from ${path};\n` : '';
      writeFileSync(join(DIST, `${entry}.d.${ending}`), `export * from ${path};\n${extra}`);
    }
  }
}

/**
 * Leaves an import to a file of its own, so that only who debugs loads it. `require` cannot load a module, but
 * `import()` can, in CommonJS too.
 *
 * @param {string} name @param {string} file @returns {import('esbuild').Plugin}
 */
function beside(name, file) {
  return {
    name: 'beside',
    setup({ onResolve }) {
      onResolve({ filter: new RegExp(`^\\./${name}\\.js$`) }, ({ kind }) =>
        kind === 'dynamic-import' ? { path: `./${file}`, external: true } : undefined,
      );
    },
  };
}
