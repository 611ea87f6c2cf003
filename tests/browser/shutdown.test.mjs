/** `shutdown` leaves the page as if the SDK had never been there; and its listeners keep nothing alive. */
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { engines } from './harness/browsers.mjs';
import { waitFor } from './harness/wait.mjs';
import { withPage } from './setup.mjs';

// Counts what listens and what waits, by standing in for the browser's own functions.
const counting = `
  const live = new Set();
  const waiting = new Set();
  let heardLate = 0;
  const { addEventListener: add, removeEventListener: remove } = EventTarget.prototype;
  const { setTimeout: set, clearTimeout: clear } = window;
  const same = (a, b) => a.target === b.target && a.type === b.type && a.given === b.given && a.capture === b.capture;
  EventTarget.prototype.addEventListener = function (type, given, options) {
    const one = { target: this ?? window, type, given, capture: !!(options?.capture ?? options) };
    if ([...live].some((other) => same(one, other))) return;
    live.add(one);
    options?.signal && add.call(options.signal, 'abort', () => live.delete(one));
    add.call(one.target, type, function (event) {
      if (over) ++heardLate;
      return given.call(this, event);
    }, options);
  };
  EventTarget.prototype.removeEventListener = function () { throw new Error('goes by signals'); };
  window.setTimeout = (call, ...more) => {
    const id = set(() => { waiting.delete(id); call(); }, ...more);
    waiting.add(id);
    return id;
  };
  window.clearTimeout = (id) => { waiting.delete(id); clear(id); };
  let over = false;
  Object.defineProperty(window, 'navigation', { value: undefined });
  const patched = () => [history.pushState, history.replaceState, HTMLFormElement.prototype.submit,
    frames[0].HTMLFormElement.prototype.submit, frames[0].frames[0].HTMLFormElement.prototype.submit];
  const pause = (ms) => new Promise((resolve) => set(resolve, ms));
`;

for (const engine of engines) {
  describe(`shutdown in ${engine}`, { timeout: 120_000 }, () => {
    const form =
      '<form action="/nowhere" target="sink"><input name="email" value="a@example.com"></form>';
    const on = withPage(engine, {
      browser: engine === 'chromium' ? { args: ['--js-flags=--expose-gc'] } : {},
      pages: {
        '/inner': `<!doctype html>${form}<iframe srcdoc='${form}'></iframe>`,
        '/': `<!doctype html><title>Shutdown</title><body>${form}<iframe src="/inner"></iframe>
          <iframe name="sink"></iframe><div id="host"></div><script>${counting}
          host.attachShadow({ mode: 'open' }).innerHTML = '${form}';</script>
          <script src="/appizer-web.js"></script>`,
      },
    });
    before(() => on.page.goto(`${on.site.address}/`));

    /** @param {string} code */
    const act = (code) => on.page.evaluate(`(() => { ${code} })()`);

    const start = () =>
      act(`
        AppizerWeb.init({ appId: 'demo', apiBase: '${on.sink.address}', autoHook: { starts: true },
          autoEvents: { sessionStart: true, outboundLinks: true, downloads: true } });
        const field = host.shadowRoot.querySelector('input');
        field.focus();
        field.click();`);

    test('every listener, patch, timer and lock is gone, and what waited is sent', async () => {
      const before = await act('natives = patched(); return [live.size, waiting.size]');
      assert.equal(before[0], 0);
      // The driver's own.
      const [, base] = before;
      await start();
      const during = await on.page.evaluate(`({
        types: [...new Set([...live].map(({ type }) => type))].sort(),
        patched: patched().map((one, i) => one !== natives[i]),
      })`);
      for (const type of [
        'pagehide',
        'visibilitychange',
        'storage',
        'scroll',
        'click',
        'submit',
        'popstate',
      ]) {
        assert.ok(during.types.includes(type), `it listens for ${type}`);
      }
      assert.deepEqual(during.patched, [true, true, true, true, true]);

      await act(`AppizerWeb.trackEvent('last_words'); AppizerWeb.shutdown(); over = true;`);
      const after = await on.page.evaluate(`({
        live: [...live].map(({ type }) => type), patched: patched().map((one, i) => one !== natives[i]),
      })`);
      assert.deepEqual(after, { live: [], patched: [false, false, false, false, false] });

      await waitFor(() => on.sink.named('last_words').length > 0, { what: 'last_words' });
      await on.page.evaluate('pause(100)');
      const left = await on.page.evaluate(`(async () => ({
        waiting: waiting.size,
        locks: navigator.locks ? (await navigator.locks.query()).held.length : 0,
        journal: Object.keys(localStorage).filter((key) => key.includes('.j.')),
      }))()`);
      assert.deepEqual(left, { waiting: base, locks: 0, journal: [] });
    });

    test('nothing is observed or recorded any more', async () => {
      const already = on.sink.events.length;
      await on.page.evaluate(`(async () => {
        AppizerWeb.trackEvent('too_late');
        AppizerWeb.setUserId('too_late');
        history.pushState(null, '', '/next');
        for (const type of ['pagehide', 'pageshow', 'popstate', 'hashchange', 'scroll', 'online', 'click', 'auxclick']) {
          dispatchEvent(new Event(type));
        }
        for (const one of [document, frames[0].document, host.shadowRoot]) {
          one.querySelector('form').dispatchEvent(new Event('submit', { bubbles: true }));
          one.querySelector('input').dispatchEvent(new Event('input', { bubbles: true }));
          one.querySelector('form').submit();
        }
        await pause(1500);
      })()`);
      assert.deepEqual(await on.page.evaluate('[live.size, heardLate]'), [0, 0]);
      assert.equal(on.sink.events.length, already);
    });

    test('init begins anew', async () => {
      await act('over = false');
      await start();
      await act(`AppizerWeb.trackEvent('begun_anew')`);
      await waitFor(() => on.sink.named('begun_anew').length > 0, { what: 'begun_anew' });
      assert.equal(on.sink.named('last_words').length, 1);
      assert.equal(on.sink.named('too_late').length, 0);
    });

    if (engine === 'chromium') {
      test('a frame that was watched can be collected when it is gone', async () => {
        // What counts the listeners keeps their targets.
        on.site.pages['/'] =
          '<!doctype html><body><div id="host"></div><script src="/appizer-web.js"></script>';
        await on.page.goto(`${on.site.address}/`);
        await act(
          `AppizerWeb.init({ appId: 'demo', apiBase: '${on.sink.address}', autoEvents: true, autoHook: { starts: true } })`,
        );
        await on.page.evaluate(`new Promise((resolve) => {
          const frame = document.createElement('iframe');
          frame.src = '/inner';
          frame.onload = () => {
            frame.contentDocument.querySelector('input').focus();
            gone = new WeakRef(frame.contentDocument.querySelector('form'));
            frame.remove();
            resolve();
          };
          document.body.append(frame);
        })`);
        await waitFor(() => act('gc(); return gone.deref() === undefined'), {
          what: 'the frame to be collected',
        });
      });
    }
  });
}
