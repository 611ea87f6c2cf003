/** The simulated world as a module, and the page that shows it. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { openWorld } from '../../play/world.mjs';
import { root } from '../../scripts/paths.mjs';
import { buildPage, servePage } from '../../scripts/play.mjs';
import { launch } from '../browser/harness/browsers.mjs';
import { waitFor } from '../browser/harness/wait.mjs';

const folder = buildPage();
const module = readFileSync(join(folder, 'play.wasm'));

/** @param {Awaited<ReturnType<typeof openWorld>>} world @param {number} seed */
function wholeTrace(world, seed) {
  world.open(seed);
  while (world.step());
  world.end();
  return world.state();
}

describe('the module', () => {
  test('plays each seed as the simulator does, line by line', async () => {
    const world = await openWorld(module);
    for (const seed of [3, 1001, 8495]) {
      const { stdout, status } = spawnSync(
        process.execPath,
        ['scripts/native.mjs', 'fast', 'sim', '--seed', String(seed), '--trace'],
        { cwd: root, encoding: 'utf8', maxBuffer: 1 << 28 },
      );
      assert.equal(status, 0, stdout.slice(-500));
      const native = stdout.split('\n').filter((line) => /^\d+ {2}/.test(line));
      const { lines, violation, ended, invariants } = wholeTrace(world, seed);
      assert.equal(violation, '');
      assert.ok(ended);
      assert.ok(invariants.every(({ state }) => state === 'holds'));
      assert.ok(native.length > 20, String(native.length));
      assert.deepEqual(
        lines.map((line) => line.replace(/[^ -~]/g, '')),
        native.map((line) => line.replace(/[^ -~]/g, '')),
      );
    }
  });

  test('every button does something, in a world that is nobody else’s, and every rule holds in the end', async () => {
    const world = await openWorld(module);
    assert.equal(new Set(world.buttons).size, world.buttons.length);
    for (const button of world.buttons) {
      world.open(5, true);
      world.press('open', 0);
      world.press('track', 0);
      world.press('hide', 0);
      world.press('show', 0);
      for (let i = 0; i < 20; ++i) world.liveOn();
      const before = JSON.stringify(world.state());
      world.press(button, 0);
      world.press('track', 0);
      for (let i = 0; i < 50; ++i) world.liveOn();
      const then = world.state();
      assert.notEqual(JSON.stringify(then), before, button);
      assert.equal(then.violation, '', button);
      world.end();
      const { violation, stored, tracked, records } = world.state();
      assert.equal(violation, '', button);
      const lost = records.filter(({ place }) => place === 'memory' || place === 'storage');
      assert.deepEqual(lost, [], button);
      assert.ok(tracked > 0 && stored > 0, button);
    }
  });

  test('an outage is seen in the picture: what waits, and what arrives when it is over', async () => {
    const world = await openWorld(module);
    world.open(9, true);
    world.press('open', 1);
    for (let i = 0; i < 30; ++i) world.liveOn();
    world.press('network down', 1);
    world.press('track', 1);
    for (let i = 0; i < 30; ++i) world.liveOn();
    const down = world.state();
    assert.equal(down.networkUp, false);
    assert.equal(down.stored, 0);
    assert.ok(down.records.some(({ place }) => place === 'storage'));
    assert.ok(down.storage.keys.some(({ key }) => /\.j\.\w+\.e0$/.test(key)));
    world.press('network up', 1);
    for (let i = 0; i < 400 && world.state().stored < down.tracked; ++i) world.liveOn();
    const up = world.state();
    assert.equal(up.stored, down.tracked);
    assert.ok(up.records.every(({ place }) => place === 'server'));
    assert.ok(up.requests.some(({ status }) => status >= 200 && status < 300));
  });

  test('every violation that the simulator can find lights one of the rules', async () => {
    const world = await openWorld(module);
    const sources = readdirSync(join(root, 'tests/sim'))
      .filter((name) => name.endsWith('.cpp'))
      .map((name) => readFileSync(join(root, 'tests/sim', name), 'utf8'))
      .join('\n');
    // What is passed to `violated`, with "x" where it is computed, and to `expect`, which adds the request.
    const computed = [...sources.matchAll(/violated\(((?:[^;"]|"(?:[^"\\]|\\.)*")*)\);/g)].map(
      ([, given = '']) =>
        [...given.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, text]) => text).join('x'),
    );
    const expected = [...sources.matchAll(/"([^"]+)",\s*send\)/g)].map(
      ([, text]) => `${text}: request 1 of document 2`,
    );
    assert.ok(expected.length > 10, String(expected.length));
    const violations = [...computed, ...expected].filter(
      (text) => text.length > 3 && !text.startsWith(': request'),
    );
    assert.ok(violations.length > 60, String(violations.length));
    for (const violation of violations) {
      world.open(1, true);
      world.violate(violation);
      const { other, invariants, violation: shown } = world.state();
      assert.equal(shown, violation);
      assert.equal(other, false, violation);
      assert.equal(invariants.filter(({ state }) => state === 'violated').length, 1, violation);
    }
  });
});

describe('the page', async () => {
  const site = await servePage(folder);
  const browser = await launch('chromium');
  after(async () => {
    await browser.close();
    await site.close();
  });

  test('a seed is opened, stepped, run to its end, and broken by buttons; at 320 px too', async () => {
    const page = await browser.newPage();
    await page.goto(`${site.address}/#seed=3`);
    const ready = () => page.evaluate(() => 'ready' in document.documentElement.dataset);
    await waitFor(ready, { timeout: 30_000, what: 'the page' });
    const text = (/** @type {string} */ id) =>
      page.evaluate(
        (/** @type {string} */ one) => document.getElementById(one)?.textContent ?? '',
        id,
      );
    /** As by a keyboard. @param {string} selector */
    const press = (selector) =>
      page.evaluate((/** @type {string} */ one) => {
        const button = /** @type {HTMLElement} */ (document.querySelector(one));
        button.focus();
        if (document.activeElement !== button) throw new Error(`${one} takes no focus`);
        button.click();
      }, selector);

    assert.match(await text('plan'), /^Seed 3: .*0 of \d+ actions done/);
    await press('#step');
    await press('#step');
    assert.notEqual(await text('trace'), '');
    await page.evaluate(() => {
      /** @type {HTMLSelectElement} */ (document.getElementById('speed')).value = '600';
    });
    await press('#run');
    await waitFor(async () => /every rule holds/.test(await text('status')), {
      timeout: 60_000,
      what: 'the end',
    });
    assert.equal(await page.evaluate(() => document.querySelectorAll('#rules .holds').length), 10);
    assert.equal(await page.evaluate(() => document.querySelectorAll('#rules li').length), 10);

    await page.evaluate(() => {
      /** @type {HTMLInputElement} */ (document.getElementById('free')).checked = true;
    });
    await press('#open [type=submit]');
    for (const name of ['open', 'track', 'network down']) {
      await page.evaluate((/** @type {string} */ wanted) => {
        const all = [...document.querySelectorAll('#buttons button')];
        /** @type {HTMLElement} */ (all.find((one) => one.textContent === wanted)).click();
      }, name);
    }
    assert.match(await text('network'), /down/);
    assert.match(await text('tabs'), /Tab 0 document 0, visible/);

    // A violation is red, with a mark that needs no colour, and nothing goes on.
    await page.evaluate(async () => {
      // By a path that the type checker does not follow.
      const [picture, worlds] = ['/picture.mjs', '/world.mjs'];
      const { show } = await import(picture);
      const { openWorld } = await import(worlds);
      const bytes = await (await fetch('play.wasm')).arrayBuffer();
      const world = await openWorld(bytes);
      world.open(1);
      world.violate('lost: e5');
      show(world.state(), 0);
    });
    assert.match(await text('status'), /A rule is violated: lost: e5/);
    assert.equal(
      await page.evaluate(() => document.querySelector('#rules .violated')?.textContent),
      '✗ Nothing is lost',
    );

    for (const [width, dark] of /** @type {[number, boolean][]} */ ([
      [320, false],
      [1280, true],
    ])) {
      await page.raw.setViewport({ width, height: 800 });
      await page.raw.emulateMediaFeatures([
        { name: 'prefers-color-scheme', value: dark ? 'dark' : 'light' },
      ]);
      const { wide, page: back } = await page.evaluate(() => ({
        wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
        page: getComputedStyle(document.body).backgroundColor,
      }));
      assert.equal(wide, 0, `${width} px: nothing is wider than the window`);
      assert.equal(back, dark ? 'rgb(18, 22, 28)' : 'rgb(246, 247, 249)');
    }
  });
});
