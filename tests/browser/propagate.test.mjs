/** The header that says whose a request is, on a real page. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { engines } from './harness/browsers.mjs';
import { withPage } from './setup.mjs';

for (const engine of engines) {
  describe(`the visitor's header in ${engine}`, { timeout: 120_000 }, () => {
    const on = withPage(engine, {
      pages: {
        '/': `<!doctype html><title>Shop</title><script src="/appizer-web.js"></script>
          <script src="/appizer-web.propagate.js"></script>`,
        '/api': { body: '{}' },
      },
    });

    /** @param {string} code */
    const act = (code) => on.page.evaluate(`(async () => { ${code} })()`);

    test('own requests have it, others do not, and the page’s own headers stay', async () => {
      await on.page.goto(`${on.site.address}/`);
      // What goes out is seen where the browser's own functions take it.
      const sent = await act(`
        await new Promise((there) => { const look = () =>
          /native/.test(String(fetch)) ? setTimeout(look, 20) : there(); look(); });
        const none = await new Promise((done) => {
          const request = new XMLHttpRequest();
          const set = request.setRequestHeader;
          let header = '';
          request.setRequestHeader = (name, value) => { header += name + value; };
          request.open('GET', '/api');
          done(header);
        });
        AppizerWeb.init({ appId: 'demo', apiBase: '${on.sink.address}' });
        AppizerWeb.trackEvent('cart_opened');
        const context = AppizerWeb.getContext();
        const expected = [context.userId, context.sessionId, context.viewId].map(encodeURIComponent).join(' ');
        const headers = [];
        const request = new XMLHttpRequest();
        request.setRequestHeader = (name, value) => headers.push(name, value);
        request.open('GET', '/api');
        const other = new XMLHttpRequest();
        other.setRequestHeader = (name, value) => headers.push('other', name, value);
        other.open('GET', '${on.sink.address}/api');
        return { none, expected, headers };
      `);
      assert.equal(sent.none, '', 'nothing is known before init');
      assert.deepEqual(sent.headers, ['appizer-visitor', sent.expected]);

      const before = on.site.requests.length;
      await act(`
        await fetch('/api?plain');
        await fetch(new Request('/api?request', { headers: { 'x-own': '1' } }));
        await fetch(new URL('/api?url', location.href), { method: 'POST', body: 'text', headers: [['x-own', '2']] });
        await new Promise((done) => { const request = new XMLHttpRequest(); request.onload = done;
          request.open('GET', '/api?xhr'); request.send(); });
        await fetch('${on.sink.address}/elsewhere', { mode: 'no-cors' }).catch(() => {});
        await fetch('http://[').then(() => { throw new Error('taken'); }, () => {});
      `);
      const requests = on.site.requests.slice(before).filter(({ path }) => path.startsWith('/api'));
      assert.deepEqual(
        requests.map(({ path, headers }) => [path, headers['appizer-visitor'], headers['x-own']]),
        [
          ['/api?plain', sent.expected, undefined],
          ['/api?request', sent.expected, '1'],
          ['/api?url', sent.expected, '2'],
          ['/api?xhr', sent.expected, undefined],
        ],
      );
    });
  });
}
