/** Nothing lost, nothing twice: a real browser, a real server, and what goes wrong between them. */
import assert from 'node:assert/strict';
import { waitFor } from './harness/wait.mjs';
import { onStage, timesSent, track } from './setup.mjs';

/** Stored is what was tracked, in order for each name. @param {any[]} events @param {string} who @param {number} count */
function assertAll(events, who, count) {
  const mine = events.filter(({ properties }) => properties.who === who);
  assert.deepEqual(
    mine.map(({ properties }) => properties.i),
    Array.from({ length: count }, (_, i) => i),
  );
}

/** Waits until the page has nothing left to send. @param {import('./harness/browsers.mjs').Page} page */
async function emptied(page) {
  await waitFor(
    () => page.evaluate(() => Object.keys(localStorage).every((key) => !key.includes('.j.'))),
    { timeout: 60_000, what: 'an empty journal' },
  );
}

onStage('a server that is down, then up, gets everything once', async (stage) => {
  const page = await stage.open();
  await stage.proxy.refuse();
  await track(page, 'down', 7);
  await new Promise((resolve) => setTimeout(resolve, 3000));
  assert.equal(stage.stored().length, 0);
  await stage.proxy.comeBack();
  await stage.storedCount(7);
  await emptied(page);
  assertAll(stage.stored(), 'down', 7);
  assert.equal(stage.copies(), 0);
});

onStage('a wait that the server asks for is kept, across a reload too', async (stage) => {
  const page = await stage.open();
  stage.proxy.next({
    status: 429,
    body: { error: 'Too Many Requests', code: 'RATE_LIMIT_EXCEEDED', details: { retry_after: 5 } },
  });
  await track(page, 'limited', 3);
  await waitFor(() => stage.proxy.requests.some(({ outcome }) => outcome === 429));
  const refused = Date.now();
  await page.reload();
  await track(page, 'reloaded', 1);
  await stage.storedCount(4);
  const posts = stage.proxy.requests.filter(({ method }) => method === 'POST');
  const second = posts[1]?.time ?? 0;
  assert.ok(second - refused >= 4900, `sent again after ${second - refused} ms`);
  assertAll(stage.stored(), 'limited', 3);
  assertAll(stage.stored(), 'reloaded', 1);
  assert.equal(stage.copies(), 0);
});

onStage('a tab closed while offline leaves its events to the next page', async (stage) => {
  const page = await stage.open();
  // Not the driver's offline mode, which ends while the tab closes.
  await stage.proxy.refuse();
  await page.evaluate(() => {
    Object.defineProperty(Navigator.prototype, 'onLine', { get: () => false });
    window.dispatchEvent(new Event('offline'));
  });
  await track(page, 'offline', 5);
  await page.close();
  await stage.proxy.comeBack();
  assert.equal(stage.proxy.events.length, 0);
  const next = await stage.open('/next');
  await stage.storedCount(5);
  await emptied(next);
  assertAll(stage.stored(), 'offline', 5);
  assert.equal(stage.copies(), 0);
});

onStage(
  'an event right before each of 50 link clicks arrives once, and is sent once',
  async (stage) => {
    const page = await stage.open();
    for (let i = 0; i < 50; ++i) {
      await Promise.all([page.raw.waitForNavigation(), page.click('a')]);
    }
    await stage.storedCount(50);
    await page.goto(`${stage.site.address}/next`);
    // Long enough for the page to look for what others left, and to send it.
    await new Promise((resolve) => setTimeout(resolve, 5000));
    assert.equal(stage.stored().length, 50);
    const times = timesSent(stage.proxy.events);
    assert.equal(times.size, 50);
    assert.deepEqual([...new Set(times.values())], [1]);
    assert.equal(stage.copies(), 0);
  },
  { body: `<a href="/next" onclick="AppizerWeb.trackEvent('link_clicked')">on</a>` },
);

onStage('a renderer that crashes right after tracking loses nothing', async (stage) => {
  const page = await stage.open();
  await track(page, 'crash', 4);
  // Without an answer for this long a healthy driver would complain: the page is dead.
  await page.raw.goto('chrome://crash', { timeout: 2000 }).catch(() => {});
  const next = await stage.open('/next');
  await stage.storedCount(4);
  await emptied(next);
  assertAll(stage.stored(), 'crash', 4);
  // What was on its way when the page died may arrive twice: its answer never reached the page.
  for (const count of timesSent(stage.proxy.events).values()) assert.ok(count <= 2);
});

onStage('five tabs and a server that comes and goes', async (stage) => {
  const pages = [];
  for (let i = 0; i < 5; ++i) pages.push(await stage.open());
  for (let round = 0; round < 3; ++round) {
    stage.proxy.next({ status: 503, times: 4 });
    stage.proxy.next({ drop: 'before', times: 2 });
    for (const [i, page] of pages.entries()) await track(page, `tab_${i}_${round}`, 6);
    await new Promise((resolve) => setTimeout(resolve, 2000));
    await stage.proxy.refuse();
    await new Promise((resolve) => setTimeout(resolve, 1000));
    await stage.proxy.comeBack();
  }
  stage.proxy.recover();
  await stage.storedCount(90, 120_000);
  await emptied(/** @type {any} */ (pages[0]));
  for (let round = 0; round < 3; ++round) {
    for (let i = 0; i < 5; ++i) assertAll(stage.stored(), `tab_${i}_${round}`, 6);
  }
  assert.equal(stage.copies(), 0);
});

onStage(
  'an answer lost after the server has stored is asked for again, and stored once',
  async (stage) => {
    const page = await stage.open();
    stage.proxy.next({ drop: 'after' });
    await track(page, 'lost', 5);
    await waitFor(
      () => stage.proxy.requests.filter(({ method }) => method === 'POST').length === 2,
      {
        timeout: 60_000,
      },
    );
    await emptied(page);
    assertAll(stage.stored(), 'lost', 5);
    assert.equal(stage.copies(), 5);
  },
);

onStage('an answer whose body breaks off counts as delivered', async (stage) => {
  const page = await stage.open();
  stage.proxy.next({ cut: true });
  await track(page, 'cut', 5);
  await stage.storedCount(5);
  await emptied(page);
  assert.equal(stage.copies(), 0);
});

onStage('10,000 events in one loop all arrive, in batches, once', async (stage) => {
  const page = await stage.open();
  await track(page, 'loop', 10_000);
  await stage.storedCount(10_000, 180_000);
  await emptied(page);
  assertAll(stage.stored(), 'loop', 10_000);
  const posts = stage.proxy.requests.filter(({ method }) => method === 'POST');
  assert.ok(posts.length <= 105, `${posts.length} requests`);
  assert.equal(stage.copies(), 0);
});

onStage('nothing pending: no request, no key but the documented ones', async (stage) => {
  const page = await stage.open();
  await track(page, 'idle', 1);
  await stage.storedCount(1);
  await emptied(page);
  const before = stage.proxy.requests.length;
  await new Promise((resolve) => setTimeout(resolve, 3000));
  assert.equal(stage.proxy.requests.length, before);
  const keys = await page.evaluate(() => Object.keys(localStorage).sort());
  assert.deepEqual(
    keys.map((/** @type {string} */ key) => key.replace(/\.[0-9a-z]{8}\./, '.<site>.')),
    ['appizer.1.<site>.s', 'appizer_user_id'],
  );
});
