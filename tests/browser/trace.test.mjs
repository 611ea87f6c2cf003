/** A real visit is traced with appizer-web.debug.js, saved, and replayed in Node. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { replay } from '../../dist/testing.mjs';
import { waitFor } from './harness/wait.mjs';
import { createStage } from './setup.mjs';

const typed = {
  email: 'erika.mustermann@example.org',
  phone: '+49 30 901820999',
  name: 'Erika Mustermann-Gabler',
  message: 'Bitte rufen Sie mich unter 0151 23456789 an.',
};
const secrets = [
  ...Object.values(typed),
  ...[
    'erika',
    'Erika',
    'mustermann',
    'Mustermann',
    '901820999',
    'rufen',
    'geheimwort',
    'sommerkleid',
  ],
  ...['kunde-8472910365', '8472910365', '1029384756', 'Bestellung', 'Vertraulich'],
];

test('a visit with a form, an outage and a reload, traced and replayed', {
  timeout: 240_000,
}, async (t) => {
  const stage = await createStage();
  const { site, proxy, settings } = stage;
  const options = {
    ...settings,
    autoEvents: { pageViews: true, pageLeave: true, clicks: true },
    autoHook: true,
    debug: true,
  };
  const pageFor = (
    /** @type {string} */ scripts,
  ) => `<!doctype html><html lang="de"><head><meta charset="utf-8">
    <title>Vertraulich: Bestellung 1029384756</title>${scripts}
    <script>AppizerWeb.init(${JSON.stringify(options)});</script></head><body>
    <form id="contact" action="/send"><input type="email" name="email"><input type="tel" name="phone">
    <label>Full name <input name="name"></label><textarea name="message"></textarea><button>Send</button></form>
    <script>document.forms[0].addEventListener('submit', async (event) => {
      event.preventDefault();
      await fetch('/send?by=' + encodeURIComponent(document.forms[0].elements.email.value));
      document.forms[0].reset();
    });</script></body></html>`;
  const [own, debug] = ['appizer-web.js', 'appizer-web.debug.js'].map(
    (name) => `<script src="/${name}"></script>`,
  );
  site.pages['/traced'] = pageFor(`${debug}${own}`);
  site.pages['/late'] = pageFor(`${own}${debug}`);
  site.pages['/send'] = 'thanks';
  const start =
    '/traced?email=erika.mustermann@example.org&q=sommerkleid&utm_source=mail&token=geheimwort#/konto/8472910365';
  try {
    const page = await stage.open(start);
    const save = (/** @type {object} */ wishes) =>
      page.evaluate(
        (/** @type {object} */ o) => /** @type {any} */ (window).AppizerWeb.trace().save(o),
        wishes,
      );
    await page.evaluate(() => {
      const { AppizerWeb } = /** @type {any} */ (window);
      AppizerWeb.trackEvent('product_viewed', {
        sku: '1029384756',
        price: 49.9,
        note: 'geheimwort',
      });
      AppizerWeb.setUserId('kunde-8472910365');
    });
    await stage.storedCount(1);
    for (const [name, text] of Object.entries(typed)) await page.type(`[name=${name}]`, text);
    await page.click('button');
    await waitFor(
      () =>
        proxy.requests.some(({ events }) => events.some((one) => one.event_name === 'form_submit')),
      {
        timeout: 60_000,
        what: 'the form',
      },
    );
    // From here on the server refuses, and what waits is the next page's.
    proxy.next({ status: 503, times: 2 });
    proxy.next({
      status: 429,
      body: { error: 'Slow down', message: 'erika waits', details: { retry_after: 2 } },
    });
    await page.evaluate(() =>
      /** @type {any} */ (window).AppizerWeb.trackEvent('order_refused', {
        id: 'kunde-8472910365',
      }),
    );
    await waitFor(() => proxy.requests.some(({ outcome }) => outcome === 503), {
      timeout: 60_000,
      what: 'a refusal',
    });
    await page.evaluate(() =>
      /** @type {any} */ (window).AppizerWeb.trackEvent('order_waits', { id: 'kunde-8472910365' }),
    );
    const ids = [await page.evaluate(() => /** @type {any} */ (window).AppizerWeb.getUserId())];
    /** @type {[string, string, string][]} */
    const files = [['before the reload', await save({}), await save({ mask: false })]];

    await page.goto(`${site.address}/bare`);
    await page.goto(site.address + start);
    await waitFor(() => stage.stored().some((one) => one.event_name === 'order_waits'), {
      timeout: 90_000,
      what: 'the event that waited',
    });
    files.push(['after the reload', await save({}), await save({ mask: false })]);
    for (const { properties, user_id } of stage.stored())
      ids.push(properties.$event_id, properties.$session_id, user_id);

    for (const [when, masked, plain] of files) {
      await t.test(`${when}: the same in every step`, async () => {
        for (const text of [masked, plain]) {
          const { clients } = JSON.parse(text);
          assert.equal(clients.length, 1);
          const [{ steps, unlike, lost }] = clients;
          assert.deepEqual(
            { unlike, lost },
            { unlike: [], lost: 0 },
            JSON.stringify(unlike.map((/** @type {number} */ at) => steps[at])),
          );
          for (const fallback of [false, true]) {
            const result = await replay(text, { fallback });
            assert.deepEqual(result.differences, []);
            assert.equal(result.steps, steps.length);
            assert.ok(steps.length > 60, String(steps.length));
          }
        }
      });

      await t.test(`${when}: masked, it has nothing of who typed what`, () => {
        for (const secret of [...secrets, ...ids]) {
          const at = masked.indexOf(secret);
          assert.equal(at, -1, `${secret}: ${masked.slice(Math.max(0, at - 100), at + 100)}`);
        }
        for (const secret of ['8472910365', 'sommerkleid', ids[0]])
          assert.ok(plain.includes(secret), secret);
      });
    }

    await t.test('the form is in it, as a form', () => {
      const [[, masked, plain]] = files;
      for (const text of [masked, plain]) {
        assert.match(text, /"form_submit/);
        assert.match(text, /textarea/);
      }
    });

    await t.test('the browser downloads it where that is asked for', async () => {
      const name = await page.evaluate(async () => {
        let name = '';
        HTMLAnchorElement.prototype.click = function () {
          name = `${this.download} ${this.href.split(':')[0]}`;
        };
        await /** @type {any} */ (window).AppizerWeb.trace().save({ file: 'visit.json' });
        return name;
      });
      assert.equal(name, 'visit.json blob');
    });

    await t.test('without the debug file before the SDK there is no trace', async () => {
      await page.goto(`${site.address}/late`);
      const message = await page.evaluate(() =>
        /** @type {any} */ (window).AppizerWeb.trace()
          .save()
          .catch((/** @type {Error} */ error) => error.message),
      );
      assert.match(message, /load appizer-web\.debug\.js before appizer-web\.js/);
      await page.goto(`${site.address}/next`);
      assert.equal(
        await page.evaluate(() => typeof (/** @type {any} */ (window).AppizerWeb.trace)),
        'undefined',
      );
    });
  } finally {
    await stage.close();
  }
});
