/**
 * Who builds the same sources gets the same bytes, and `sri.json` is the hash of them.
 *
 * `npm run test:reproducible` builds everything a second time, in another folder. `npm test` looks whether a file contains
 * where it was made.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { dist, root } from '../../scripts/paths.mjs';
import { serverFile, unpackFile, wasmFile } from '../../scripts/wasm.mjs';

/** @param {string} folder */
const filesOf = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile())
    .map((one) => join(one.parentPath ?? one.path, one.name).slice(folder.length + 1))
    .sort();

if (process.env.APPIZER_REPRODUCIBLE === 'all') {
  test('a build in another folder gives the same bytes', { timeout: 600_000 }, buildElsewhere);
}

/** @param {import('node:test').TestContext} t */
function buildElsewhere(t) {
  const folder = mkdtempSync(join(tmpdir(), 'appizer-elsewhere-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const elsewhere = join(folder, 'some', 'other place');
  for (const name of readdirSync(root)) {
    if (/^(src|web|js-glue|doctor|scripts|tests|.*\.(txt|json))$/.test(name)) {
      cpSync(join(root, name), join(elsewhere, name), { recursive: true });
    }
  }
  symlinkSync(join(root, 'node_modules'), join(elsewhere, 'node_modules'));
  const steps = [
    "import('./scripts/wasm.mjs').then(({ buildWasm }) => buildWasm())",
    "import('./scripts/bundle.mjs').then(({ bundle }) => bundle())",
  ];
  const build = `(async () => { ${steps.map((step) => `await ${step};`).join(' ')} })()`;
  execFileSync(process.execPath, ['-e', build], { cwd: elsewhere, stdio: 'pipe' });

  const made = join(elsewhere, 'dist');
  assert.deepEqual(filesOf(made), filesOf(dist));
  for (const name of filesOf(dist)) {
    assert.ok(readFileSync(join(made, name)).equals(readFileSync(join(dist, name))), name);
  }
}

test('no file contains where it was made', () => {
  const shipped = filesOf(dist).map((name) => join(dist, name));
  for (const file of [wasmFile, unpackFile, serverFile, ...shipped]) {
    assert.ok(!readFileSync(file).includes(root), file);
  }
});

test('sri.json has the hash of every file that a page or a bundler loads', () => {
  const hashes = JSON.parse(readFileSync(join(dist, 'sri.json'), 'utf8'));
  const loaded = readdirSync(dist).filter((name) => /\.([cm]?js|wasm)$/.test(name));
  assert.deepEqual(Object.keys(hashes), loaded.sort());
  for (const [name, hash] of Object.entries(hashes)) {
    const digest = createHash('sha384')
      .update(readFileSync(join(dist, name)))
      .digest('base64');
    assert.equal(hash, `sha384-${digest}`, name);
  }
});
