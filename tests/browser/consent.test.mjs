/** Consent banners in a real page: the tag that follows them, whichever script loads first. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inEngines } from './harness/browsers.mjs';
import { waitFor } from './harness/wait.mjs';
import { withPage } from './setup.mjs';

// As much of the two APIs as tests/consent has of them.
const onetrust = `<script>{
  const apply = (agreed) => {
    const groups = agreed ? ['C0001', 'C0002'] : ['C0001'];
    window.OnetrustActiveGroups = ',' + groups.join() + ',';
    window.OneTrust = { IsAlertBoxClosed: () => agreed !== undefined };
    dispatchEvent(new CustomEvent('OneTrustGroupsUpdated', { detail: groups }));
  };
  window.decide = apply;
  apply();
}</script>`;
const gtag = `<script>
  window.dataLayer = window.dataLayer || [];
  function gtag() { dataLayer.push(arguments); }
  gtag('consent', 'default', { analytics_storage: 'denied' });
  window.decide = (agreed) =>
    gtag('consent', 'update', { analytics_storage: agreed ? 'granted' : 'denied' });
</script>`;

/** @param {string} api */
const sdk = (
  api,
) => `<script type="module" src="/appizer-web.js" data-app-id="demo" data-auto-events
  data-consent="pending" data-api-base="${api}"></script>`;
/** @param {string} from */
const tag = (from) => `<script src="/appizer-web.consent.js" data-from="${from}"></script>`;

inEngines('consent banners', (engine) => {
  const on = withPage(engine);

  for (const [name, from, parts] of /** @type {[string, string, (api: string) => string[]][]} */ ([
    ['OneTrust, loaded first', 'onetrust', (api) => [onetrust, sdk(api), tag('onetrust')]],
    ['OneTrust, loaded last', 'onetrust', (api) => [tag('onetrust'), sdk(api), onetrust]],
    ['Google Consent Mode, loaded first', 'gtag', (api) => [gtag, tag('gtag'), sdk(api)]],
    ['Google Consent Mode, whatever it is', '', (api) => [tag(''), sdk(api), gtag]],
  ])) {
    test(`${name}: nothing is stored or sent before consent, nothing is lost, and it can be withdrawn`, async () => {
      on.sink.events.length = 0;
      const path = `/${encodeURIComponent(name)}`;
      on.site.pages[path] =
        `<!doctype html><title>Banner</title>${parts(on.sink.address).join('')}`;
      await on.page.goto(on.site.address + path);
      await on.page.evaluate(async () => {
        const { AppizerWeb } = /** @type {any} */ (window);
        AppizerWeb.trackEvent('early_done');
        await new Promise((resolve) => setTimeout(resolve, 1500));
      });
      assert.deepEqual(on.sink.events, []);
      assert.equal(await on.page.evaluate('localStorage.length'), 0);
      await on.page.evaluate('decide(true)');
      await waitFor(() => on.sink.named('early_done').length, { what: 'the event of before' });
      assert.equal(on.sink.named('page_view').length, 1);
      const kept = await on.page.evaluate(() => {
        const { AppizerWeb, decide } = /** @type {any} */ (window);
        decide(false);
        AppizerWeb.trackEvent('never_done');
        return new Promise((resolve) => setTimeout(() => resolve(localStorage.length), 1500));
      });
      assert.equal(kept, 0);
      assert.deepEqual(on.sink.named('never_done'), [], from);
    });
  }
});
