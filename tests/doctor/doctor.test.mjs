/** `npx appizer-web doctor`: each fault is found, and nothing else; a site where all is well has none. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import puppeteer from 'puppeteer-core';
import { launch } from '../../doctor/browser.mjs';
import { examine } from '../../doctor/examine.mjs';
import { createCollector } from '../../examples/collector/server.mjs';
import { dist, root } from '../../scripts/paths.mjs';
import { findTool } from '../../scripts/setup.mjs';
import { createSite } from '../browser/harness/site.mjs';
import { createFaultySite } from './site.mjs';

/** @type {any} */
let browser;
before(async () => {
  browser = await launch(puppeteer, findTool('Chromium') ?? '');
});
after(() => browser?.close());

/**
 * @param {import('node:test').TestContext} t @param {import('./site.mjs').Fault} [fault]
 * @param {import('../../doctor/examine.mjs').Options} [options]
 */
async function examined(t, fault, options) {
  const site = await createFaultySite(t, fault);
  const context = await browser.createBrowserContext();
  t.after(() => context.close());
  const report = await examine(context, site.address, { settle: 1200, ...options });
  assert.equal(site.recorded(), 0, 'the doctor has recorded something');
  assert.ok(!site.requests.some(({ path }) => path === '/logout'));
  return report;
}

/** @param {Awaited<ReturnType<typeof examine>>} report @param {string} level */
const of = (report, level) => report.findings.filter((one) => one.level === level);

const self = "script-src 'self' 'unsafe-inline'";

/** What may be wrong: where it is found, and what the cure says. @type {Record<string, [string, RegExp, import('./site.mjs').Fault, object?]>} */
const faults = {
  'no SDK': ['script', /script tag/, { tag: '', init: '' }],
  'a wrong address of the script': [
    'script',
    /address/,
    { tag: '<script src="/js/appizer-web.js"></script>', init: '' },
  ],
  'a wrong hash': [
    'script',
    /sha384-/,
    {
      tag: `<script src="/appizer-web.js" integrity="sha384-${'A'.repeat(64)}"></script>`,
      init: '',
    },
  ],
  'a call before the script has loaded': [
    'script',
    /stub/,
    { tag: '<script async src="/appizer-web.js"></script>' },
  ],
  'no appId': ['script', /init\(/, { init: "AppizerWeb.init({ apiBase: 'API' })" }],
  'an appId from the documentation': [
    'script',
    /id of your app/,
    {
      init: "AppizerWeb.init({ appId: 'YOUR_APP_ID', apiBase: 'API', autoEvents: true })",
      config: { apps: [{ app_id: 'YOUR_APP_ID', authorized_domains: ['127.0.0.1'] }] },
    },
  ],
  'a policy that forbids the script': [
    'csp',
    /script-src 'unsafe-inline' http:\/\/127/,
    { policy: () => "script-src 'unsafe-inline'" },
  ],
  'a policy that forbids WebAssembly, without the fallback': [
    'csp',
    /'wasm-unsafe-eval'/,
    { policy: () => self, pages: { '/appizer-web.fallback.js': { status: 404 } } },
  ],
  'a policy that forbids the API': [
    'csp',
    /connect-src 'self' http:\/\/127/,
    { policy: () => `${self} 'wasm-unsafe-eval'; connect-src 'self'` },
  ],
  'a domain that is not authorized': [
    'api',
    /authorized domains/,
    { config: { apps: [{ app_id: 'demo', authorized_domains: ['shop.example'] }] } },
  ],
  'an API without CORS': [
    'api',
    /send these headers/,
    {
      api: (_, response) =>
        response.writeHead(400, { 'content-type': 'application/json' }).end('{}'),
    },
  ],
  'a page instead of the API': [
    'api',
    /apiBase/,
    {
      api: (_, response) =>
        response
          .writeHead(200, {
            'content-type': 'text/html',
            'access-control-allow-origin': '*',
            'access-control-allow-headers': 'content-type',
          })
          .end('<!doctype html>'),
    },
  ],
  'an API that does not run': ['api', /whether the server runs/, { apiBase: 'http://127.0.0.1:9' }],
  'a fetch that adds a header': [
    'fetch',
    /unchanged/,
    {
      before: `<script>const real = fetch;
        window.fetch = (url, options) => real(url, { ...options, headers: { ...options?.headers, 'x-trace': '1' } });
      </script>`,
    },
  ],
  'a banner that is not asked': [
    'consent',
    /consent: 'pending'/,
    { before: '<script>window.Cookiebot = {};</script>' },
  ],
  'storage before consent, where the site requires it': [
    'consent',
    /setConsent/,
    {},
    { consent: true },
  ],
  'page views that are counted twice': [
    'page views',
    /trackEvent/,
    {
      init: "AppizerWeb.init({ appId: 'demo', apiBase: 'API', autoEvents: true }); AppizerWeb.trackEvent('page_view', { page: location.pathname });",
    },
    { links: 1 },
  ],
  'page views that are not counted': [
    'page views',
    /autoEvents: true/,
    { init: "AppizerWeb.init({ appId: 'demo', apiBase: 'API' });" },
    { links: 1 },
  ],
  'a page without the SDK': ['page views', /these pages/, { lacking: '/plans' }, { links: 2 }],
  'a mark on a password': [
    'forms',
    /Remove the mark/,
    {
      body: '<form name="login"><input type="email" name="email"><input type="password" name="secret" data-appizer-field="secret"></form>',
    },
  ],
  'a service worker that answers itself': [
    'service worker',
    /request\.method/,
    {
      body: "<script>navigator.serviceWorker.register('/worker.js')</script>",
      pages: {
        '/worker.js': {
          headers: { 'content-type': 'text/javascript' },
          body: `addEventListener('activate', (event) => event.waitUntil(clients.claim()));
            addEventListener('fetch', (event) => event.respondWith(event.request.method === 'GET'
              ? fetch(event.request) : new Response('offline', { status: 200 })));`,
        },
      },
    },
  ],
  'the SDK twice': [
    'duplicates',
    /Keep one/,
    {
      before: '<script src="/copy/appizer-web.js"></script>',
      pages: {
        '/copy/appizer-web.js': {
          headers: { 'content-type': 'text/javascript' },
          body: readFileSync(join(dist, 'appizer-web.js'), 'utf8'),
        },
      },
    },
  ],
  'a clock of yesterday': [
    'clock',
    /fake timers/,
    { before: '<script>const now = Date.now; Date.now = () => now() - 864e5;</script>' },
  ],
};

/** `npm run test:doctor` runs all. */
const some = [
  'a policy that forbids the API',
  'a domain that is not authorized',
  'a banner that is not asked',
  'page views that are counted twice',
  'a service worker that answers itself',
  'the SDK twice',
];
const all = process.env.APPIZER_DOCTOR === 'all';

describe('with one fault at a time', { concurrency: 4 }, () => {
  for (const [name, [check, cure, fault, options]] of Object.entries(faults)) {
    if (!all && !some.includes(name)) continue;
    test(`${name} is found, and nothing else`, async (t) => {
      const report = await examined(t, fault, { links: 0, ...options });
      const failures = of(report, 'failure');
      assert.deepEqual(
        failures.map((one) => one.check),
        [check],
        JSON.stringify(report.findings, undefined, 1),
      );
      assert.match(failures[0]?.cure ?? '', cure);
      assert.equal(report.ok, false);
    });
  }

  test('a site where all is well has no fault, and its forms are judged', async (t) => {
    const report = await examined(t);
    assert.deepEqual(
      report.findings.filter(({ level }) => level !== 'ok'),
      [],
    );
    assert.deepEqual(
      report.pageViews.map(({ path, count }) => [path, count]),
      [
        ['/', 1],
        ['/plans', 1],
        ['/about', 1],
        ['/contact', 1],
      ],
    );
    assert.deepEqual(report.forms, [
      {
        page: '/contact',
        form: 'contact',
        watched: true,
        fields: [
          { label: 'email', mark: '', judged: 'email' },
          { label: 'full_name', mark: '', judged: 'full_name' },
          { label: 'message', mark: '', judged: 'name only' },
          { label: 'password', mark: '', judged: 'never' },
        ],
      },
    ]);
  });

  test('a site that waits for consent, with a policy, a wrapped fetch and a service worker, has no fault', async (t) => {
    const report = await examined(
      t,
      {
        before:
          '<script>window.Cookiebot = {}; const real = fetch; window.fetch = (...all) => real(...all);</script>',
        init: "AppizerWeb.init({ appId: 'demo', apiBase: 'API', autoEvents: true, consent: 'pending' });",
        policy: (api) => `${self} 'wasm-unsafe-eval'; connect-src ${api}`,
        body: "<script>navigator.serviceWorker.register('/worker.js')</script>",
        pages: {
          '/worker.js': {
            headers: { 'content-type': 'text/javascript' },
            body: `addEventListener('activate', (event) => event.waitUntil(clients.claim()));
              addEventListener('fetch', () => {});`,
          },
        },
      },
      { links: 2 },
    );
    assert.deepEqual(of(report, 'failure'), []);
    assert.deepEqual(report.stored, []);
    assert.deepEqual(report.sent, []);
    const said = report.findings.map(({ message }) => message).join('\n');
    assert.match(said, /Nothing is stored or sent before/);
    assert.match(said, /replaced fetch. Requests to the API pass/);
    assert.match(said, /worker\.js lets requests to the API pass/);
    assert.match(said, /Each page was counted once/);
  });

  test('a single-page app with the package is counted route by route', async (t) => {
    const report = await examined(
      t,
      {
        tag: '',
        init: '',
        body: `<script type="module">
          import { AppizerWeb } from '/index.mjs';
          AppizerWeb.init({ appId: 'demo', apiBase: 'API', autoEvents: true });
          document.addEventListener('click', (event) => {
            if (event.target.localName !== 'a') return;
            event.preventDefault();
            history.pushState({}, '', event.target.href);
            document.title = 'Route ' + location.pathname;
          });
        </script>`,
      },
      { links: 2 },
    );
    assert.deepEqual(of(report, 'failure'), []);
    assert.deepEqual(
      report.pageViews.map(({ path, count }) => [path, count]),
      [
        ['/', 1],
        ['/plans', 1],
        ['/about', 1],
      ],
    );
    assert.match(report.findings[0]?.message ?? '', /index\.mjs/);
  });

  test('an SDK in a frame of another site records nothing either, and other tools are not disturbed', async (t) => {
    let others = 0;
    const report = await examined(
      t,
      {
        body: `<script>
          fetch('/other/v1/events', { method: 'POST', body: '{"writeKey":"x"}' });
          if (top === self) {
            const frame = document.createElement('iframe');
            frame.src = location.href.replace('127.0.0.1', 'localhost');
            document.body.append(frame);
          }
        </script>`,
        pages: {
          '/other/v1/events': () => {
            others += 1;
            return '{}';
          },
        },
      },
      { links: 0, settle: 3000 },
    );
    assert.equal(others, 2);
    assert.ok(report.sent.length >= 2, JSON.stringify(report.sent));
  });

  test('a fallback that works is a warning, with the line to change', async (t) => {
    const report = await examined(t, { policy: () => self }, { links: 0 });
    assert.deepEqual(of(report, 'failure'), []);
    const [warning] = of(report, 'warning');
    assert.equal(warning?.check, 'csp');
    assert.match(warning?.cure ?? '', /script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'$/);
  });
});

/** @param {string[]} args @returns {Promise<{ code: number, stdout: string, stderr: string }>} */
const run = (...args) =>
  new Promise((resolve) => {
    const cli = join(root, 'doctor', 'cli.mjs');
    execFile(process.execPath, [cli, ...args], { cwd: root }, (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
    );
  });

test('wrong usage ends with 2 and a sentence', async () => {
  for (const [args, sentence] of /** @type {[string[], RegExp][]} */ ([
    [[], /npx appizer-web doctor <url>/],
    [['docter'], /There is no command "docter"[\s\S]*npx appizer-web doctor <url>/],
    [['doctor'], /Usage: npx appizer-web doctor <url>/],
    [['doctor', 'http://a', '--links', 'x'], /Usage/],
    [['doctor', 'http://a', '--colour'], /--colour/],
    [['doctor', 'http://a', '--browser', '/none'], /There is no browser at \/none/],
  ])) {
    const { code, stderr } = await run(...args);
    assert.equal(code, 2, args.join(' '));
    assert.match(stderr, sentence);
  }
  const { code, stdout } = await run('doctor', '--help');
  assert.equal(code, 0);
  assert.match(stdout, /--json/);
});

test('the demo shop is clean, and the command says so', async (t) => {
  const folder = join(root, 'examples', 'plain-html');
  const collector = createCollector({ db: ':memory:' });
  t.after(() => collector.close());
  const api = await collector.listen();
  const pages = Object.fromEntries(
    readdirSync(folder)
      .filter((name) => name.endsWith('.html'))
      .map((name) => [
        `/${name}`,
        readFileSync(join(folder, name), 'utf8').replaceAll('http://127.0.0.1:8787', api),
      ]),
  );
  const site = await createSite({
    pages: { ...pages, '/': pages['/index.html'] ?? '' },
    folders: [folder],
  });
  t.after(site.close);
  const browserPath = findTool('Chromium') ?? '';
  const { code, stdout } = await run('doctor', site.address, '--browser', browserPath);
  assert.equal(code, 0, stdout);
  assert.match(stdout, /Each page was counted once: \/, \/checkout\.html/);
  assert.match(stdout, /email: email; name: full_name; street: name only; card: never/);
  assert.match(stdout, /0 failures, 0 warnings\. Nothing was recorded\./);
  assert.equal(collector.store.count('events', 'demo'), 0);
});

test('what fails is in the JSON, and ends with 1', async () => {
  const browserPath = findTool('Chromium') ?? '';
  const address = 'http://127.0.0.1:9';
  const { code, stdout } = await run('doctor', address, '--json', '--browser', browserPath);
  assert.equal(code, 1);
  const { ok, findings } = JSON.parse(stdout);
  assert.equal(ok, false);
  assert.deepEqual(
    findings.map((/** @type {any} */ { check, level }) => [check, level]),
    [['page', 'failure']],
  );
});
