/** What refuses one thing of a page's, for ever, holds back nothing else. */
import assert from 'node:assert/strict';
import { waitFor } from './harness/wait.mjs';
import { onStage, timesSent, track } from './setup.mjs';

onStage('an alias that is not allowed holds back nothing of its user', async (stage) => {
  stage.proxy.next({ path: '/v1/users/aliases', status: 401, times: 1000 });
  const page = await stage.open();
  await page.evaluate(() => /** @type {any} */ (window).AppizerWeb.setUserId('u1'));
  await waitFor(() => stage.proxy.requests.some(({ outcome }) => outcome === 401));
  await page.evaluate(() =>
    /** @type {any} */ (window).AppizerWeb.setUserProperties({ email: 'ann@example.com' }),
  );
  await track(page, 'named', 1);
  await stage.storedCount(1);
  await waitFor(
    () =>
      stage.collector.store
        .newest('users', 'demo', 10)
        .some((/** @type {any} */ user) => JSON.stringify(user).includes('ann@example.com')),
    { timeout: 60_000, what: 'the email' },
  );
});

onStage(
  'what the page removed from storage while the server is down is there for the next',
  async (stage) => {
    const page = await stage.open();
    await stage.proxy.refuse();
    await track(page, 'cleared', 20);
    // What leaves with the page counts as delivered, so a request has failed before.
    await waitFor(
      () => page.evaluate(() => Object.keys(localStorage).some((key) => key.includes('.w.'))),
      { timeout: 60_000, what: 'a failure' },
    );
    await page.evaluate(() => localStorage.clear());
    await page.goto(`${stage.site.address}/bare`);
    await stage.proxy.comeBack();
    await page.goto(`${stage.site.address}/next`);
    await stage.storedCount(20, 120_000);
    assert.ok([...timesSent(stage.stored()).values()].every((times) => times === 1));
  },
);

onStage('a tab that is frozen after a failure keeps no other from sending', async (stage) => {
  const frozen = await stage.open();
  stage.proxy.next({ status: 503, times: 1 });
  await track(frozen, 'frozen', 1);
  await waitFor(() => stage.proxy.requests.some(({ outcome }) => outcome === 503));
  const cdp = await frozen.raw.createCDPSession();
  await cdp.send('Page.setWebLifecycleState', { state: 'frozen' });
  const other = await stage.open('/next');
  await track(other, 'other', 1);
  await waitFor(() => stage.stored().some(({ properties }) => properties.who === 'other'), {
    timeout: 60_000,
    what: 'the other tab’s event',
  });
});
