/** docs/privacy.md says what is kept in a browser: a busy session keeps all of that, and nothing else. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from '../../scripts/paths.mjs';
import { waitFor } from './harness/wait.mjs';
import { createStage, track } from './setup.mjs';

/** The keys that the paper names: where, and what they look like. */
function documented() {
  const paper = readFileSync(join(root, 'docs/privacy.md'), 'utf8');
  const section = paper.split('\n## Storage\n')[1]?.split('\n## ')[0] ?? '';
  return [...section.matchAll(/^\| `([^`]+)` \| (localStorage|cookie)/gm)].map(
    ([, key = '', where = '']) => {
      const pattern = key
        .replaceAll('.', '\\.')
        .replace('<app>', '[0-9a-z]{8}')
        .replace('<page>', '[0-9a-z]{10}')
        .replace('<n>', '\\d+');
      return { name: `${where} ${key}`, pattern: new RegExp(`^${where} ${pattern}$`) };
    },
  );
}

// Before the SDK: notes what is ever written, however short it stays.
const WITNESS = `<script>{
  const written = (window.written = new Set());
  const { setItem } = Storage.prototype;
  Storage.prototype.setItem = function (key, value) {
    written.add((this === localStorage ? 'localStorage ' : 'sessionStorage ') + key);
    return setItem.call(this, key, value);
  };
  const cookie = Object.getOwnPropertyDescriptor(Document.prototype, 'cookie');
  Object.defineProperty(Document.prototype, 'cookie', {
    ...cookie,
    set(text) {
      written.add('cookie ' + decodeURIComponent(text.split('=')[0]));
      cookie.set.call(this, text);
    },
  });
}</script>`;

const FORM = `<form id="news" onsubmit="event.preventDefault(); fetch('/bare')">
  <input type="email" name="email" value="jane@mail.example"><button>Go</button></form>`;

test('the stored keys are those that docs/privacy.md lists', { timeout: 240_000 }, async () => {
  const stage = await createStage();
  const { site, settings, proxy } = stage;
  const all = { autoEvents: { sessionStart: true, outboundLinks: true, downloads: true } };
  /** @param {object} options @param {string} [before] */
  const pageFor = (options, before = '') =>
    `<!doctype html><title>Privacy</title>${WITNESS}${before}<script src="/appizer-web.js"></script>
     <script>AppizerWeb.init(${JSON.stringify({ ...settings, ...all, autoHook: true, ...options })});</script>${FORM}`;
  site.pages['/busy'] = pageFor({ persistence: 'both', consent: 'pending', rememberConsent: true });
  site.pages['/plain'] = pageFor({});
  site.pages['/cookie'] = pageFor({ persistence: 'cookie' });
  site.pages['/old'] = pageFor(
    {},
    "<script>Object.defineProperty(Navigator.prototype, 'locks', { value: undefined });</script>",
  );
  /** @type {Set<string>} */
  const seen = new Set();
  try {
    const page = await stage.open('/bare');
    const witnessed = async () => {
      const [written, kept, databases, caches] = await page.evaluate(async () => [
        [.../** @type {any} */ (window).written],
        [
          ...Object.keys(localStorage).map((key) => `localStorage ${key}`),
          ...Object.keys(sessionStorage).map((key) => `sessionStorage ${key}`),
          ...document.cookie
            .split('; ')
            .filter(Boolean)
            .map((pair) => `cookie ${decodeURIComponent(pair.split('=')[0] ?? '')}`),
        ],
        await indexedDB.databases(),
        await window.caches.keys(),
      ]);
      for (const name of [...written, ...kept]) seen.add(name);
      assert.deepEqual(databases, []);
      assert.deepEqual(caches, []);
      return kept;
    };
    // At first the server is out of order for both lanes.
    proxy.next({ status: 503, path: '/v1/events/batch' });
    proxy.next({ status: 503, path: '/v1/users' });
    for (const path of ['/busy', '/plain', '/cookie', '/old']) {
      await page.goto(`${site.address}${path}?token=s3cret&utm_source=news#id_token=s3cret`);
      const before = stage.stored().length;
      await page.evaluate(() => /** @type {any} */ (window).AppizerWeb.setConsent('granted'));
      await track(page, 'busy', 5);
      await page.click('button');
      // Long enough to be a view of its own.
      await new Promise((resolve) => setTimeout(resolve, 1000));
      await page.evaluate(() => history.pushState(null, '', '/next?email=jane@mail.example'));
      await stage.storedCount(before + 9);
      await page.evaluate(() => {
        /** @type {any} */ (window).AppizerWeb.setUserId('user_1');
        /** @type {any} */ (window).AppizerWeb.setUserProperties({ plan: 'pro' });
        /** @type {any} */ (window).AppizerWeb.reset();
      });
      await witnessed();
    }
    const rules = documented();
    assert.ok(rules.length > 5, 'the table in docs/privacy.md');
    const names = [...seen].sort();
    assert.deepEqual(
      names.filter((name) => !rules.some(({ pattern }) => pattern.test(name))),
      [],
      'kept, and not in the paper',
    );
    assert.deepEqual(
      rules.filter(({ pattern }) => !names.some((name) => pattern.test(name))),
      [],
      'in the paper, and never kept',
    );

    // No secret of the URL was sent.
    await waitFor(() => proxy.requests.some(({ path }) => path === '/v1/users/aliases'), {
      timeout: 60_000,
      what: 'the alias',
    });
    assert.ok(!JSON.stringify(proxy.requests).includes('s3cret'));
    const events = JSON.stringify(stage.stored());
    assert.ok(!/s3cret|jane/.test(events));
    assert.ok(events.includes('?token=REDACTED&utm_source=news#id_token=REDACTED'));
    assert.ok(stage.stored().every(({ properties }) => properties.$bot === true));

    await page.evaluate(() => /** @type {any} */ (window).AppizerWeb.setConsent('denied'));
    await waitFor(async () => (await witnessed()).every((key) => /\.c$/.test(key)), {
      what: 'an empty storage',
    });
  } finally {
    await stage.close();
  }
});
