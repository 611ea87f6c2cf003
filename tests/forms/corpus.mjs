/**
 * Forms whose fields' true meanings are known.
 *
 * The corpus is every form of templates.mjs in every language of labels.txt; the lists of words were made with it.
 * The forms in `held-out` were written apart from the lists and say how well others are judged.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { templates } from './templates.mjs';

/** @typedef {{ place: string, html: string }} Form where it is from, for the reader */

/** The labels for each thing, by language. @returns {Record<string, Record<string, string[]>>} */
export function readLabels() {
  const text = readFileSync(new URL('labels.txt', import.meta.url), 'utf8');
  /** @type {Record<string, Record<string, string[]>>} */
  const languages = {};
  let language = '';
  for (const line of text.split('\n')) {
    const section = line.match(/^\[(.+)\]$/)?.[1];
    if (section) {
      language = section;
      languages[section] = {};
    }
    const [, what, labels] = line.match(/^([a-z ]+): (.+)$/) ?? [];
    const all = languages[language];
    if (what && labels && all) all[what] = labels.split(' | ');
  }
  return languages;
}

/** @returns {Form[]} */
export function corpus() {
  /** @type {Form[]} */
  const forms = [];
  for (const [language, labels] of Object.entries(readLabels())) {
    /** @type {Record<string, number>} */
    const turns = {};
    const say = (/** @type {string} */ what) => {
      const all = labels[what] ?? [];
      turns[what] = (turns[what] ?? -1) + 1;
      const label = all[(turns[what] ?? 0) % all.length];
      if (!label) throw new Error(`${language} has no label for "${what}"`);
      return label;
    };
    const has = /** @type {any} */ (
      Object.fromEntries(
        ['first', 'last', 'both', 'name', 'reading'].map((what) => [what, what in labels]),
      )
    );
    for (const [template, make] of Object.entries(templates)) {
      const html = make(say, has);
      if (html) forms.push({ place: `${language} ${template}`, html });
    }
  }
  return forms;
}

/** @returns {Form[]} */
export function heldOut() {
  const folder = new URL('held-out/', import.meta.url);
  return readdirSync(folder)
    .sort()
    .flatMap((file) =>
      (readFileSync(new URL(file, folder), 'utf8').match(/<form[\s\S]*?<\/form>/g) ?? []).map(
        (html, i) => ({ place: `${file} ${i + 1}`, html: html.replace(/\n/g, ' ') }),
      ),
    );
}
