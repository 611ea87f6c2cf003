/**
 * The methods of `history` where they have to be wrapped: for the page and for other scripts that wrap
 * them too, nothing is different.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { build } from 'esbuild';
import { root } from '../../scripts/paths.mjs';
import { inEngines, launch } from './harness/browsers.mjs';
import { createSite } from './harness/site.mjs';

// The glue's file by itself, where there is no Navigation API.
const bundled = await build({
  entryPoints: [join(root, 'js-glue/browser/navigation.ts')],
  bundle: true,
  write: false,
  format: 'iife',
  globalName: 'glue',
});
const head = `<!doctype html><title>History</title><script>
Object.defineProperty(window, 'navigation', { value: undefined });
const natives = { pushState: history.pushState, replaceState: history.replaceState };
${bundled.outputFiles[0].text}
const heard = [];
const watch = () => glue.openNavigation().watch((url) => heard.push(new URL(url).pathname));
const thrown = (act) => { try { act(); return 'nothing'; } catch (error) { return error.name; } };
</script>`;

inEngines('wrapped history', (engine) => {
  /** @type {import('./harness/browsers.mjs').Browser} */
  let browser;
  /** @type {Awaited<ReturnType<typeof createSite>>} */
  let site;
  /** @type {import('./harness/browsers.mjs').Page} */
  let page;
  before(async () => {
    browser = await launch(engine);
    site = await createSite({ pages: { '/': head } });
    page = await browser.newPage();
  });
  after(async () => {
    await browser.close();
    await site.close();
  });

  /**
   * Runs code in a new page.
   *
   * @param {string} name @param {string} code of a function's body @param {unknown} expected
   */
  const holds = (name, code, expected) =>
    test(name, async () => {
      await page.goto(`${site.address}/`);
      assert.deepEqual(await page.evaluate(`(() => { ${code} })()`), expected);
    });

  holds(
    'it looks as it did',
    `const look = () => ['pushState', 'replaceState'].flatMap((name) => {
         const { value, ...attributes } = Object.getOwnPropertyDescriptor(History.prototype, name);
         return [typeof value, value.name, value.length, JSON.stringify(attributes), Object.keys(value),
           /\\[native code\\]/.test(value), /\\[native code\\]/.test(Function.prototype.toString.call(value)),
           'prototype' in value, Object.hasOwn(history, name), thrown(() => new value())];
       });
       const before = JSON.stringify(look());
       watch();
       return [history.pushState !== natives.pushState, JSON.stringify(look()) === before];`,
    [true, true],
  );

  holds(
    'it works as it did',
    `watch();
       const circle = { name: 'a' };
       circle.self = circle;
       const results = [
         history.pushState(circle, '', '/a', 'more') === undefined,
         history.state.self.name,
         History.prototype.replaceState.call(history, 1, '', '/b') === undefined,
         history.state,
         Reflect.apply(history.pushState, history, [2, '']) === undefined,
         history.state,
         location.pathname,
       ];
       return [...results, heard];`,
    [true, 'a', true, 1, true, 2, '/b', ['/a', '/b']],
  );

  holds(
    'what it throws comes through, and is no change',
    `const tries = () => [
         thrown(() => history.pushState(() => {}, '', '/a')),
         thrown(() => history.pushState(null, '', 'https://elsewhere.example/')),
         thrown(() => history.pushState()),
         thrown(() => history.pushState.call({}, null, '', '/a')),
         thrown(() => (0, history.pushState)(null, '')),
       ];
       const before = tries();
       watch();
       return [JSON.stringify(tries()) === JSON.stringify(before), before.includes('nothing'), heard];`,
    [true, false, []],
  );

  holds(
    'others that wrapped it before are called, and stay when we go',
    `const calls = [];
       const theirs = history.pushState = function (...given) {
         calls.push(this === history);
         return natives.pushState.apply(this, given);
       };
       const stop = watch();
       history.pushState(null, '', '/a');
       stop();
       history.pushState(null, '', '/b');
       return [calls, heard, history.pushState === theirs, history.replaceState === natives.replaceState,
         Object.hasOwn(history, 'replaceState')];`,
    [[true, true], ['/a'], true, true, false],
  );

  holds(
    'others that wrap it later are called, and stay when we go',
    `const calls = [];
       const stop = watch();
       const ours = history.pushState;
       const theirs = history.pushState = function (...given) {
         calls.push(given[2]);
         return ours.apply(this, given);
       };
       history.pushState(null, '', '/a');
       stop();
       history.pushState(null, '', '/b');
       delete history.pushState;
       return [calls, heard, theirs !== ours, location.pathname, history.pushState === natives.pushState];`,
    [['/a', '/b'], ['/a'], true, '/b', true],
  );

  holds(
    'others that replace it for good are left alone',
    `const stop = watch();
       History.prototype.pushState = function () { return 'theirs'; };
       const result = history.pushState(null, '', '/a');
       stop();
       return [result, history.pushState(null, '', '/b'), heard];`,
    ['theirs', 'theirs', []],
  );

  holds(
    'a page that has frozen it hears no complaint, and hashes are still noticed',
    `Object.freeze(History.prototype);
       watch();
       history.pushState(null, '', '/a');
       location.hash = 'b';
       return new Promise((resolve) => addEventListener('hashchange', () => resolve(heard)));`,
    ['/a'],
  );

  holds(
    'watched twice, each hears once',
    `const stops = [watch(), watch()];
       history.pushState(null, '', '/a');
       stops[0]();
       history.pushState(null, '', '/b');
       stops[1]();
       history.pushState(null, '', '/c');
       return heard;`,
    ['/a', '/a', '/b'],
  );
});
