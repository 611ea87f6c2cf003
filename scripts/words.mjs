/**
 * `node scripts/words.mjs [--write]`: compiles the lists of words in `src/pages/words/*.txt`, one for each language,
 * into the table that the core searches, `src/pages/word_table.h`. Without `--write` it only says whether the table is
 * up to date. docs/forms.md describes the lists.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { readLabels } from '../tests/forms/corpus.mjs';
import { root } from './paths.mjs';

const folder = join(root, 'src', 'pages', 'words');
const table = join(root, 'src', 'pages', 'word_table.h');

/** In the order of `Word` in words.h. */
export const classes = [
  ...['fill', 'email', 'phone', 'first', 'last', 'half first', 'half last', 'both', 'name'],
  ...['organisation', 'user', 'number', 'other', 'typed', 'reading', 'somebody'],
  ...['card', 'secret', 'code', 'cancel'],
];
/** Those of `kLone` in words.cpp: such words may count only where the text says nothing else. */
export const lone = ['first', 'last', 'name', 'secret', 'code', 'cancel'];

// Scripts that write without spaces: their words are found anywhere.
const UNSPACED =
  /\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul}|\p{Script=Thai}/u;

// As in words.cpp.
const HASH_BITS = 27;
const INSIDE = 32;
const LONGEST = 40;
const BASE = 90;
const DIGITS = Array.from({ length: BASE }, (_, i) => String.fromCharCode(35 + i + Number(i > 56)));

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

/**
 * @typedef {object} Entry
 * @property {string} key its letters, with a '|' where it must end
 * @property {string} kind one of `classes`
 * @property {boolean} alone
 * @property {boolean} inside whether it may begin inside of a word
 * @property {string} place file and line
 */

/** The words of the lists. @returns {Entry[]} */
export function readLists() {
  /** @type {Map<string, Entry>} */
  const all = new Map();
  for (const file of readdirSync(folder).sort()) {
    const lines = readFileSync(join(folder, file), 'utf8').split('\n');
    for (const [i, line] of lines.entries()) {
      if (!line.trim() || line.startsWith('#')) continue;
      const [, kind, words] = line.match(/^([a-z ]+): (.+)$/) ?? [];
      if (!kind || !words || !classes.includes(kind))
        throw new Error(`${file}:${i + 1}: what is "${line}"?`);
      for (const written of words.split(/, */).filter(Boolean)) {
        const entry = entryOf(written, kind, `${file}:${i + 1}`);
        // Languages do not agree. What may never leave wins, then the list that is read first.
        const other = all.get(entry.key);
        if (!other || ['secret', 'card'].includes(kind)) all.set(entry.key, entry);
      }
    }
  }
  return [...all.values()];
}

/** @param {string} written @param {string} kind @param {string} place @returns {Entry} */
function entryOf(written, kind, place) {
  const [, opens, start, word, end, closes] =
    written.trim().match(/^(\(?)(\*?)([^*()]+)(\*?)(\)?)$/) ?? [];
  const letters = plain(word ?? '').replace(/[ '"’.-]/g, '');
  const anywhere = UNSPACED.test(letters);
  const key = letters + (end || anywhere ? '' : '|');
  // A name by itself says nothing of whose it is, and "cancel" nothing of what.
  const alone = Boolean(opens && closes) || kind === 'name' || kind === 'cancel';
  if (!letters || Buffer.byteLength(key) > LONGEST || (alone && !lone.includes(kind)))
    throw new Error(`${place}: what is "${written}"?`);
  return { key, kind, alone, inside: Boolean(start), place };
}

/** FNV-1a. @param {string} key @param {number} salt */
function hash(key, salt) {
  let value = salt;
  for (const byte of Buffer.from(key)) value = Math.imul(value ^ byte, 16777619);
  return value >>> (32 - HASH_BITS);
}

/** What may be looked up of the labels of the corpus: every beginning of what follows a space. @returns {Set<string>} */
function beginnings() {
  const all = new Set();
  const labels = Object.values(readLabels()).flatMap((one) => Object.values(one).flat());
  for (const label of labels) {
    const words = plain(label).split(/[^\p{L}\p{M}\p{N}]+/u);
    for (let first = 0; first < words.length; ++first) {
      const letters = [...words.slice(first).join('')];
      for (let i = 1; i <= letters.length; ++i) all.add(letters.slice(0, i).join(''));
    }
  }
  return all;
}

/** The table: each word's hash as the difference to the one before, in three digits, and its class. */
export function compile() {
  const lists = readLists();
  const keys = new Set(lists.map(({ key }) => key));
  const others = [...beginnings()].filter((text) => !keys.has(text));
  for (let salt = 1; ; ++salt) {
    const entries = lists
      .map((entry) => ({ entry, hash: hash(entry.key, salt) }))
      .sort((a, b) => a.hash - b.hash);
    let before = 0;
    const steps = entries.map((one) => {
      const step = one.hash - before;
      before = one.hash;
      return step;
    });
    // One that distinguishes all words, and whose differences fit.
    if (steps.some((step) => step === 0 || step >= BASE ** 3)) continue;
    // And with which no label of the corpus seems to have a word that it has not.
    const hashes = new Set(entries.map((one) => one.hash));
    if (others.some((text) => hashes.has(hash(text, salt)))) continue;
    const digit = (/** @type {number} */ value) => DIGITS[value] ?? '';
    const columns = [
      steps.map((step) => digit(Math.floor(step / BASE ** 2))),
      steps.map((step) => digit(Math.floor(step / BASE) % BASE)),
      steps.map((step) => digit(step % BASE)),
      entries.map(({ entry: { kind, alone, inside } }) =>
        // 0 is none.
        digit(
          1 +
            (alone ? classes.length + lone.indexOf(kind) : classes.indexOf(kind)) +
            (inside ? INSIDE : 0),
        ),
      ),
    ];
    return { salt, count: entries.length, text: columns.map((column) => column.join('')).join('') };
  }
}

export function header() {
  const { salt, count, text } = compile();
  const lines = (text.match(/.{1,84}/g) ?? []).map((line) => `    "${line.replace(/\?/g, '\\?')}"`);
  return `// Made by scripts/words.mjs from the lists in src/pages/words. Do not edit.
#pragma once

#include <cstddef>
#include <cstdint>

namespace appizer {

/// Hashes begin with this.
constexpr std::uint32_t kSalt = ${salt};
constexpr std::size_t kWords = ${count};

/// Four columns of \`kWords\` digits each: the three of a word's hash, as the difference to the one before, and its class.
// clang-format off
inline constexpr char kTable[] =
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
