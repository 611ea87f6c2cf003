// @ts-check
/** The calls without the SDK, as a reader would run them; what counts is what was stored. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { key, start } from './support.mjs';

const direct = (/** @type {string} */ name) =>
  fileURLToPath(new URL(`../../examples/direct/${name}`, import.meta.url));

/** @type {[command: string, file: string][]} */
const commands = [
  [process.execPath, direct('track.mjs')],
  ['python3', direct('track.py')],
  ['sh', direct('track.sh')],
];

/**
 * @param {string} command
 * @param {string} file
 * @param {Record<string, string>} settings
 * @returns {Promise<{ code: number | null, output: string, errors: string }>}
 */
function run(command, file, settings) {
  const { APPIZER_API_BASE, APPIZER_API_KEY, ...rest } = process.env;
  const child = spawn(command, [file], { env: { ...rest, ...settings } });
  let output = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    output += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    errors += text;
  });
  return new Promise((resolve, reject) => {
    child.on('error', (error) => reject(new Error(`${command} cannot be run: ${error.message}`)));
    child.on('close', (code) => resolve({ code, output, errors }));
  });
}

for (const [command, file] of commands) {
  const name = file.replace(/.*\//, '');

  test(`${name} stores the documented event`, async (t) => {
    const { address, collector } = await start(t);
    const settings = { APPIZER_API_BASE: address, APPIZER_API_KEY: key };
    const { code, output, errors } = await run(command, file, settings);
    assert.equal(errors, '');
    assert.equal(code, 0);
    assert.match(output, /Event tracked successfully/);
    const [stored, ...others] = collector.store.newest('events', null, 9);
    assert.deepEqual(others, []);
    assert.deepEqual(
      [stored?.app_id, stored?.event_name, stored?.user_id, stored?.properties],
      [
        'demo',
        'purchase_completed',
        'user_123',
        { amount: 29.99, currency: 'USD', product_id: 'premium_plan' },
      ],
    );
    assert.ok(output.includes(String(stored?.event_id)));
  });

  test(`${name} says why it failed`, async (t) => {
    const { address, collector } = await start(t);
    const gone = await start(t);
    await gone.collector.close();
    const failures = [
      [{ APPIZER_API_BASE: address }, /Set APPIZER_API_KEY/],
      [{ APPIZER_API_BASE: address, APPIZER_API_KEY: 'sk_x' }, /INVALID_API_KEY/],
      [{ APPIZER_API_BASE: gone.address, APPIZER_API_KEY: key }, /refused|connect/i],
    ];
    for (const [settings, reason] of /** @type {[Record<string, string>, RegExp][]} */ (failures)) {
      const { code, output, errors } = await run(command, file, settings);
      assert.notEqual(code, 0);
      assert.equal(output, '');
      assert.match(errors, /The event was not tracked: /);
      assert.match(errors, reason);
      assert.doesNotMatch(errors, /Traceback|\n\s+at /);
    }
    assert.equal(collector.store.count('events', null), 0);
  });
}
