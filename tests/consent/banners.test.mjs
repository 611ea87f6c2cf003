/** Each consent banner, by a stand-in for its documented API: whenever it loads and whatever is decided. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { followConsent } from '../../dist/consent.mjs';
import { AppizerWeb } from '../../dist/index.mjs';
import { createWorld } from '../../dist/testing.mjs';
import { waitFor } from '../browser/harness/wait.mjs';
import { openPage } from './page.mjs';
import { standIns } from './stand_ins.mjs';

/** @type {import('./page.mjs').Page} */
let page;
/** @type {() => void} */
let stop = () => {};
beforeEach(() => {
  page = openPage();
});
afterEach(() => {
  stop();
  page.close();
});

/** Banners may be looked for as late as this many milliseconds after they load; some answer by a promise. */
const LOOK = 120;
const pause = (milliseconds = LOOK) => new Promise((resolve) => setTimeout(resolve, milliseconds));

for (const [name, { from, load }] of Object.entries(standIns)) {
  for (const wanted of [from, 'auto']) {
    const follow = (/** @type {any} */ client = page.client) => {
      stop = followConsent(client, {
        from: /** @type {any} */ (wanted),
        onUnknown: page.onUnknown,
      });
    };

    describe(`${name}, from: '${wanted}'`, () => {
      test('a banner that loads earlier: undecided, granted, withdrawn, granted again', async () => {
        const banner = load(page);
        follow();
        await pause(60);
        assert.deepEqual(page.decisions, []);
        for (const [agreed, decision] of /** @type {const} */ ([
          [true, 'granted'],
          [false, 'denied'],
          [true, 'granted'],
        ])) {
          const count = page.decisions.length;
          banner.decide(agreed);
          // Within the banner's own task.
          assert.deepEqual(page.decisions.slice(count), [decision]);
        }
        assert.deepEqual(page.reasons, []);
      });

      test('a banner that loads later, undecided, and is refused', async () => {
        follow();
        await pause(60);
        assert.deepEqual(page.decisions, []);
        const banner = load(page);
        await pause();
        assert.deepEqual(page.decisions, []);
        banner.decide(false);
        assert.deepEqual(page.decisions, ['denied']);
        assert.deepEqual(page.reasons, []);
      });

      for (const before of [true, false]) {
        const decision = before ? 'granted' : 'denied';
        test(`${decision} on an earlier page counts, whether the banner loads earlier or later`, async () => {
          load(page, before);
          follow();
          await waitFor(() => page.decisions.length > 0);
          assert.deepEqual(page.decisions, [decision]);
          stop();
          page.close();
          page = openPage();
          follow();
          load(page, before);
          await waitFor(() => page.decisions.length > 0);
          await pause(60);
          assert.deepEqual(page.decisions, [decision]);
        });
      }

      test('nothing is followed after the end', async () => {
        const banner = load(page, true);
        follow();
        await waitFor(() => page.decisions.length > 0);
        stop();
        banner.decide(false);
        assert.deepEqual(page.decisions, ['granted']);
      });

      test('nothing is sent before consent is granted, nothing of before is lost, and none after it is withdrawn', async () => {
        const world = createWorld();
        const app = AppizerWeb.create({ appId: 'demo', host: world.host, consent: 'pending' });
        follow(app);
        app.trackEvent('early_done');
        const banner = load(page);
        await pause();
        world.advance(60_000);
        assert.equal(world.requests.length, 0);
        banner.decide(true);
        app.trackEvent('later_done');
        world.advance(60_000);
        banner.decide(false);
        app.trackEvent('never_done');
        world.advance(60_000);
        assert.deepEqual(
          world.events().map(({ event_name }) => event_name),
          ['early_done', 'later_done'],
        );
        assert.equal(app.getUserId(), undefined);
        app.shutdown();
      });
    });
  }
}
