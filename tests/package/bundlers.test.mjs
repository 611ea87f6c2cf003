/** The packed package in every bundler: what it makes runs in a page, and delivers. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build as esbuild } from 'esbuild';
import { build } from '../../scripts/paths.mjs';
import { launch } from '../browser/harness/browsers.mjs';
import { createSink } from '../browser/harness/sink.mjs';
import { createSite } from '../browser/harness/site.mjs';
import { waitFor } from '../browser/harness/wait.mjs';
import { install } from '../installed.mjs';
import { unpackInto } from './packed.mjs';

const project = join(build, 'package');
const out = join(project, 'out');
const require = createRequire(join(project, 'x.js'));
/** @param {string} name @returns {Promise<any>} */
const load = (name) => import(pathToFileURL(require.resolve(name)).href);
const bin = (/** @type {string} */ name) => join(project, 'node_modules', '.bin', name);
const page = '<!doctype html><title>Bundle</title><script type="module" src="./main.js"></script>';

/** A page's program. `WASM` is how a bundler names the file of the module. */
const main = `
import AppizerWeb, { AppizerWeb as byName } from 'appizer-web';
const options = { appId: 'demo', apiBase: new URLSearchParams(location.search).get('api'), debug: true };
AppizerWeb.init(options);
AppizerWeb.trackEvent('bundle_ran', { same: AppizerWeb === byName });
`;
const wasm = `
import { fromWasm } from 'appizer-web/wasm';
WASM
const client = fromWasm(() => fetch(file));
client.init({ appId: 'demo', apiBase: new URLSearchParams(location.search).get('api') });
client.trackEvent('module_ran');
`;

/** How each bundler names a file, and what makes `out/<name>`. @type {Record<string, { file?: string, make: () => unknown }>} */
const bundlers = {
  esbuild: {
    file: "import file from 'appizer-web/core.wasm';",
    make: () =>
      esbuild({
        entryPoints: [join(project, 'esbuild/main.js'), join(project, 'esbuild/wasm.js')],
        bundle: true,
        splitting: true,
        format: 'esm',
        outdir: join(out, 'esbuild'),
        publicPath: '/esbuild',
        loader: { '.wasm': 'file' },
        logLevel: 'warning',
      }),
  },
  'esbuild, one file': {
    make: () =>
      esbuild({
        entryPoints: [join(project, 'esbuild, one file/main.js')],
        bundle: true,
        format: 'iife',
        outdir: join(out, 'esbuild, one file'),
        logLevel: 'warning',
      }),
  },
  vite: {
    file: "import file from 'appizer-web/core.wasm?url';",
    make: async () => {
      const { build } = await load('vite');
      for (const entry of ['main', 'wasm']) {
        await build({
          root: join(project, 'vite'),
          base: '/vite/',
          logLevel: 'warn',
          configFile: false,
          build: {
            outDir: join(out, 'vite'),
            emptyOutDir: false,
            modulePreload: { polyfill: false },
            rollupOptions: {
              input: join(project, `vite/${entry}.js`),
              output: { entryFileNames: '[name].js' },
            },
          },
        });
      }
    },
  },
  webpack: {
    file: "const file = new URL('appizer-web/core.wasm', import.meta.url);",
    make: async () => {
      const { default: webpack } = await load('webpack');
      const stats = await new Promise((resolve, reject) => {
        webpack(
          {
            mode: 'production',
            context: join(project, 'webpack'),
            entry: { main: './main.js', wasm: './wasm.js' },
            output: { path: join(out, 'webpack'), publicPath: '/webpack/' },
            // It warns of what is larger than 244 KiB, and minifies for seconds.
            performance: false,
            optimization: { minimize: false },
          },
          (/** @type {unknown} */ error, /** @type {unknown} */ done) =>
            error ? reject(error) : resolve(done),
        );
      });
      assert.equal(stats.hasErrors() || stats.hasWarnings(), false, stats.toString());
    },
  },
  rollup: {
    file: "const file = '/core.wasm';",
    make: async () => {
      const { rollup } = await load('rollup');
      const { nodeResolve } = await load('@rollup/plugin-node-resolve');
      const bundle = await rollup({
        input: [join(project, 'rollup/main.js'), join(project, 'rollup/wasm.js')],
        plugins: [nodeResolve({ browser: true })],
        onwarn: (/** @type {Error} */ warning) => assert.fail(warning),
      });
      await bundle.write({ dir: join(out, 'rollup'), format: 'es' });
    },
  },
  parcel: {
    make: () => {
      const options = [
        '--dist-dir',
        join(out, 'parcel'),
        '--no-cache',
        '--no-source-maps',
        '--no-optimize',
      ];
      execFileSync(
        bin('parcel'),
        ['build', 'parcel/index.html', '--public-url', '/parcel/', ...options],
        { cwd: project, encoding: 'utf8', env: { ...process.env, CI: '1' } },
      );
    },
  },
};

describe('bundled by', { timeout: 600_000 }, () => {
  /** @type {import('../browser/harness/browsers.mjs').Browser} */
  let browser;
  /** @type {import('../browser/harness/browsers.mjs').Page} */
  let tab;
  /** @type {Awaited<ReturnType<typeof createSite>>} */
  let site;
  /** @type {Awaited<ReturnType<typeof createSink>>} */
  let sink;
  before(async () => {
    install(join(dirname(fileURLToPath(import.meta.url)), 'project'), project);
    unpackInto(project);
    rmSync(out, { recursive: true, force: true });
    sink = await createSink();
    site = await createSite({ folders: [out] });
    browser = await launch('chromium');
    tab = await browser.newPage();
  });
  after(async () => {
    await browser?.close();
    await site?.close();
    await sink?.close();
  });

  /** @param {string} path @param {string} event */
  async function runs(path, event) {
    sink.events.length = 0;
    site.requests.length = 0;
    await tab.goto(`${site.address}${path}?api=${encodeURIComponent(sink.address)}`);
    await waitFor(() => sink.named(event).length > 0, { what: `${event} at ${path}` });
    return sink.named(event)[0];
  }

  for (const [name, { file, make }] of Object.entries(bundlers)) {
    test(name, { timeout: 180_000 }, async () => {
      const folder = join(project, name);
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, 'main.js'), main);
      writeFileSync(join(folder, 'index.html'), page);
      if (file) writeFileSync(join(folder, 'wasm.js'), wasm.replace('WASM', file));
      await make();

      const url = `/${encodeURIComponent(name)}`;
      // Parcel makes the page too.
      const html = existsSync(join(out, name, 'index.html'))
        ? readFileSync(join(out, name, 'index.html'), 'utf8')
        : page.replace('./', `${url}/`);
      site.pages[url] = html;
      // Without WebAssembly. Parcel's pages have an import map inside, which a policy knows by its hash.
      const known = [...html.matchAll(/<script type="?importmap"?>([^<]*)/g)].map(
        ([, text = '']) => ` 'sha256-${createHash('sha256').update(text).digest('base64')}'`,
      );
      site.pages[`/strict${url}`] = {
        headers: { 'content-security-policy': `script-src 'self'${known.join('')}` },
        body: html,
      };

      const { properties } = await runs(url, 'bundle_ran');
      assert.equal(properties.same, true);
      const chunks = () => site.requests.filter(({ path }) => path.endsWith('js')).length;
      const usual = chunks();

      // Where WebAssembly is forbidden, the fallback comes by itself, in a file of its own where there are several.
      await runs(`/strict${url}`, 'bundle_ran');
      const files = readdirSync(join(out, name)).filter((one) => one.endsWith('js')).length;
      assert.equal(
        chunks() > usual,
        files > 1,
        `${usual} scripts, and ${chunks()} with the fallback`,
      );

      if (!file) return;
      site.pages[`${url}-wasm`] = page.replace('./main.js', `${url}/wasm.js`);
      await runs(`${url}-wasm`, 'module_ran');
      assert.ok(
        site.requests.some(({ path }) => path.endsWith('.wasm')),
        'the module is a file of its own',
      );
    });
  }
});

describe('tools that judge packages find nothing', { timeout: 600_000 }, () => {
  /** @type {string} */
  let tarball;
  before(() => {
    install(join(dirname(fileURLToPath(import.meta.url)), 'project'), project);
    tarball = unpackInto(project);
  });

  /** @param {string} program @param {string[]} args */
  const clean = (program, ...args) => {
    try {
      execFileSync(bin(program), args, { cwd: project, encoding: 'utf8', stdio: 'pipe' });
    } catch (error) {
      assert.fail(`${error.stdout}${error.stderr}`);
    }
  };

  test('publint', () => clean('publint', 'run', tarball, '--strict'));

  // Of the entries that have types; TypeScript's oldest resolution knows no `exports`.
  test('attw', () =>
    clean(
      'attw',
      tarball,
      '--profile',
      'node16',
      '--entrypoints',
      '.',
      'wasm',
      'snippet',
      'testing',
      'consent',
      'propagate',
      'server',
      'react',
      'next',
      'vue',
      'nuxt',
      'svelte',
    ));
});
