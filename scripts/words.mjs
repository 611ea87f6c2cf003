/**
 * `node scripts/words.mjs [--write]`: compiles the lists of words in `src/pages/words/*.txt`, one for each language,
 * into the table that the core searches, `src/pages/word_table.h`. Without `--write` it only says whether the table is
 * up to date. docs/forms.md describes the lists.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './paths.mjs';

const folder = join(root, 'src', 'pages', 'words');
const table = join(root, 'src', 'pages', 'word_table.h');

/** In the order of `Word` in words.h. */
export const classes = [
  ...['fill', 'email', 'phone', 'first', 'last', 'half first', 'half last', 'both', 'name'],
  ...['organisation', 'user', 'number', 'other', 'typed', 'reading', 'somebody'],
  ...['card', 'secret', 'code', 'cancel'],
];

// What stands in front of a group of words in the table: its class, and how its words begin and end.
const OPEN_START = 1;
const OPEN_END = 2;
const ALONE = 4;

// Scripts that write without spaces: their words are found anywhere.
const UNSPACED =
  /\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul}|\p{Script=Thai}/u;

/** As the glue makes texts plain (js-glue/browser/forms/facts.ts). @param {string} text */
export function plain(text) {
  return text
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .normalize('NFC')
    .toLowerCase()
    .replace(/\s+/g, ' ')
    .trim();
}

/** The lists: class, word and how it is to be found. */
export function readLists() {
  /** @type {Map<string, { word: string, kind: string, how: number, file: string }>} */
  const all = new Map();
  for (const file of readdirSync(folder).sort()) {
    const lines = readFileSync(join(folder, file), 'utf8').split('\n');
    for (const [i, line] of lines.entries()) {
      if (!line.trim() || line.startsWith('#')) continue;
      const [, kind, words] = line.match(/^([a-z ]+): (.+)$/) ?? [];
      if (!kind || !words || !classes.includes(kind))
        throw new Error(`${file}:${i + 1}: what is "${line}"?`);
      for (const written of words.split(/, */)) add(all, written.trim(), kind, `${file}:${i + 1}`);
    }
  }
  return [...all.values()];
}

function add(all, written, kind, file) {
  if (!written) return;
  const [, opens, start, word, end, closes] =
    written.match(/^(\(?)(\*?)([^*()]+)(\*?)(\)?)$/) ?? [];
  if (!word) throw new Error(`${file}: what is "${written}"?`);
  const alone = opens && closes ? ALONE : 0;
  const anywhere = !alone && UNSPACED.test(word);
  let how = alone + (start || anywhere ? OPEN_START : 0) + (end || anywhere ? OPEN_END : 0);
  // A name by itself says nothing of whose it is, and "cancel" nothing of what.
  if (kind === 'cancel') how = ALONE;
  if (kind === 'name') how = ALONE + (UNSPACED.test(word) ? OPEN_START + OPEN_END : 0);
  const text = plain(word).replace(/['"]/g, ' ');
  const open = how & (OPEN_START + OPEN_END);
  // Languages do not agree. What may never leave wins, then the list that is read first.
  for (const [key, one] of all) {
    if (one.word !== text || (one.how & ALONE) !== (how & ALONE)) continue;
    if (one.kind !== kind && !['secret', 'card'].includes(kind)) return;
    if (one.kind === kind && (one.how & open) === open) return;
    if (one.kind !== kind || (one.how & open) === (one.how & 3)) all.delete(key);
  }
  all.set(`${text}/${how}`, { word: text, kind, how, file });
}

/** The table as one text. */
export function compile() {
  const groups = new Map();
  const lists = readLists();
  const dropped = new Set();
  for (const one of lists) {
    // A longer word of the same class that a shorter one finds as well.
    const found = lists.some(
      (other) =>
        other !== one &&
        other.kind === one.kind &&
        (other.how & ALONE) === (one.how & ALONE) &&
        other.kind !== 'other' &&
        !dropped.has(other) &&
        ((other.how & OPEN_END && one.word.startsWith(other.word) && one.word !== other.word) ||
          (other.how === 3 && one.word.includes(other.word) && one.word !== other.word)),
    );
    if (found && ['secret', 'card', 'somebody', 'typed', 'fill', 'phone'].includes(one.kind)) {
      dropped.add(one);
      continue;
    }
    const group = classes.indexOf(one.kind) * 8 + one.how;
    groups.set(group, [...(groups.get(group) ?? []), one.word]);
  }
  return [...groups]
    .sort(([a], [b]) => a - b)
    .map(([group, words]) => [group, words.sort((a, b) => (a < b ? -1 : 1))]);
}

export function header() {
  const lines = compile().map(([group, words]) => {
    const head = `${String.fromCharCode(65 + (Number(group) >> 3))}${Number(group) & 7}`;
    const all = words.join('/');
    const pieces = all.match(/.{1,84}/gu) ?? [];
    return `    "/\\1${head}"\n${pieces.map((piece) => `    "${piece}"`).join('\n')}`;
  });
  return `// Made by scripts/words.mjs from the lists in src/pages/words. Do not edit.
#pragma once

namespace appizer {

/// Words, each behind a slash. \`\\1\` begins a group: a letter for its \`Word\` ('A' for the first),
/// and a digit for how its words begin and end.
// clang-format off
inline constexpr char kWords[] =
${lines.join('\n')};
// clang-format on

}  // namespace appizer
`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const made = header();
  if (process.argv.includes('--write')) {
    writeFileSync(table, made);
  } else if (readFileSync(table, 'utf8') !== made) {
    console.error('src/pages/word_table.h is not what the lists say: run `npm run words`.');
    process.exit(1);
  }
}
