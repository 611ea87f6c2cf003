/**
 * Runs all browser tests in a few processes, two at a time: one for each engine, and one for the files that need only
 * Chromium, which spend much of their time waiting. A process runs its files one after another, in the same browser.
 *
 *     node tests/browser/lanes.mjs                 all of them
 *     node --test tests/browser/forms.test.mjs     one file, in every engine at once
 */
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { engines } from './harness/browsers.mjs';

const here = new URL('./', import.meta.url);
const files = process.argv.slice(2);

if (files.length > 0) {
  // This process is one lane. `node:test` runs the suites of a process in the order in which they were imported.
  for (const file of files) await import(new URL(file, here).href);
} else {
  await all();
}

async function all() {
  const tests = readdirSync(here)
    .filter((name) => name.endsWith('.test.mjs'))
    .sort();
  // The other files start Chromium themselves, or no browser at all.
  const inEach = tests.filter((name) =>
    /\bengines\b|\binEngines\b/.test(readFileSync(new URL(name, here), 'utf8')),
  );
  const once = tests.filter((name) => !inEach.includes(name));
  const lanes = engines.map((engine) => ({ name: engine, engine, names: inEach }));
  if (engines.includes('chromium')) {
    lanes.push({ name: 'Chromium alone', engine: 'chromium', names: once });
  }
  // Two at a time: on two cores more of them only keep each other waiting.
  /** @type {(number | null)[]} */
  const ended = [];
  const next = async () => {
    for (let lane = lanes.shift(); lane; lane = lanes.shift()) ended.push(await run(lane));
  };
  await Promise.all([next(), next()]);
  process.exitCode = ended.every((code) => code === 0) ? 0 : 1;
}

/** @param {{ name: string, engine: string, names: string[] }} lane @returns {Promise<number | null>} */
function run({ name, engine, names }) {
  const began = Date.now();
  const child = spawn(
    process.execPath,
    ['--test-reporter=spec', fileURLToPath(import.meta.url), ...names],
    {
      env: { ...process.env, APPIZER_BROWSERS: engine },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  /** The output of a lane is printed as a whole when it ends or is interrupted. @type {Buffer[]} */
  const said = [];
  child.stdout.on('data', (data) => said.push(data));
  child.stderr.on('data', (data) => said.push(data));
  const show = () => {
    const seconds = ((Date.now() - began) / 1000).toFixed(1);
    process.stdout.write(`\n${name}, ${seconds} s:\n\n${Buffer.concat(said.splice(0))}`);
  };
  const interrupt = () => {
    child.kill('SIGTERM'); // it closes its browsers
    show();
  };
  process.once('SIGTERM', interrupt).once('SIGINT', interrupt);
  return new Promise((resolve) => {
    child.once('close', (code) => {
      process.off('SIGTERM', interrupt).off('SIGINT', interrupt);
      show();
      resolve(code);
    });
  });
}
