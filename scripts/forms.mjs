/**
 * `npm run forms [-- --wrong]`: how well the fields of the forms in tests/forms are judged, in Chromium: of the corpus
 * that the lists were made with, and of those held out. `--wrong` lists those that are judged wrongly.
 *
 * `npm run why -- '<label>Name <input name="n"></label>'`: what the fields of some HTML mean, and why.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { build as bundle } from 'esbuild';
import { launch } from '../tests/browser/harness/browsers.mjs';
import { corpus, heldOut } from '../tests/forms/corpus.mjs';
import { buildNative } from './native.mjs';
import { root } from './paths.mjs';

const KEYS = ['email', 'phone', 'first_name', 'last_name', 'full_name', 'organisation'];

/** Reads the facts of forms as a page's glue does. @param {string[]} html of one form each */
async function factsOf(html) {
  const { outputFiles } = await bundle({
    stdin: {
      contents: `import { openDom } from './dom.ts'; import { describeForm } from './facts.ts';
        window.describe = (form) => describeForm(openDom(), form, null, (url) => url);`,
      resolveDir: join(root, 'js-glue', 'browser', 'forms'),
    },
    bundle: true,
    write: false,
    format: 'iife',
  });
  const browser = await launch('chromium');
  try {
    const page = await browser.newPage();
    await page.goto('data:text/html,<!doctype html><title>Forms</title>');
    await page.evaluate(outputFiles[0]?.text ?? '');
    return /** @type {{ text: string, truths: string[], names: string[] }[]} */ (
      await page.evaluate(
        (/** @type {string[]} */ all) =>
          all.map((one) => {
            const place = document.createElement('div');
            place.innerHTML = one;
            document.body.replaceChildren(place);
            const form = place.querySelector('form');
            const { text, fields } = /** @type {any} */ (window).describe(form);
            return {
              text: text.replace(/\n/g, ' '),
              truths: fields.map((/** @type {Element} */ field) => field.getAttribute('data-is')),
              names: fields.map((/** @type {any} */ field) => field.outerHTML),
            };
          }),
        html,
      )
    );
  } finally {
    await browser.close();
  }
}

/** @param {string[]} facts @returns {string[][]} */
function judge(facts) {
  const program =
    process.env.APPIZER_JUDGE ?? join(buildNative('san', ['judge_forms']), 'judge_forms');
  const child = spawnSync(program, ['time'], { input: facts.join('\n'), encoding: 'utf8' });
  if (child.status !== 0) throw new Error(child.stderr);
  process.stderr.write(child.stderr);
  return child.stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t'));
}

/** @param {string} html */
async function why(html) {
  const facts = await factsOf([/<form/i.test(html) ? html : `<form>${html}</form>`]);
  const names = [
    'type',
    'name',
    'tokens',
    'words',
    'label',
    'placeholder',
    'group',
    'mark',
    'ignored',
  ];
  const said = facts[0]?.text.split('\0').slice(8) ?? [];
  for (const [i, judged] of (judge(facts.map(({ text }) => text))[0] ?? []).entries()) {
    const of = said.slice(i * names.length, (i + 1) * names.length);
    const [meaning, evidence, ...more] = judged.split(' ');
    console.log(`${meaning}: ${evidence || 'no evidence'} ${more.join(' ')}`);
    for (const [n, fact] of of.entries()) if (fact) console.log(`  ${names[n]}: ${fact}`);
  }
}

/** @typedef {import('../tests/forms/corpus.mjs').Form} Form */

/** @param {string} title @param {Form[]} forms @param {boolean} list */
async function measure(title, forms, list) {
  const facts = await factsOf(forms.map(({ html }) => html));
  const judged = judge(facts.map(({ text }) => text));
  const tally = Object.fromEntries(
    [...KEYS, 'all'].map((key) => [key, { fields: 0, said: 0, right: 0 }]),
  );
  let leaks = 0;
  let wrong = 0;
  let asking = 0;
  let watched = 0;
  for (const [i, { truths, text }] of facts.entries()) {
    const meanings = (judged[i] ?? []).map((one) => one.split(' ')[0] ?? '');
    if (truths.includes('email')) {
      ++asking;
      if (meanings.includes('email')) ++watched;
    }
    for (const [n, truth] of truths.entries()) {
      const meaning = meanings[n] ?? '';
      for (const key of KEYS) {
        for (const one of [tally[key], tally.all]) {
          if (!one) continue;
          one.fields += Number(truth === key);
          one.said += Number(meaning === key);
          one.right += Number(truth === key && meaning === key);
        }
      }
      const says = KEYS.includes(meaning);
      if (says && truth !== meaning) ++wrong;
      if (truth === 'never' && (says || meaning === 'marked')) ++leaks;
      if (list && truth !== meaning && (says || KEYS.includes(truth))) {
        const said = text.split('\0').slice(8 + n * 9, 8 + n * 9 + 7);
        console.log(
          `${forms[i]?.place}: ${truth} judged ${judged[i]?.[n]}\n   ${said.join(' ¦ ')}`,
        );
      }
    }
  }
  console.log(`${title}: ${forms.length} forms\n`);
  console.log('| key | fields | recall | precision |\n|---|---|---|---|');
  const percent = (/** @type {number} */ part, /** @type {number} */ whole) =>
    ((100 * part) / whole).toFixed(1);
  for (const [key, { fields, said, right }] of Object.entries(tally)) {
    console.log(`| ${key} | ${fields} | ${percent(right, fields)} | ${percent(right, said)} |`);
  }
  console.log(`\nvalues under a wrong key: ${wrong}; of fields that may never be known: ${leaks}`);
  console.log(`forms with an email field that are watched: ${percent(watched, asking)} %\n`);
}

const [first, ...rest] = process.argv.slice(2);
if (first === 'why') {
  await why(rest.join(' '));
} else {
  await measure('The corpus', corpus(), first === '--wrong');
  await measure('Held out', heldOut(), first === '--wrong');
}
