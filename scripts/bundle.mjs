/**
 * `js-glue/` and the built module → `dist/`, what ships:
 *
 *   appizer-web.js         the script tag: global `AppizerWeb`, the module inside
 *   appizer-web.stub.js    what keeps the calls until it has loaded
 *   appizer-web.debug.js   its sentences, loaded only with `debug: true`; traces of clients
 *   appizer-web.fallback.js the core as JavaScript, loaded only where a page refuses WebAssembly
 *   index.mjs index.cjs    the npm package; sentences and fallback, .mjs and .cjs, beside them
 *   wasm.mjs wasm.cjs      the same without the module, which is core.wasm
 *   snippet.mjs .cjs       the HTML that loads the script
 *   testing.mjs .cjs       a world to test tracking in, without network or waiting
 *   trace.mjs .cjs         traces of what the npm package does; replay.mjs replays them, in Node alone
 *   consent.mjs .cjs       connects a consent banner; appizer-web.consent.js for the script tag
 *   propagate.mjs .cjs     adds the visitor to a page's requests to its own server; appizer-web.propagate.js for the script tag
 *   server.mjs .cjs        a server's client; the API and the script from a site's own domain
 *   react vue … .mjs .cjs  thin bindings for frameworks
 *   *.mjs.map              source maps of the modules
 *   plan.mjs .cjs          reads tracking plans and checks events, with a validator; plan.schema.json for editors
 *   plan/command.mjs       `npx appizer-web plan`
 *   doctor/facts.js        what `npx appizer-web doctor` reads the forms of a page with
 *   types/                 declarations
 *   privacy-manifest.json  what the SDK stores and sends, as test visits have seen it
 *   sri.json               each file's hash, for the attribute `integrity`
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join, relative } from 'node:path';
import { build } from 'esbuild';
import { minify } from 'terser';
import { planSchema } from '../plan/schema.mjs';
import { embed } from '../web/embed.mjs';
import { makeManifest, manifestFile } from './manifest.mjs';
import { build as buildFolder, dist, root as ROOT } from './paths.mjs';
import { needBinaryen } from './tools.mjs';

const WASM = join(buildFolder, 'wasm', 'core.wasm');
const SERVER = join(buildFolder, 'wasm', 'server.wasm');
const UNPACK = join(buildFolder, 'wasm', 'unpack.wasm');
// Built in a folder of its own and moved when complete, so that a server of `dist/` never serves half a build.
const DIST = join(buildFolder, `dist-${process.pid}`);
/** What can be imported from the package. */
const entries = ['index', 'wasm', 'snippet', 'testing', 'trace', 'consent', 'propagate', 'server'];
/** What can be imported beside its framework, which is a package of its own, as is the client that they share. */
const frameworks = ['react', 'next', 'vue', 'nuxt', 'svelte'];
/** Of these, those that load other files. */
const clients = ['index', 'wasm'];
/** Those whose CommonJS form needs what Jest hides. */
const needsNode = [...clients, 'testing'];
const formats = /** @type {const} */ ([
  ['esm', 'mjs'],
  ['cjs', 'cjs'],
]);
const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));

/** What is made of the module, once for all the files that hold it. @type {Map<string, string>} */
const made = new Map();

/** @param {string} what @param {() => string} make */
function once(what, make) {
  const text = made.get(what) ?? make();
  made.set(what, text);
  return text;
}

const embedded = () => once('embedded', () => JSON.stringify(embed(readFileSync(WASM))));

const asJavaScript = () =>
  once('JavaScript', () =>
    execFileSync(needBinaryen('wasm2js'), ['-Oz', WASM, '-o', '-'], {
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    }),
  );

/** The module's bytes and the version, as an import. @type {import('esbuild').Plugin} */
const core = {
  name: 'appizer:core',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^appizer:core$/ }, ({ path }) => ({ path, namespace: 'core' }));
    onLoad({ filter: /.*/, namespace: 'core' }, () => ({
      contents: `export const packed = ${embedded()};
export const unpacker = '${readFileSync(UNPACK).toString('hex')}';
export const version = '${version}';`,
    }));
  },
};

/**
 * The module as JavaScript, as an import. wasm2js writes a module that is one instance; here it becomes a
 * function that makes one.
 *
 * @type {import('esbuild').Plugin}
 */
const fallback = {
  name: 'appizer:fallback',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^appizer:fallback$/ }, ({ path }) => ({ path, namespace: 'fallback' }));
    onLoad({ filter: /.*/, namespace: 'fallback' }, () => {
      const body = asJavaScript().replace(/^(import|export) .*$/gm, '');
      return {
        contents: `export function fallback() {
${body}
return retasmFunc;
}`,
      };
    });
  },
};

/** The server's module in base 64, as an import. @type {import('esbuild').Plugin} */
const serverCore = {
  name: 'appizer:server-core',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^appizer:server-core$/ }, ({ path }) => ({ path, namespace: 'server' }));
    onLoad({ filter: /.*/, namespace: 'server' }, () => ({
      contents: `export const bytes = '${readFileSync(SERVER).toString('base64')}';`,
    }));
  },
};

/** The stub as text, as an import. @type {import('esbuild').Plugin} */
const stub = {
  name: 'appizer:stub',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^appizer:stub$/ }, ({ path }) => ({ path, namespace: 'stub' }));
    onLoad({ filter: /.*/, namespace: 'stub' }, () => {
      const text = readFileSync(join(DIST, 'appizer-web.stub.js'), 'utf8').trim();
      return { contents: `export const stub = ${JSON.stringify(text)};` };
    });
  },
};

/** The hashes of what appizer-web.js may load, as an import; so these are built before it. @type {import('esbuild').Plugin} */
const besideScript = {
  name: 'appizer:beside',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^appizer:beside$/ }, ({ path }) => ({ path, namespace: 'beside' }));
    onLoad({ filter: /.*/, namespace: 'beside' }, () => {
      // The shortest that browsers take: hashes do not compress.
      const hashes = ['debug', 'fallback'].map((name) => [
        name,
        hashOf(`appizer-web.${name}.js`, 'sha256'),
      ]);
      return {
        contents: `export const integrity = ${JSON.stringify(Object.fromEntries(hashes))};`,
      };
    });
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
    plugins: [core, fallback, stub, besideScript],
    ...options,
  });

/** Stands at the end of each file that has the core in it, as the licenses of what is compiled into it ask. */
const notice = `/*! appizer-web ${version}, MIT. Contains nlohmann/json (c) Niels Lohmann, musl (c) Rich Felker et al., emmalloc (c) Emscripten authors: MIT, THIRD_PARTY_NOTICES.md */`;

export async function bundle() {
  made.clear();
  rmSync(DIST, { recursive: true, force: true });
  mkdirSync(DIST, { recursive: true });
  await make({
    entryPoints: [source('entries/stub.ts')],
    outfile: join(DIST, 'appizer-web.stub.js'),
    format: 'iife',
    // A browser too old for the script must not stumble over its stub; and without "use strict".
    target: 'es5',
    tsconfigRaw: '{}',
  });
  await make({
    entryPoints: [source('entries/debug.ts')],
    outfile: join(DIST, 'appizer-web.debug.js'),
    format: 'iife',
  });
  for (const name of ['consent', 'propagate']) {
    await make({
      entryPoints: [source(`entries/${name}-script.ts`)],
      outfile: join(DIST, `appizer-web.${name}.js`),
      format: 'iife',
    });
  }
  await make({
    entryPoints: [source('entries/fallback-script.ts')],
    outfile: join(DIST, 'appizer-web.fallback.js'),
    format: 'iife',
    footer: { js: notice },
  });
  await make({
    entryPoints: [source('entries/script.ts')],
    outfile: join(DIST, 'appizer-web.js'),
    format: 'iife',
    // Chromium (136) then compiles all of it while it downloads, beside the main thread; else it would parse most
    // functions twice, the second time when `init` calls them. It has to be the first line.
    banner: { js: '//# allFunctionsCalledOnLoad' },
    footer: { js: notice },
  });
  await shrink('appizer-web.js');
  await make({
    entryPoints: [join(ROOT, 'doctor', 'facts.ts')],
    outfile: join(DIST, 'doctor', 'facts.js'),
    format: 'iife',
  });
  for (const [folder, name] of /** @type {const} */ ([
    ['api', 'sentences'],
    ['entries', 'fallback'],
  ])) {
    for (const [format, ending] of formats) {
      await make({
        entryPoints: [source(`${folder}/${name}.ts`)],
        outfile: join(DIST, `${name}.${ending}`),
        format,
        footer: name === 'fallback' ? { js: notice } : {},
      });
    }
  }
  for (const [format, ending] of formats) {
    for (const name of entries) {
      await make({
        entryPoints: [source(`entries/${name}.ts`)],
        outfile: join(DIST, `${name}.${ending}`),
        format,
        plugins: [core, serverCore, stub, ...['sentences', 'fallback', 'replay'].map(beside)],
        footer: name === 'index' || name === 'server' ? { js: notice } : {},
        inject: ending === 'cjs' && needsNode.includes(name) ? [source('entries/commonjs.ts')] : [],
        // package.json says that no source has side effects; this one has.
        ignoreAnnotations: true,
        sourcemap: format === 'esm',
      });
      if (format === 'esm') settleMap(`${name}.${ending}.map`);
      if (ending === 'cjs' && clients.includes(name)) requireBeside(`${name}.cjs`);
    }
  }
  await make({
    entryPoints: [source('entries/replay.ts')],
    outfile: join(DIST, 'replay.mjs'),
    format: 'esm',
    plugins: [core, beside('fallback')],
  });
  for (const [format, ending] of formats) {
    for (const name of frameworks) {
      await make({
        entryPoints: [source(`entries/${name}.ts`)],
        outfile: join(DIST, `${name}.${ending}`),
        format,
        external: frameworks,
        plugins: [asPackage(ending)],
        // React's server components demand it of what has hooks.
        banner: { js: name === 'react' || name === 'next' ? "'use client';" : '' },
        sourcemap: format === 'esm',
      });
      if (format === 'esm') settleMap(`${name}.${ending}.map`);
    }
  }
  await bundlePlan();
  execFileSync(
    process.execPath,
    [
      join(ROOT, 'node_modules/typescript/bin/tsc'),
      '-p',
      'tsconfig.types.json',
      '--outDir',
      join(DIST, 'types'),
    ],
    { cwd: ROOT, stdio: 'inherit' },
  );
  declare();
  declareGlobal();
  copyFileSync(WASM, join(DIST, 'core.wasm'));
  copyFileSync(SERVER, join(DIST, 'server.wasm'));
  writeFileSync(join(DIST, manifestFile), await makeManifest(DIST));
  hash();
  rmSync(dist, { recursive: true, force: true });
  renameSync(DIST, dist);
}

/** Stands at the end of each file that has the validator in it. */
const planNotice = `/*! appizer-web ${version}, MIT. Contains ajv and ajv-formats (c) Evgeny Poberezkin: MIT; fast-uri (c) Gary Court, the Fastify team: BSD-3-Clause; and others, THIRD_PARTY_NOTICES.md */`;

/** The tracking plan: for tests and tools in Node, so the validator in it is in no file that a page loads. */
async function bundlePlan() {
  const plan = join(ROOT, 'plan');
  for (const [format, ending] of formats) {
    await make({
      entryPoints: [join(plan, 'index.mjs')],
      outfile: join(DIST, `plan.${ending}`),
      format,
      platform: 'node',
      footer: { js: planNotice },
    });
    copyFileSync(
      join(plan, 'index.d.mts'),
      join(DIST, `plan.d.${ending === 'mjs' ? 'mts' : 'cts'}`),
    );
  }
  const index = { path: '../plan.mjs', external: true };
  await make({
    entryPoints: [join(plan, 'command.mjs')],
    outfile: join(DIST, 'plan', 'command.mjs'),
    format: 'esm',
    platform: 'node',
    plugins: [
      {
        name: 'beside',
        setup: ({ onResolve }) => onResolve({ filter: /^\.\/index\.mjs$/ }, () => index),
      },
    ],
  });
  writeFileSync(
    join(DIST, 'plan', 'command.d.mts'),
    'export function run(args: string[]): Promise<number>;\n',
  );
  writeFileSync(join(DIST, 'plan.schema.json'), `${JSON.stringify(planSchema, undefined, 2)}\n`);
}

/**
 * Minifies a script once more: a second tool finds what the first does not know. The module in it is left as it is, as
 * its text is a tenth larger in any other form.
 *
 * @param {string} name
 */
async function shrink(name) {
  const file = join(DIST, name);
  const text = readFileSync(file, 'utf8');
  const module = embedded();
  const [before, after, ...more] = text.split(module);
  if (after === undefined || more.length > 0) throw new Error(`${name} does not hold the module`);
  const { code = '' } = await minify(`${before}"module"${after}`, {
    ecma: 2020,
    compress: { passes: 3 },
    format: { ascii_only: true, comments: /^!|^#/ },
  });
  writeFileSync(file, `${code.replace('"module"', () => module)}\n`);
}

/**
 * Each entry's declarations beside it, under the names that resolvers look for. A declaration file is of the module
 * system that the nearest package.json names. `require` takes only CommonJS and `import` takes both, so that is what
 * the one tree of them is.
 */
function declare() {
  writeFileSync(join(DIST, 'types', 'package.json'), '{"type":"commonjs"}\n');
  const replay = "export * from './types/entries/replay.js';\n";
  writeFileSync(join(DIST, 'replay.d.mts'), replay);
  for (const entry of [...entries, ...frameworks]) {
    const path = `'./types/entries/${entry}.js'`;
    const extra = entry === 'index' ? `export { AppizerWeb as default } from ${path};\n` : '';
    writeFileSync(join(DIST, `${entry}.d.mts`), `export * from ${path};\n${extra}`);
    // `module.exports` is an object with a property `default`, and not only that property.
    writeFileSync(join(DIST, `${entry}.d.cts`), `import all = require(${path});\nexport = all;\n`);
  }
}

/**
 * Leaves the client, and the other bindings, to the files that the package has for them.
 *
 * @param {string} ending @returns {import('esbuild').Plugin}
 */
function asPackage(ending) {
  return {
    name: 'as package',
    setup({ onResolve }) {
      onResolve({ filter: /^\.\/(index|react|vue)\.js$/ }, ({ path }) => ({
        path: path.replace(/js$/, ending),
        external: true,
      }));
    },
  };
}

/**
 * Names the sources of a map as they are seen from `dist/`, wherever this was built, and leaves out the text of what is
 * none, such as the module.
 *
 * @param {string} name
 */
function settleMap(name) {
  const file = join(DIST, name);
  const map = JSON.parse(readFileSync(file, 'utf8'));
  const isFile = (/** @type {string} */ path) => path.endsWith('.ts');
  map.sourcesContent = map.sourcesContent.map(
    (/** @type {string} */ text, /** @type {number} */ i) => (isFile(map.sources[i]) ? text : null),
  );
  map.sources = map.sources.map((/** @type {string} */ path) =>
    isFile(path) ? join('..', relative(ROOT, join(DIST, path))) : path,
  );
  writeFileSync(file, JSON.stringify(map));
}

/** The types of the global that the script tag makes. Nothing is loaded for them. */
function declareGlobal() {
  for (const ending of ['mts', 'cts']) {
    const text = `import type { Appizer, Registered } from './index.${ending.replace('ts', 'js')}';

declare global {
  /** From the script tag, or its stub. */
  var AppizerWeb: Appizer<Registered>;
  interface Window {
    AppizerWeb: Appizer<Registered>;
  }
}
`;
    writeFileSync(join(DIST, `global.d.${ending}`), text);
  }
}

function hash() {
  const files = readdirSync(DIST)
    .filter((name) => /\.([cm]?js|wasm)$/.test(name))
    .sort();
  const hashes = files.map((name) => [name, hashOf(name, 'sha384')]);
  writeFileSync(
    join(DIST, 'sri.json'),
    `${JSON.stringify(Object.fromEntries(hashes), undefined, 2)}\n`,
  );
}

/** @param {string} name @param {string} algorithm */
function hashOf(name, algorithm) {
  const digest = createHash(algorithm)
    .update(readFileSync(join(DIST, name)))
    .digest('base64');
  return `${algorithm}-${digest}`;
}

/**
 * Where `import()` does not work, as in Jest without a flag, `require` loads the file's CommonJS form: that of the
 * module object, which bundlers do not follow.
 *
 * @param {string} name
 */
function requireBeside(name) {
  const file = join(DIST, name);
  let count = 0;
  const text = readFileSync(file, 'utf8').replace(
    /import\("\.\/(\w+)\.mjs"\)/g,
    (whole, beside) => {
      ++count;
      return `${whole}.catch(()=>(({require:r})=>r("./${beside}.cjs"))(module))`;
    },
  );
  if (count !== 2) throw new Error(`${name} loads ${count} files`);
  writeFileSync(file, text);
}

/**
 * Leaves an import to a file of its own, so that only who debugs loads it. `require` cannot load a module, but
 * `import()` can, in CommonJS too.
 *
 * @param {string} name @returns {import('esbuild').Plugin}
 */
function beside(name) {
  return {
    name: 'beside',
    setup({ onResolve }) {
      onResolve({ filter: new RegExp(`/${name}\\.js$`) }, ({ kind }) =>
        kind === 'dynamic-import' ? { path: `./${name}.mjs`, external: true } : undefined,
      );
    },
  };
}
