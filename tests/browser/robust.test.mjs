/** A page never breaks because of the SDK, whatever it has done to what the SDK is built on. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { dist } from '../../scripts/paths.mjs';
import { engines } from './harness/browsers.mjs';
import { waitFor } from './harness/wait.mjs';
import { withPage } from './setup.mjs';

const broken = 'const broken = () => { throw new Error("broken by the page"); };';

/** What pages do to their surroundings. @type {Record<string, string>} */
const replaced = {
  'JSON replaced': `${broken} JSON = { parse: broken, stringify: broken };`,
  'JSON broken': `${broken} JSON.parse = JSON.stringify = broken;`,
  'fetch broken': `${broken} fetch = broken;`,
  'fetch that returns nothing': 'fetch = () => {};',
  'Promise replaced': `${broken} Promise = broken;`,
  'Promise broken': `${broken} for (const name of ['then', 'catch', 'finally']) Promise.prototype[name] = broken;
    for (const name of ['resolve', 'reject', 'all']) Promise[name] = broken;`,
  'listening broken': `${broken} EventTarget.prototype.addEventListener = EventTarget.prototype.removeEventListener =
    window.addEventListener = document.addEventListener = broken;`,
  'timers broken': `${broken} setTimeout = clearTimeout = setInterval = queueMicrotask = broken;`,
  'clocks broken': `${broken} Date.now = broken; Performance.prototype.now = broken;`,
  'AbortController replaced': `${broken} AbortController = broken;`,
};

/** What they do to the prototypes of everything. @type {Record<string, string>} */
const extended = {
  // As Prototype.js before 1.7 did, which is still in use.
  'arrays and strings with a toJSON of their own': `
    Array.prototype.toJSON = function () { return '[' + this.map((one) => JSON.stringify(one)).join(', ') + ']'; };
    String.prototype.toJSON = function () { return '"' + this + '"'; };
    Number.prototype.toJSON = function () { return String(this); };
    Array.from = (given) => { const all = []; for (let i = 0; i < given.length; ++i) all[i] = given[i]; return all; };`,
  'objects with a toJSON': "Object.prototype.toJSON = function () { return 'mine'; };",
  'enumerables everywhere': `for (const type of [Object, Array, String, Function, Number, EventTarget]) {
      type.prototype.extra = type.prototype.each = function () { throw new Error('not for you'); };
    }`,
  'everything frozen': `for (const name of Object.getOwnPropertyNames(window)) {
      try {
        const { prototype } = window[name];
        if (prototype && !/^(Window|Location)/.test(name)) Object.freeze(prototype);
      } catch {}
    }
    for (const one of [JSON, Math, Reflect, Promise, Object, Array, history, navigator]) Object.freeze(one);`,
};

for (const engine of engines) {
  describe(`a page in ${engine}`, { timeout: 400_000 }, () => {
    const on = withPage(engine);
    const folder = mkdtempSync(join(tmpdir(), 'appizer-robust-'));
    after(() => rmSync(folder, { recursive: true, force: true }));

    const properties = { list: [1, 'a', [null]], nested: { text: 'b' }, amount: 29.99 };
    const use = () => `
      AppizerWeb.init({ appId: 'demo', apiBase: '${on.sink.address}', autoEvents: true, autoHook: { starts: true } });
      AppizerWeb.trackEvent('kept_going', ${JSON.stringify(properties)});
      AppizerWeb.setUserProperties({ plan: 'pro' });
      AppizerWeb.getUserId();
      AppizerWeb.flush();
      AppizerWeb.create({ appId: 'other', apiBase: '${on.sink.address}' }).trackEvent('other_done');
      history.pushState(null, '', '?next');
      done = true;
      report();`;

    /** @param {{ before?: string, between?: string, body?: string }} wishes */
    const html = ({
      before = '',
      between = '',
      body = '',
    }) => `<!doctype html><html lang="en"><head>
      <title>Robust</title><script>
        var wrong = [], done = false;
        onerror = (message) => { wrong.push(message); };
        onunhandledrejection = ({ reason }) => { wrong.push(String(reason)); };
        // A driver would do it with what the page has broken.
        const later = setTimeout.bind(window);
        const Messenger = Image;
        const report = () => later(() => {
          new Messenger().src = '${on.site.address}/report?' + encodeURIComponent(done + ' ' + wrong.join());
        }, 150);
        try { localStorage.clear(); } catch {}
      </script><script>${before}</script><script src="${on.site.address}/appizer-web.js"></script>
      <script>${between}</script><script>${use()}</script></head><body>${body}</body></html>`;

    /** @param {string} body */
    async function open(body, path = '/') {
      on.sink.events.length = 0;
      on.site.pages[path] = body;
      on.site.requests.length = 0;
      await on.page.goto(on.site.address + path);
    }

    const unharmed = async () => {
      const said = () =>
        on.site.requests.map((one) => one.path).find((one) => one.startsWith('/report'));
      await waitFor(said, { what: 'what the page has to say' });
      assert.equal(decodeURIComponent(said() ?? ''), '/report?true ');
    };

    /** @param {string} [name] */
    const arrives = async (name = 'kept_going') => {
      await waitFor(() => on.sink.named(name).length > 0, { what: name });
      const { properties: got } = on.sink.named(name)[0];
      for (const [key, value] of Object.entries(properties)) assert.deepEqual(got[key], value, key);
    };

    for (const [name, code] of Object.entries(replaced)) {
      test(`with ${name} after the script has run: nothing is lost`, async () => {
        await open(html({ between: code }));
        await arrives();
        await unharmed();
      });

      test(`with ${name} before: nothing breaks`, async () => {
        await open(html({ before: code }));
        await unharmed();
      });
    }

    for (const [name, code] of Object.entries(extended)) {
      for (const when of ['before', 'between']) {
        test(`with ${name} ${when === 'before' ? when : 'after the script has run'}`, async () => {
          await open(html({ [when]: code }));
          await arrives();
          await unharmed();
        });
      }
    }

    test('in a sandboxed frame, without storage and without an origin', async () => {
      on.site.pages['/framed'] = html({});
      await open(
        '<!doctype html><iframe sandbox="allow-scripts" src="/framed"></iframe>',
        '/around',
      );
      await arrives();
    });

    test('from a file', async () => {
      const file = join(folder, 'page.html');
      const local = pathToFileURL(join(dist, 'appizer-web.js')).href;
      writeFileSync(file, html({}).replace(`${on.site.address}/appizer-web.js`, local));
      on.sink.events.length = 0;
      on.site.requests.length = 0;
      await on.page.goto(pathToFileURL(file).href);
      await arrives();
      await unharmed();
    });

    test('in about:blank, written by the page around it', async () => {
      await open(`<!doctype html><iframe></iframe><script>
        const inner = document.querySelector('iframe').contentDocument;
        inner.open();
        inner.write(${JSON.stringify(html({})).replaceAll('</script', '<\\/script')});
        inner.close();
      </script>`);
      await arrives();
      assert.deepEqual(await on.page.evaluate('frames[0].wrong'), []);
    });

    test('written by document.write, which then replaces the page', async () => {
      await open(`<!doctype html><script>
        document.write('<script src="/appizer-web.js"><' + '/script>');
      </script><script>AppizerWeb.init({ appId: 'demo', apiBase: '${on.sink.address}' })</script><body><script>
        var wrong = [];
        onerror = (message) => { wrong.push(message); };
        setTimeout(() => {
          AppizerWeb.trackEvent('before_writing');
          document.write('<p>Another page');
          document.close();
          AppizerWeb.trackEvent('kept_going', ${JSON.stringify(properties)});
          history.replaceState(null, '', '?next');
          done = true;
        }, 300);
      </script>`);
      await arrives();
      assert.deepEqual(await on.page.evaluate('wrong'), []);
      assert.equal(await on.page.evaluate('window.done'), true);
      assert.equal(on.sink.named('before_writing').length, 1);
    });
  });
}
