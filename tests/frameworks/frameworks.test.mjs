/** The bindings of the packed package, each in its real framework: one client, one page view, on a server nothing. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { build as esbuild } from 'esbuild';
import { build, root } from '../../scripts/paths.mjs';
import { launch } from '../browser/harness/browsers.mjs';
import { createSink } from '../browser/harness/sink.mjs';
import { createSite } from '../browser/harness/site.mjs';
import { waitFor } from '../browser/harness/wait.mjs';
import { install } from '../installed.mjs';
import { unpackInto } from '../package/packed.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const project = join(build, 'frameworks');
const require = createRequire(join(project, 'x.js'));
/** @param {string} code @param {string} [ending] */
function run(code, ending = 'mjs') {
  const file = join(project, `run.${ending}`);
  writeFileSync(file, code);
  return execFileSync(process.execPath, [file], { cwd: project, encoding: 'utf8' });
}

/** @type {import('esbuild').Plugin} */
const svelte = {
  name: 'svelte',
  setup({ onLoad }) {
    onLoad({ filter: /\.svelte$/ }, async ({ path }) => {
      const { compile } = /** @type {any} */ (require)('svelte/compiler');
      const options = { filename: path, generate: 'client' };
      return { contents: compile(readFileSync(path, 'utf8'), options).js.code };
    });
  },
};

before(
  () => {
    install(join(here, 'project'), project);
    unpackInto(project);
    cpSync(join(here, 'pages'), join(project, 'pages'), { recursive: true });
  },
  { timeout: 300_000 },
);

describe('in a page', { timeout: 120_000 }, () => {
  /** @type {import('../browser/harness/browsers.mjs').Browser} */
  let browser;
  /** @type {import('../browser/harness/browsers.mjs').Page} */
  let tab;
  /** @type {Awaited<ReturnType<typeof createSite>>} */
  let site;
  /** @type {Awaited<ReturnType<typeof createSink>>} */
  let sink;
  /** @type {string[]} */
  const said = [];
  const out = join(project, 'out');
  before(async () => {
    await esbuild({
      entryPoints: [
        'react.jsx',
        'next.jsx',
        'vue.js',
        'nuxt.js',
        'svelte.js',
        'zone.js',
        'strict.jsx',
        'hot.js',
      ].map((name) => join(project, 'pages', name)),
      bundle: true,
      splitting: true,
      format: 'esm',
      jsx: 'automatic',
      outdir: out,
      // React's StrictMode does something in development only.
      define: {
        'process.env.NODE_ENV': '"development"',
        __VUE_OPTIONS_API__: 'true',
        __VUE_PROD_DEVTOOLS__: 'false',
        __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
      },
      conditions: ['browser', 'development'],
      plugins: [svelte],
      logLevel: 'warning',
    });
    sink = await createSink();
    site = await createSite({ folders: [out] });
    browser = await launch('chromium');
    tab = await browser.newPage();
    tab.raw.on('console', (message) => said.push(message.text()));
    tab.raw.on('pageerror', (error) => said.push(error.message));
  });
  after(async () => {
    await browser?.close();
    await site?.close();
    await sink?.close();
  });

  /** @param {string} name */
  async function open(name) {
    // What the page before sends as it is left comes before.
    site.pages['/empty'] = '<!doctype html><title>Empty</title>';
    await tab.goto(`${site.address}/empty`);
    await pause(300);
    sink.events.length = 0;
    said.length = 0;
    site.pages[`/${name}`] =
      `<!doctype html><title>App</title><div id="app"></div><script type="module" src="/${name}.js"></script>`;
    await tab.goto(`${site.address}/${name}?api=${encodeURIComponent(sink.address)}`);
    await waitFor(() => sink.named('page_view').length > 0, { what: 'the page view' });
  }
  const pause = (/** @type {number} */ time) => new Promise((resolve) => setTimeout(resolve, time));
  // All but what debug says when everything is well.
  const wrong = () =>
    said.filter((text) => !/^\[Appizer\] (Recorded|Delivered)|React DevTools/.test(text));

  test('React in StrictMode: one client and one page view, also where the provider is mounted anew', async () => {
    await open('react');
    await tab.click('#choose');
    await waitFor(() => sink.named('plan_chosen').length > 0, { what: 'the event' });
    const [view] = sink.named('page_view');
    assert.equal(sink.named('plan_chosen')[0].user_id, view.user_id);
    assert.deepEqual(wrong(), []);
    await tab.click('#again');
    // StrictMode runs the effects of a component twice, each time that it is mounted: these are the page's own.
    await waitFor(() => sink.named('plans_shown').length === 4, { what: 'the events' });
    assert.equal(sink.named('page_view').length, 1);
  });

  for (const name of ['next', 'vue', 'nuxt', 'svelte']) {
    test(`${name}: one client, one page view, and events of components`, async () => {
      await open(name);
      await tab.click('#choose');
      await waitFor(() => sink.named('plan_chosen').length > 0, { what: 'the event' });
      if (name === 'vue') {
        await tab.click('#global');
        await waitFor(() => sink.named('global_used').length > 0, { what: 'the event' });
      }
      if (name === 'nuxt') {
        assert.equal(await tab.evaluate('typeof provided.appizer.trackEvent'), 'function');
      }
      const names = sink.events.map(({ event_name }) => event_name);
      assert.deepEqual(
        names.filter((one) => one !== 'global_used'),
        ['page_view', 'plan_chosen'],
      );
      assert.deepEqual(wrong(), []);
    });
  }

  test('React in StrictMode: init and shutdown as an effect and its clean-up add no page view', async () => {
    await open('strict');
    await waitFor(() => sink.named('app_shown').length === 2, { what: 'the events' });
    // As hot reload does it: the clean-up and the effect again.
    await tab.click('#again');
    await waitFor(() => sink.named('app_shown').length === 3, { what: 'the event' });
    assert.equal(sink.named('page_view').length, 1);
    assert.equal(new Set(sink.events.map(({ properties }) => properties.$session_id)).size, 1);

    assert.deepEqual(wrong(), []);
  });

  test('hot reload of a module that makes a client: they are one client, with one page view', async () => {
    await open('hot');
    await waitFor(() => sink.named('module_updated').length === 10, { what: 'the events' });
    assert.equal(sink.named('page_view').length, 1);
    const documents = sink.events.map(({ properties }) => properties.$view_id.split('.')[0]);
    assert.equal(new Set(documents).size, 1);
  });

  test('Angular (zone.js): the SDK makes no tasks in the zone of the app', async () => {
    await open('zone');
    await tab.evaluate("inZone((appizer) => appizer.trackEvent('plan_chosen', { plan: 'pro' }))");
    await tab.click('#choose');
    await waitFor(() => sink.named('button_click').length > 0, { what: 'the click' });
    assert.equal(sink.named('plan_chosen').length, 1);
    assert.deepEqual(await tab.evaluate('tasks'), []);
  });
});

describe('on a server', () => {
  const react = (/** @type {string} */ imports) => `${imports}
    function Plans() {
      useAppizer().trackEvent('plan_chosen');
      return 'Pro';
    }
    const html = renderToString(
      createElement(AppizerProvider, { appId: 'demo', debug: true },
        createElement(Appizer, { appId: 'demo' }), createElement(Plans)));
    if (html !== 'Pro') throw new Error(html);`;

  test('React and Next.js render, by import and by require', () => {
    run(
      react(`import { createElement } from 'react';
        import { renderToString } from 'react-dom/server';
        import { AppizerProvider, useAppizer } from 'appizer-web/react';
        import { Appizer } from 'appizer-web/next';`),
    );
    run(
      react(`const { createElement } = require('react');
        const { renderToString } = require('react-dom/server');
        const { AppizerProvider, useAppizer } = require('appizer-web/react');
        const { Appizer } = require('appizer-web/next');`),
      'cjs',
    );
  });

  test('Vue and Nuxt render', () => {
    run(`
      import { createSSRApp, h } from 'vue';
      import { renderToString } from 'vue/server-renderer';
      import { AppizerPlugin, useAppizer } from 'appizer-web/vue';
      import { appizerPlugin } from 'appizer-web/nuxt';
      for (const plug of [
        (app) => app.use(AppizerPlugin, { appId: 'demo', debug: true }),
        (vueApp) => appizerPlugin({ appId: 'demo', debug: true })({ vueApp }),
      ]) {
        const setup = () => {
          useAppizer().trackEvent('plan_chosen');
          return () => h('b', 'Pro');
        };
        const app = createSSRApp({ setup });
        plug(app);
        const html = await renderToString(app);
        if (html !== '<b>Pro</b>') throw new Error(html);
      }`);
  });
});

test("the types fit the frameworks' own", () => {
  cpSync(join(here, 'types.tsx'), join(project, 'types.tsx'));
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const options = [
    '--noEmit',
    '--strict',
    '--ignoreConfig',
    '--jsx',
    'react-jsx',
    '--module',
    'esnext',
  ];
  const lib = [
    '--moduleResolution',
    'bundler',
    '--target',
    'es2022',
    '--skipLibCheck',
    '--types',
    '',
  ];
  try {
    execFileSync(process.execPath, [tsc, ...options, ...lib, 'types.tsx'], {
      cwd: project,
      encoding: 'utf8',
    });
  } catch (error) {
    assert.fail(error.stdout);
  }
});
