/** The lists of words, and the table that the core searches. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { classes, header, lone } from '../../scripts/words.mjs';

/** @param {string} path */
const read = (path) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

test('the table of words is what the lists say', () => {
  assert.equal(header(), read('src/pages/word_table.h'));
});

test('classes of words have the same numbers on both sides', () => {
  const body = read('src/pages/words.h').split('enum class Word')[1]?.split('};')[0] ?? '';
  const names = [...body.matchAll(/^ {2}(\w+),$/gm)].map(([, name]) => name?.replace('_', ' '));
  assert.deepEqual(names, [...classes, 'lone']);
  const list = read('src/pages/words.cpp').split('kLone[]')[1]?.split('};')[0] ?? '';
  assert.deepEqual(
    [...list.matchAll(/Word::(\w+)/g)].map(([, name]) => name),
    lone,
  );
});
