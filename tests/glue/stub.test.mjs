/** What is pasted into pages: small, old-fashioned, and safe to put into HTML. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { snippet, stub } from '../../dist/snippet.mjs';
import { dist } from '../../scripts/paths.mjs';

test('the stub has at most 500 bytes', () => {
  assert.equal(stub, readFileSync(join(dist, 'appizer-web.stub.js'), 'utf8').trim());
  assert.ok(Buffer.byteLength(stub) <= 500, `${Buffer.byteLength(stub)} bytes`);
});

test('it keeps at most 1,000 calls, and freezes what they were given', () => {
  const window = /** @type {any} */ ({});
  new Function('window', stub)(window);
  const cart = { step: 1 };
  window.AppizerWeb.trackEvent('step_done', cart);
  cart.step = 2;
  const [[method, given, time]] = window.AppizerWeb.q;
  assert.deepEqual([method, given[0], given[1]], ['trackEvent', 'step_done', { step: 1 }]);
  assert.ok(Math.abs(time - Date.now()) < 1000);
  for (let i = 0; i < 2000; ++i) window.AppizerWeb.reset();
  assert.equal(window.AppizerWeb.q.length, 1000);
});

test('it has every method of the client', async () => {
  const window = /** @type {any} */ ({});
  new Function('window', stub)(window);
  const { AppizerWeb } = await import('../../dist/index.mjs');
  const methods = Object.entries(AppizerWeb).filter(([, one]) => typeof one === 'function');
  assert.deepEqual(
    Object.keys(window.AppizerWeb).sort(),
    ['q', ...methods.map(([name]) => name)].sort(),
  );
});

test('the snippet is HTML, whatever it is given', () => {
  assert.equal(
    snippet(),
    `<script>${stub}</script>\n<script async src="https://cdn.appizer.com/js/appizer-web.js"></script>`,
  );
  assert.equal(
    snippet({
      appId: '"><&',
      autoHook: true,
      debug: false,
      nonce: 'n',
      src: '/a.js',
      integrity: 'sha384-x',
    }),
    `<script nonce="n">${stub}</script>\n<script async src="/a.js" integrity="sha384-x" crossorigin="anonymous" nonce="n" data-app-id="&quot;><&amp;" data-auto-hook="true" data-debug="false"></script>`,
  );
  assert.ok(!stub.includes('</'));
});
