/** The simulator's mutants are edits of the sources, which change: each must still find its place. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from '../../scripts/paths.mjs';

test('every mutant can be applied to the sources as they are', () => {
  const { status, stderr } = spawnSync(
    process.execPath,
    [join(root, 'scripts', 'mutants.mjs'), '--check'],
    { encoding: 'utf8' },
  );
  assert.equal(status, 0, stderr);
});
