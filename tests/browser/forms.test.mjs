/** Forms in every engine: which submissions count, and what is recorded of them. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { inEngines } from './harness/browsers.mjs';
import { waitFor } from './harness/wait.mjs';
import { createStage, pageWith } from './setup.mjs';

/** @typedef {Awaited<ReturnType<typeof createStage>>} Stage */
/** @typedef {import('./harness/browsers.mjs').Page} Page */

/** @param {string} name */
const fixture = (name) => readFileSync(new URL(`pages/${name}.html`, import.meta.url), 'utf8');

/** @param {number} ms */
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const config = {
  apps: ['demo', 'other'].map((app_id) => ({ app_id, authorized_domains: ['127.0.0.1'] })),
};

/** The short lanes of Firefox and WebKit leave to Chromium what the core decides from the same facts in each. */
const decidedByTheCore = [
  'what a script handles without a request counts once',
  'another URL shows that a script handles it',
  'what is only cancelled does not count',
  'what a script does too late does not count',
  'a form that is begun is reported once, if that is asked for',
];
/** @param {string} name */
const isChromiumEnough = (name) =>
  process.env.APPIZER_SHORT === 'yes' && decidedByTheCore.includes(name);

/** What was sent, submission by submission. @param {Stage} stage */
function sent(stage) {
  const posts = stage.proxy.requests.filter(({ method }) => method === 'POST');
  return {
    events: posts.flatMap(({ events }) => events).filter((one) => one.event_name === 'form_submit'),
    people: posts.filter(({ path }) => path === '/v1/users').map(({ json }) => json),
  };
}

/** How often each form was counted. @param {Stage} stage @returns {Record<string, number>} */
function counted(stage) {
  /** @type {Record<string, number>} */
  const times = {};
  for (const { properties } of sent(stage).events) {
    times[properties.form_name] = (times[properties.form_name] ?? 0) + 1;
  }
  return times;
}

/**
 * Waits until these forms have been counted, a little longer, and then that it was these and no others.
 *
 * @param {Stage} stage @param {string[]} names
 */
async function assertCounted(stage, names) {
  const all = Object.fromEntries(names.map((name) => [name, 1]));
  await waitFor(() => names.every((name) => counted(stage)[name]), { timeout: 60_000 }).catch(
    () => {},
  );
  await pause(300);
  assert.deepEqual(counted(stage), all);
}

/** Waits for the records of so many users. @param {Stage} stage @param {number} count */
async function usersIn(stage, count) {
  await waitFor(() => sent(stage).people.length >= count, { timeout: 60_000, what: 'people' });
  return sent(stage).people;
}

/** @param {Page} page @param {string} name */
const act = (page, name) =>
  page.evaluate((one) => void (/** @type {any} */ (window).acts[one]()), name);

inEngines('forms', (engine) => {
  test('submissions', { timeout: 600_000 }, async (t) => {
    const stage = await createStage({ engine, options: { autoHook: true }, config });
    t.after(() => stage.close());
    // WebKit ends with its last page.
    await stage.browser.newPage();
    Object.assign(stage.site.pages, {
      '/sent': pageWith(stage.settings, fixture('forms-sent')),
      '/handled': pageWith(stage.settings, fixture('forms-handled')),
      '/hostile': pageWith(stage.settings, fixture('forms-hostile')),
      '/inner': pageWith(
        stage.settings,
        `<form name="frame_loaded" action="/sink" target="sink">
           <input name="email" value="frame_loaded@example.com"><button>Go</button></form>`,
      ),
      '/leaving': pageWith(
        stage.settings,
        `<form name="leaving" action="/bare"><input id="email" name="email" type="email"><button>Go</button></form>`,
      ),
      '/leaving-by-script': pageWith(
        stage.settings,
        `<form name="leaving_by_script"><input id="email" name="email" type="email"><button>Go</button></form>
         <script>document.forms[0].onsubmit = () => { location.href = '/bare'; return false; }</script>`,
      ),
      '/starts': pageWith(
        { ...stage.settings, autoHook: { starts: true } },
        `<form name="started" target="sink" action="/sink"><input id="email" name="email"><input id="name" name="name"></form>
         <form name="search"><input id="q" name="q"></form><iframe name="sink"></iframe>`,
      ),
      '/sink': 'sunk',
      '/api': { body: '{}' },
    });
    for (const path of ['/sink/elsewhere', '/sink/clobbered', '/sink/throwing', '/sink/odd']) {
      stage.site.pages[path] = 'sunk';
    }

    /**
     * One page of its own for each.
     *
     * @param {string} name @param {string} path @param {(page: Page) => Promise<void>} body
     */
    const on = (name, path, body) =>
      !isChromiumEnough(name) &&
      t.test(name, async () => {
        stage.proxy.requests.length = 0;
        const page = await stage.open(path);
        try {
          await body(page);
          // Nothing is left for the next one.
          await waitFor(
            () =>
              page.evaluate(() => Object.keys(localStorage).every((key) => !key.includes('.j.'))),
            { timeout: 60_000, what: 'an empty journal' },
          );
        } finally {
          await page.close().catch(() => {});
        }
      });

    await on('what the browser sends counts once', '/sent', async (page) => {
      const acts = await page.evaluate(() => Object.keys(/** @type {any} */ (window).acts));
      for (const name of acts) await act(page, name);
      const none = ['unmarked', 'opted_out', 'opted_out_above', 'invalid'];
      const ours = acts.filter((/** @type {string} */ name) => !none.includes(name));
      await assertCounted(stage, ours);
      const { events } = sent(stage);
      const users = await usersIn(stage, ours.length - 1);
      const of = (/** @type {string} */ name) =>
        events.find(({ properties }) => properties.form_name === name);
      assert.deepEqual(
        new Set(users.map(({ email }) => email)),
        new Set(
          ours
            .filter((/** @type {string} */ name) => name !== 'marked')
            .map((/** @type {string} */ name) => `${name}@example.com`),
        ),
      );
      assert.equal(of('clicked').properties.form_action, `${stage.site.address}/sink`);
      assert.equal(of('clicked').properties.page, '/sent');
      assert.deepEqual(of('clicked').properties.field_names, ['email']);
      assert.equal(
        of('button_outside').properties.form_action,
        `${stage.site.address}/sink/elsewhere`,
      );
      assert.equal(of('button_outside').properties.form_id, 'outside');
      assert.deepEqual(of('disabled').properties.field_names, ['email']);
      assert.equal(of('other_app').app_id ?? 'other', 'other');
      const other = users.find(({ email }) => email === 'other_app@example.com');
      assert.equal(other.app_id, 'other');
      const first = users.find(({ email }) => email === 'clicked@example.com');
      const { landing_page, last, ...origin } = first.origin;
      assert.deepEqual(origin, { channel: 'web', page: '/sent', label: 'clicked' });
      // WebKit's driver opens pages in the background, where nobody has landed on them yet.
      if (engine !== 'webkit') {
        assert.ok([landing_page, last?.landing_page].includes(`${stage.site.address}/sent`));
      }
      assert.equal(first.app_id, 'demo');
      assert.ok(!JSON.stringify(events).includes('@example.com'));
      await page.evaluate(() => void window.stop());
    });

    await on('what a script handles counts once', '/handled', async (page) => {
      const names = [
        'by_fetch',
        'by_xhr',
        'by_fetch_later',
        'slow_answer',
        'failing_answer',
        'fetch_and_emptied',
        'fetch_and_reset',
        'fetch_and_removed',
        'hidden_step',
        'was_refused',
        'dialog',
        'script_action',
        'script_event',
      ];
      stage.site.pages['/api/slow'] = 'slow';
      for (const name of names) {
        await page.evaluate('act("NAME")'.replace('NAME', name));
        await pause(50); // a visitor who submits more at once than the core remembers is none
      }
      await assertCounted(stage, names);
    });

    await on('what a script handles without a request counts once', '/handled', async (page) => {
      const names = [
        'by_reset',
        'by_reset_at_once',
        'by_removal',
        'by_replacement',
        'by_removal_at_once',
      ];
      for (const name of names) await page.evaluate('act("NAME")'.replace('NAME', name));
      await assertCounted(stage, names);
    });

    await on('another URL shows that a script handles it', '/handled', async (page) => {
      await page.evaluate('act("by_url")');
      await assertCounted(stage, ['by_url']);
    });

    await on('what is only cancelled does not count', '/handled', async (page) => {
      for (const name of [
        'cancelled',
        'cancelled_by_false',
        'image_beacon',
        'beacon',
        'state_only',
        'dialog_only',
        'script_action_only',
        'script_event_only',
        'detached',
        'detached_call',
      ]) {
        await page.evaluate('act("NAME")'.replace('NAME', name));
      }
      await pause(3000);
      assert.deepEqual(counted(stage), {});
    });

    // On a page of its own, as any submission in the two seconds before the request would count.
    await on('what a script does too late does not count', '/handled', async (page) => {
      await page.evaluate('act("too_late")');
      await waitFor(() => stage.site.requests.some(({ path }) => path === '/api?too_late'));
      await pause(1000);
      assert.deepEqual(counted(stage), {});
    });

    await on('what is not valid does not count', '/handled', async (page) => {
      for (const name of [
        'custom_validity',
        'aria_invalid',
        'required_empty',
        'wrong_type',
        'refused_by_server',
      ]) {
        await page.evaluate('act("NAME")'.replace('NAME', name));
      }
      // Nor does leaving the page show that it was taken, although it is left soon.
      await waitFor(() =>
        page.evaluate(() => !!document.querySelector('[name=refused_by_server] [aria-invalid]')),
      );
      await page.goto(`${stage.site.address}/bare`);
      await pause(2000);
      assert.deepEqual(counted(stage), {});
    });

    await on('hostile forms, and forms in hard places', '/hostile', async (page) => {
      const acts = await page.evaluate(() => Object.keys(/** @type {any} */ (window).acts));
      for (const name of acts) await act(page, name);
      await waitFor(() => Object.keys(counted(stage)).length >= acts.length - 2).catch(() => {});
      await pause(500);
      const times = counted(stage);
      const none = ['frame_opted_out', 'shadow_opted_out', 'odd'];
      const ours = acts.filter((/** @type {string} */ name) => !none.includes(name));
      assert.deepEqual(times, {
        ...Object.fromEntries(ours.map((/** @type {string} */ name) => [name, 1])),
        'quo"ted\\': 1,
      });
      const { events } = sent(stage);
      const odd = events.find(({ properties }) => properties.form_name === 'quo"ted\\').properties;
      assert.equal(odd.form_id, '</script>');
      assert.deepEqual(odd.field_names, ['email', 'back\\slash"quote', '名前']);
      const clobbered = events.find(({ properties }) => properties.form_name === 'clobbered');
      assert.equal(clobbered.properties.form_id, 'clobbered');
      assert.equal(clobbered.properties.form_action, `${stage.site.address}/sink/clobbered`);
      assert.equal(clobbered.properties.page, '/hostile');
    });

    await on('a form in a shadow root is found by the visitor', '/hostile', async (page) => {
      for (const name of ['shadow', 'nested_shadow']) {
        await page.evaluate((one) => /** @type {any} */ (window).shows[one](), name);
        // What a click is made of: the driver's own cannot reach into a shadow root everywhere.
        await page.evaluate((one) => {
          const { findIn } = /** @type {any} */ (window);
          const field = findIn(document.getElementById('places'), `#${one}`);
          field.dispatchEvent(new MouseEvent('click', { bubbles: true, composed: true }));
          field.form.requestSubmit();
        }, name);
      }
      await assertCounted(stage, ['shadow', 'nested_shadow']);
    });

    await on('a visitor submits and lands on a page without the SDK', '/leaving', async (page) => {
      await page.type('#email', 'leaving@example.com');
      await page.click('button');
      await waitFor(async () => (await page.evaluate(() => location.pathname)).startsWith('/bare'));
      await assertCounted(stage, ['leaving']);
      assert.equal((await usersIn(stage, 1))[0].email, 'leaving@example.com');
      // User records are kept until they are acknowledged; the next page sends them again.
      await page.goto(`${stage.site.address}/next`);
    });

    await on('a script takes the visitor to another page', '/leaving-by-script', async (page) => {
      await page.type('#email', 'script@example.com');
      await page.click('button');
      await waitFor(async () => (await page.evaluate(() => location.pathname)).startsWith('/bare'));
      await assertCounted(stage, ['leaving_by_script']);
      assert.equal((await usersIn(stage, 1))[0].email, 'script@example.com');
      await page.goto(`${stage.site.address}/next`);
    });

    await on(
      'a form that is begun is reported once, if that is asked for',
      '/starts',
      async (page) => {
        await page.type('#q', 'shoes');
        await page.type('#email', 'ada@example.com');
        await page.type('#name', 'Ada');
        const starts = () =>
          stage.proxy.events.filter(({ event_name }) => event_name === 'form_start');
        await waitFor(() => starts().length > 0);
        await pause(500);
        assert.deepEqual(
          starts().map(({ properties }) => properties.form_name),
          ['started'],
        );
        assert.ok(!JSON.stringify(starts()).includes('ada@example.com'));
      },
    );
  });
});
