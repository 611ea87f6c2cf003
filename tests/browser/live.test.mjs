/** The collector's live page, as somebody who develops has it open beside the site. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { readConfig } from '../../examples/collector/config.mjs';
import { createCollector } from '../../examples/collector/server.mjs';
import { launch } from './harness/browsers.mjs';
import { waitFor } from './harness/wait.mjs';

test('the live page shows what comes, finds it, and takes none of it for markup', async (t) => {
  const collector = createCollector({ db: ':memory:' });
  t.after(() => collector.close());
  const address = await collector.listen();
  const browser = await launch('chromium');
  t.after(() => browser.close());
  const page = await browser.newPage();

  /** @param {string} path @param {object} body */
  const send = async (path, body) => {
    const response = await fetch(address + path, {
      method: 'POST',
      headers: { origin: 'http://localhost', 'content-type': 'application/json' },
      body: JSON.stringify({ app_id: 'demo', ...body }),
    });
    assert.equal(response.ok, true, await response.text());
  };
  /** The rows of a list that can be seen, newest first: what stands in some of their cells. */
  const rows = (list = 'events', cells = ['name', 'user', 'properties']) =>
    page.evaluate(
      (/** @type {string} */ id, /** @type {string[]} */ names) =>
        [...document.querySelectorAll(`#${id} details`)]
          .filter((row) => row.checkVisibility())
          .map((row) => names.map((name) => row.querySelector(`.${name}`)?.textContent)),
      list,
      cells,
    );
  /** @param {unknown[]} expected @param {string} [list] @param {string[]} [cells] */
  const shows = async (expected, list, cells) => {
    const text = JSON.stringify(expected);
    await waitFor(async () => JSON.stringify(await rows(list, cells)) === text).catch(() => {});
    assert.deepEqual(await rows(list, cells), expected);
  };

  await page.goto(address);
  await waitFor(() =>
    page.evaluate(() => document.querySelector('#state')?.textContent === 'live'),
  );
  assert.equal(
    await page.evaluate(() => document.querySelector('#empty')?.checkVisibility()),
    true,
  );

  // It comes by itself, the newest first.
  await send('/v1/events', { event_name: 'plan_chosen', user_id: 'ada', properties: { n: 1 } });
  const chosen = ['plan_chosen', 'ada', 'n: 1'];
  await shows([chosen]);
  const markup = `</span><img src="x" onerror="window.hacked = 1"><script>window.hacked = 2</script>`;
  await send('/v1/events', {
    event_name: 'cart_opened',
    user_id: markup,
    properties: { [markup]: markup },
  });
  const opened = ['cart_opened', markup, `${markup}: ${JSON.stringify(markup)}`];
  await shows([opened, chosen]);

  // The filter looks at all of a row, whatever its case, and at what comes later too.
  await page.type('#filter', 'PLAN_');
  await shows([chosen]);
  await send('/v1/events', { event_name: 'shop_left', user_id: 'ada' });
  await send('/v1/events', { event_name: 'plan_kept', user_id: 'ada' });
  await shows([['plan_kept', 'ada', ''], chosen]);
  await page.type('#filter', 'nothing like it');
  await shows([]);
  assert.equal(
    await page.evaluate(() => document.querySelector('#no-match')?.textContent),
    'Nothing here contains that text.',
  );
  await page.evaluate(() => {
    const filter = /** @type {HTMLInputElement} */ (document.querySelector('#filter'));
    filter.value = '';
    filter.dispatchEvent(new Event('input'));
  });
  await shows([['plan_kept', 'ada', ''], ['shop_left', 'ada', ''], opened, chosen]);

  // Very deep and very large properties stay small until a row is opened, and are cut then.
  const deep = JSON.parse(`${'{"a":'.repeat(3000)}1${'}'.repeat(3000)}`);
  await send('/v1/events', { event_name: 'deep', user_id: 'ada', properties: deep });
  await send('/v1/events', {
    event_name: 'large',
    user_id: 'ada',
    properties: { text: 'x'.repeat(500_000) },
  });
  await waitFor(async () => (await rows()).length === 6);
  assert.match(String((await rows())[0]), /489 KB, open the row to load it/);
  const openedText = (/** @type {number} */ index) =>
    page.evaluate((/** @type {number} */ at) => {
      const row = /** @type {HTMLDetailsElement} */ (
        document.querySelectorAll('#events details')[at]
      );
      row.open = true;
      return row.querySelector('pre')?.textContent ?? '';
    }, index);
  await waitFor(async () => (await openedText(0)).includes('"text": "xxx'));
  await waitFor(async () => (await openedText(1)).includes('…'));
  for (const index of [0, 1]) assert.ok((await openedText(index)).length < 21_000);

  // Users likewise.
  await send('/v1/users', { user_id: markup, email: 'ada@example.com' });
  await page.click('#show-users');
  await shows([[markup, 'ada@example.com  ']], 'users', ['name', 'properties']);

  // Beside the list: the last day in counts, and what was refused, with the reason.
  const sidebar = (/** @type {string} */ id) =>
    page.evaluate(
      (/** @type {string} */ one) => document.querySelector(`#${one}`)?.textContent ?? '',
      id,
    );
  await fetch(`${address}/v1/events`, {
    method: 'POST',
    headers: { origin: 'http://localhost', 'content-type': 'application/json' },
    body: JSON.stringify({ app_id: 'demo', user_id: 'ada' }),
  });
  await page.goto(`${address}/#visitor=demo/${encodeURIComponent('ada')}`);
  await waitFor(async () => (await sidebar('refused')).includes('event_name is required'));
  assert.match(await sidebar('chart'), /6 events in the last 24 hours/);
  assert.match(await sidebar('top-events'), /plan_chosen1/);
  assert.match(await sidebar('refused-by'), /400 MISSING_FIELD1/);
  await waitFor(async () => (await rows('visitor', ['name'])).length === 5);
  assert.equal(
    await page.evaluate(() => document.querySelector('#lists')?.checkVisibility()),
    false,
  );
  await page.goto(`${address}/#visitor=demo/${encodeURIComponent(markup)}`);
  await waitFor(async () => (await rows('visitor', ['name'])).length === 1);
  assert.deepEqual(await rows('visitor', ['name', 'user']), [['cart_opened', markup]]);

  // Opened rows have it all, and nothing of it became an element, or ran.
  await page.evaluate(() => {
    for (const row of document.querySelectorAll('details')) row.open = true;
  });
  assert.deepEqual(
    await page.evaluate(() => [
      document.querySelectorAll('body img, body script').length,
      /** @type {any} */ (window).hacked ?? 'nothing',
    ]),
    [0, 'nothing'],
  );
});

test('an event that is not as planned is marked in words', async (t) => {
  const file = join(mkdtempSync(join(tmpdir(), 'appizer-plan-')), 'appizer.plan.json');
  t.after(() => rmSync(dirname(file), { recursive: true, force: true }));
  const events = { plan_chosen: { description: 'A plan was chosen.', owner: 'shop' } };
  writeFileSync(file, JSON.stringify({ events }));
  const config = { .../** @type {object} */ (readConfig()), plan: { file, mode: 'mark' } };
  const collector = createCollector({ db: ':memory:', config });
  t.after(() => collector.close());
  const address = await collector.listen();
  for (const event_name of ['plan_chosen', 'plan_choosen']) {
    await fetch(`${address}/v1/events`, {
      method: 'POST',
      headers: { origin: 'http://localhost', 'content-type': 'application/json' },
      body: JSON.stringify({ app_id: 'demo', event_name, user_id: 'ada' }),
    });
  }
  const browser = await launch('chromium');
  t.after(() => browser.close());
  const page = await browser.newPage();
  await page.goto(address);
  const names = () =>
    page.evaluate(() =>
      [...document.querySelectorAll('#events .name')].map(({ textContent }) => textContent),
    );
  await waitFor(async () => (await names()).length === 2, { what: 'two rows' });
  assert.deepEqual(await names(), ['plan_choosen (not as planned)', 'plan_chosen']);
  await page.click('#events details[data-plan] summary');
  const shown = await page.evaluate(
    () => document.querySelector('#events details[open] pre')?.textContent ?? '',
  );
  assert.match(shown, /not_as_planned[\s\S]*Did you mean \\"plan_chosen\\"/);
});
