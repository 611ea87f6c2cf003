/** The privacy manifest: what the SDK was seen to do is what docs/privacy.md says, and the tracked copy is new. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { manifestFile, tableOf, trackedCopy } from '../../scripts/manifest.mjs';
import { dist, root } from '../../scripts/paths.mjs';

const text = readFileSync(join(dist, manifestFile), 'utf8');
const manifest = JSON.parse(text);
const paper = readFileSync(join(root, 'docs/privacy.md'), 'utf8');

test('the tracked copy is what the build has seen', () => {
  const copy = readFileSync(trackedCopy, 'utf8');
  const fix = 'What the SDK stores or sends has changed. If that is meant: npm run manifest';
  assert.equal(copy, text, fix);
});

/** @type {[string, string, string[]][]} */
const parts = [
  ['Storage', 'key', manifest.storage.map(({ where, key }) => `${where} ${key}`)],
  ['Requests', 'path', manifest.requests.map(({ path }) => path)],
  ['Fields of events', 'field', manifest.events.map(({ field }) => field)],
  ['Fields of user records', 'field', manifest.users.map(({ field }) => field)],
];
for (const [heading, what, seen] of parts) {
  test(`${heading}: docs/privacy.md has each ${what} that was seen, and no other`, () => {
    const rows = tableOf(paper, heading).map(([name, place = '']) =>
      heading === 'Storage' ? `${/^\w+/.exec(place)?.[0]} ${name}` : String(name),
    );
    assert.ok(rows.length > 3);
    assert.deepEqual(rows.sort(), [...seen].sort());
  });
}

test('everything has a purpose', () => {
  const all = Object.values(manifest).filter(Array.isArray).flat();
  assert.ok(all.length > 60);
  assert.deepEqual(
    all.filter(({ purpose }) => !purpose),
    [],
  );
});

test('no value of a visit is in it', () => {
  for (const value of ['jane', 'Jane', '7946', 'Engines', 'shop.example']) {
    assert.ok(!text.includes(value), value);
  }
});
