/**
 * Forms of real libraries, in Chromium: a visitor types a wrong address, is refused, corrects it and submits again. That
 * is one submission, with what was accepted. The libraries are 200 MB, so `npm test` takes none of them:
 * `npm run test:frameworks`.
 */
import assert from 'node:assert/strict';
import { cpSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { build as esbuild } from 'esbuild';
import { build } from '../../../scripts/paths.mjs';
import { launch } from '../../browser/harness/browsers.mjs';
import { createSink } from '../../browser/harness/sink.mjs';
import { createSite } from '../../browser/harness/site.mjs';
import { waitFor } from '../../browser/harness/wait.mjs';
import { pause } from '../../browser/visits.mjs';
import { install } from '../../installed.mjs';
import { unpackInto } from '../../package/packed.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const project = join(build, 'form-libraries');

describe('forms of libraries', { timeout: 600_000 }, () => {
  /** @type {import('../../browser/harness/browsers.mjs').Browser} */
  let browser;
  /** @type {import('../../browser/harness/browsers.mjs').Page} */
  let page;
  /** @type {Awaited<ReturnType<typeof createSite>>} */
  let site;
  /** @type {Awaited<ReturnType<typeof createSink>>} */
  let sink;
  const out = join(project, 'out');
  /** @type {Record<string, string>} */
  const pages = {
    'React Hook Form': 'react-hook-form.jsx',
    Formik: 'formik.jsx',
    MUI: 'mui.jsx',
    Shoelace: 'shoelace.js',
    htmx: 'htmx.js',
    Turbo: 'turbo.js',
    'Angular reactive forms': 'angular.js',
  };

  before(async () => {
    install(join(here, 'project'), project);
    unpackInto(project);
    cpSync(join(here, 'pages'), join(project, 'pages'), { recursive: true });
    await esbuild({
      entryPoints: Object.values(pages).map((name) => join(project, 'pages', name)),
      bundle: true,
      format: 'esm',
      jsx: 'automatic',
      outdir: out,
      define: { 'process.env.NODE_ENV': '"production"' },
      conditions: ['browser'],
      logLevel: 'warning',
    });
    sink = await createSink();
    site = await createSite({ folders: [out] });
    Object.assign(site.pages, {
      '/api': '{}',
      '/htmx': '<p>Thank you</p>',
      '/turbo-sent': {
        status: 303,
        headers: { location: '/turbo-thanks' },
        body: '',
      },
      '/turbo-thanks': '<!doctype html><title>Thanks</title><p>Thank you</p>',
    });
    browser = await launch('chromium');
    page = await browser.newPage();
  });
  after(async () => {
    await browser?.close();
    await site?.close();
    await sink?.close();
  });

  for (const [name, file] of Object.entries(pages)) {
    test(`${name}: refused, corrected and sent again is one submission`, async () => {
      sink.users.length = 0;
      sink.events.length = 0;
      const path = `/${file.replace(/\.\w+$/, '')}`;
      site.pages[path] =
        `<!doctype html><title>App</title><div id="app"></div><script type="module" src="${path}.js"></script>`;
      await page.goto(`${site.address}${path}?api=${encodeURIComponent(sink.address)}`);
      await waitFor(() => page.evaluate("!!document.querySelector('#email')"), {
        what: 'the form',
      });
      // By the mouse and the keyboard: a script's focus does not reach into every component.
      const fill = async (/** @type {string} */ field, /** @type {string} */ text) => {
        await page.click(field);
        await page.raw.keyboard.press('End');
        await page.raw.keyboard.type(text);
      };
      await fill('#email', 'ada@example.con');
      await fill('#first', 'Ada');
      await page.click('[type=submit], button');
      await pause(700);
      await fill('#email', '');
      await page.raw.keyboard.press('Backspace');
      await page.raw.keyboard.type('m');
      await page.click('[type=submit], button');
      await waitFor(() => sink.named('form_submit').length > 0, {
        what: 'the submission',
        timeout: 30_000,
      });
      // One that counts too often does so within the two seconds after its request.
      await pause(3500);
      assert.equal(sink.named('form_submit').length, 1);
      assert.deepEqual(
        sink.users.map(({ email, properties }) => [email, properties]),
        [['ada@example.com', { first_name: 'Ada' }]],
      );
    });
  }
});
