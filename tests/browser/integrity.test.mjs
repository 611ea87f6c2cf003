/** What the script loads beside itself is checked where the page checks the script, and only there. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { dist } from '../../scripts/paths.mjs';
import { engines } from './harness/browsers.mjs';
import { waitFor } from './harness/wait.mjs';
import { withPage } from './setup.mjs';

/** @param {string} name */
const hashOf = (name) => {
  const hash = createHash('sha256').update(readFileSync(join(dist, name)));
  return `sha256-${hash.digest('base64')}`;
};
const checked = `integrity="${JSON.parse(readFileSync(join(dist, 'sri.json'), 'utf8'))['appizer-web.js']}"`;
const noWasm = { 'content-security-policy': "script-src 'self' 'nonce-abc'" };

for (const engine of engines) {
  describe(`integrity in ${engine}`, { timeout: 120_000 }, () => {
    const on = withPage(engine);

    /**
     * Opens a page with the SDK, which may be on another host.
     *
     * @param {object} wishes
     * @param {string} [wishes.tag] attributes
     * @param {string} [wishes.from] the other host
     * @param {Record<string, string>} [wishes.headers]
     * @param {string[]} [wishes.tampered] which files are not those of the release; what they do can be seen
     * @param {boolean} [wishes.shared] whether another origin may read the files
     */
    async function open({ tag = checked, from = '', headers = {}, tampered = [], shared = false }) {
      on.sink.events.length = 0;
      for (const name of ['appizer-web.js', 'appizer-web.debug.js', 'appizer-web.fallback.js']) {
        const change = tampered.includes(name)
          ? '\n;tampered.push(document.currentScript.src);'
          : '';
        on.site.pages[`/${name}`] = {
          headers: {
            'content-type': 'text/javascript',
            ...(shared ? { 'access-control-allow-origin': '*' } : {}),
          },
          body: readFileSync(join(dist, name), 'utf8') + change,
        };
      }
      on.site.pages['/'] = {
        headers,
        body: `<!doctype html><title>Integrity</title><script nonce="abc">
          localStorage.clear(); said = []; wrong = []; tampered = [];
          console.info = (text) => { said.push(text); };
          onerror = (message) => { wrong.push(message); };
          onunhandledrejection = ({ reason }) => { wrong.push(String(reason)); };
        </script><script src="${from}/appizer-web.js" nonce="abc" ${tag}></script><script nonce="abc">
          AppizerWeb.init({ appId: 'demo', apiBase: '${on.sink.address}', debug: true });
          AppizerWeb.trackEvent('page_lived', {});
          AppizerWeb.trackEvent('');
          ran = true;
        </script>`,
      };
      await on.page.goto(`${on.site.address}/`);
      assert.equal(await on.page.evaluate('ran'), true);
    }
    const arrives = () =>
      waitFor(() => on.sink.named('page_lived').length > 0, { what: 'the event' });
    const says = (/** @type {string} */ part) =>
      waitFor(() => on.page.evaluate(`said.some((text) => text.includes('${part}'))`), {
        what: part,
      });
    const unharmed = async () => {
      await on.page.evaluate("AppizerWeb.trackEvent('still_there'), AppizerWeb.setUserId('me')");
      assert.deepEqual(await on.page.evaluate('wrong'), []);
    };
    const beside = (/** @type {string} */ name) =>
      on.page.evaluate(`(() => {
        const script = document.querySelector('script[src$="appizer-web.${name}.js"]');
        return [script.integrity, script.crossOrigin];
      })()`);
    // By its other name the same server is another origin.
    const elsewhere = () => on.site.address.replace('127.0.0.1', 'localhost');

    test('the files of the release are taken, under a policy too', async () => {
      await open({ headers: noWasm });
      await arrives();
      await says('needs a name');
      for (const name of ['debug', 'fallback']) {
        assert.deepEqual(await beside(name), [hashOf(`appizer-web.${name}.js`), null]);
      }
      await unharmed();
    });

    test('from another origin, as the tag asks for the script', async () => {
      const from = elsewhere();
      await open({
        tag: `${checked} crossorigin="anonymous"`,
        from,
        shared: true,
        headers: {
          'content-security-policy': `script-src ${from} 'nonce-abc'`,
        },
      });
      await arrives();
      await says('needs a name');
      assert.deepEqual(await beside('fallback'), [hashOf('appizer-web.fallback.js'), 'anonymous']);
      await unharmed();
    });

    test('without the attribute nothing is asked of another origin', async () => {
      const from = elsewhere();
      await open({
        tag: '',
        from,
        headers: { 'content-security-policy': `script-src ${from} 'nonce-abc'` },
        tampered: ['appizer-web.debug.js', 'appizer-web.fallback.js'],
      });
      await arrives();
      await says('needs a name');
      assert.deepEqual(await beside('debug'), ['', null]);
      await waitFor(() => on.page.evaluate('tampered.length === 2'), { what: 'both, as they are' });
    });

    test('another fallback is refused, and debug says so', async () => {
      await open({ headers: noWasm, tampered: ['appizer-web.fallback.js'] });
      await says('appizer-web.fallback.js could not be loaded');
      await unharmed();
      assert.deepEqual(await on.page.evaluate('tampered'), []);
      assert.deepEqual(on.sink.events, []);
    });

    test('another debug file is refused, and nothing else suffers', async () => {
      await open({ tampered: ['appizer-web.debug.js'] });
      await says('could not be loaded');
      await arrives();
      await unharmed();
      assert.deepEqual(await on.page.evaluate('tampered'), []);
    });
  });
}
