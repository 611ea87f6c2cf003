/**
 * Nothing leaves that must not: 30 forms with a secret in every kind of field, and then a search through all
 * that was sent, stored and said.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { inEngines } from './harness/browsers.mjs';
import { waitFor } from './harness/wait.mjs';
import { createStage, pageWith } from './setup.mjs';

const fixture = readFileSync(new URL('pages/forms-leaks.html', import.meta.url), 'utf8');
const FORMS = 30;

inEngines('secrets in forms', (engine) => {
  test('no secret leaves a form', { timeout: 300_000 }, async (t) => {
    const options = { autoHook: { starts: true }, autoEvents: true, debug: true };
    const stage = await createStage({ engine, options });
    t.after(() => stage.close());
    await stage.browser.newPage();
    Object.assign(stage.site.pages, {
      '/leaks': pageWith(stage.settings, fixture),
      '/sink': 'sunk',
      '/api': '{}',
    });
    const page = await stage.open('/leaks');
    const { secrets, read } = await page.evaluate(() => {
      const { secrets, read } = /** @type {any} */ (window);
      read.clear();
      return { secrets, read: [] };
    });
    assert.ok(secrets.length > FORMS * 50, `${secrets.length} secrets`);
    assert.deepEqual(read, []);

    /** @param {string} where @param {string} text */
    const assertClean = (where, text) => {
      for (const secret of secrets) {
        for (const form of [
          secret,
          encodeURIComponent(secret),
          JSON.stringify(secret).slice(1, -1),
        ]) {
          assert.ok(!text.includes(form), `${secret} in ${where}`);
        }
      }
    };
    /** Everything that the page's origin stores. */
    const stored = () =>
      page.evaluate(() =>
        JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]),
      );

    // While nobody answers, everything waits in storage.
    await stage.proxy.refuse();
    await page.evaluate(() => /** @type {any} */ (window).submitAll());
    await waitFor(async () => (await stored()).split('form_submit').length > FORMS);
    const waiting = await stored();
    assert.ok(waiting.includes('kept29@example.com'), 'what may be known does wait there');
    assertClean('storage', waiting);

    await stage.proxy.comeBack();
    await stage.storedCount(FORMS, 120_000);
    await waitFor(
      () => stage.collector.store.newest('users', 'demo', 10).some(({ email }) => email),
      { what: 'a user', timeout: 120_000 },
    );
    await waitFor(async () => !(await stored()).includes('.j.'), {
      timeout: 120_000,
      what: 'an empty journal',
    });
    const { requests } = stage.proxy;
    assert.ok(requests.some(({ body }) => body.includes('kept0@example.com')));
    assertClean('requests', JSON.stringify(requests));
    for (const table of /** @type {const} */ (['events', 'users', 'aliases', 'requests'])) {
      assertClean(table, JSON.stringify(stage.collector.store.newest(table, null, 100_000)));
    }
    assertClean('storage', await stored());

    const { said, fields } = await page.evaluate(() => ({
      said: /** @type {any} */ (window).said.join('\n'),
      fields: [.../** @type {any} */ (window).read],
    }));
    assert.match(said, /data-appizer-field="extra_/);
    assertClean('the console', said);
    // Values that may not be known are not even read; of the others only those that may mean something.
    for (const name of fields) {
      assert.match(
        name,
        /^(kept|name|company|phone|email|first_name|lastname|full_name|mobile|go)$/,
      );
    }
    const names = stage
      .stored()
      .filter(({ event_name }) => event_name === 'form_submit')
      .flatMap(({ properties }) => properties.field_names);
    assert.ok(names.includes('kept'));
    for (const name of ['password', 'csrf', 'card_number', 'otp', 'iban', 'ssn', 'allergies']) {
      assert.ok(!names.includes(name), name);
    }
  });
});
