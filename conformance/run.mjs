/**
 * `npm run conformance`: tries the promises of promises.mjs with each adapter, and prints what became of them.
 *
 *     npm run conformance -- --only appizer,segment --promise outage,crash
 *     npm run conformance -- --adapter ./my-sdk.mjs     one of yours, alone
 *     npm run conformance -- --write                    all, into docs/conformance.md; with --only or --promise
 *                                                       those, beside the last results of the others
 *
 * The exit code is 1 if an SDK that was named, or ours, has broken a promise that it makes.
 *
 * @typedef {import('./stage.mjs').Adapter} Adapter
 * @typedef {import('./promises.mjs').Promised} Promised
 * @typedef {'kept' | 'broken' | 'not claimed' | 'not tried'} Outcome
 * @typedef {{ adapter: Adapter, promise: Promised, outcome: Outcome, detail: string }} Result
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { launch } from '../bench/lab.mjs';
import { openWall } from '../bench/peers/server.mjs';
import { build, root } from '../scripts/paths.mjs';
import { chromiumFlags } from '../tests/browser/harness/browsers.mjs';
import { promises } from './promises.mjs';
import { paper, table } from './report.mjs';
import { NotStarted } from './stage.mjs';

const names = ['appizer', 'posthog', 'segment', 'amplitude', 'mixpanel'];
names.push('snowplow', 'rudderstack', 'plausible');

/** Whether an SDK makes a promise. @param {Adapter} adapter @param {Promised} promise */
const makes = ({ claims, exceptions }, { id }) =>
  Boolean(claims[id] || (claims.all && !exceptions?.[id]));

/** @param {import('puppeteer-core').Browser} browser @param {Adapter} adapter @param {Promised} promise @returns {Promise<Result>} */
export async function tryOne(browser, adapter, promise) {
  const made = makes(adapter, promise);
  const needsPending = promise.id.startsWith('consent');
  if (needsPending && !adapter.pending) {
    const outcome = made ? 'broken' : 'not claimed';
    return { adapter, promise, outcome, detail: 'has no such mode' };
  }
  let verdict = await attempt();
  // A busy machine is no fault of an SDK.
  if (!verdict.kept && (made || verdict.harm || verdict.tried === false)) verdict = await attempt();
  const { kept, detail, harm, tried = true } = verdict;
  const failed = !tried ? 'not tried' : made || harm ? 'broken' : 'not claimed';
  return { adapter, promise, outcome: kept ? 'kept' : failed, detail };

  /** @returns {Promise<import('./promises.mjs').Verdict & { tried?: boolean }>} */
  async function attempt() {
    try {
      return await promise.try(browser, adapter);
    } catch (error) {
      if (error instanceof NotStarted) return { kept: false, detail: error.message };
      const [line] = String(/** @type {Error} */ (error).message).split('\n');
      return { kept: false, tried: false, detail: `could not be tried: ${line}` };
    }
  }
}

/** Starts the browser, from which nothing but this machine can be reached. */
export async function openBrowser() {
  const wall = await openWall();
  const browser = await launch(
    ...chromiumFlags,
    `--proxy-server=${wall.address}`,
    '--proxy-bypass-list=127.0.0.1',
    // SDKs ignore bots; these visits are to be counted.
    '--disable-blink-features=AutomationControlled',
  );
  return {
    browser,
    async close() {
      await browser.close();
      wall.close();
    },
  };
}

/** @param {string} name or a path @returns {Promise<Adapter>} */
async function load(name) {
  const path = name.includes('/') || name.endsWith('.mjs') ? resolve(name) : undefined;
  const url = path ? pathToFileURL(path).href : `./adapters/${name}.mjs`;
  return (await import(url)).default;
}

/**
 * Several side by side, as most of the time is waiting.
 *
 * @param {Adapter[]} adapters @param {Promised[]} wanted @param {number} atOnce
 */
async function tryAll(adapters, wanted, atOnce) {
  const jobs = wanted.flatMap((promise) => adapters.map((adapter) => ({ adapter, promise })));
  /** @type {Result[]} */
  const results = [];
  const { browser, close } = await openBrowser();
  const version = (await browser.version()).replace('/', ' ');
  try {
    const work = async () => {
      for (let job = jobs.shift(); job; job = jobs.shift()) {
        const result = await tryOne(browser, job.adapter, job.promise);
        results.push(result);
        const { adapter, promise, outcome, detail } = result;
        console.log(
          `${adapter.name.padEnd(12)} ${promise.title.padEnd(30)} ${outcome.padEnd(12)} ${detail}`,
        );
      }
    };
    await Promise.all(Array.from({ length: atOnce }, work));
  } finally {
    await close();
  }
  return { results, version };
}

/** The last results of each, by which parts can be tried again. */
const memory = join(build, 'conformance.json');

/** @typedef {{ outcome: Outcome, detail: string, browser: string, date: string }} Remembered */

/** @returns {Record<string, Remembered>} */
const remembered = () => (existsSync(memory) ? JSON.parse(readFileSync(memory, 'utf8')) : {});

/** What a result is of: another version, or another way to try it, is something else. @param {Adapter} adapter @param {Promised} promise */
const keyOf = ({ name, version, setup }, { id, how }) =>
  JSON.stringify([name, version, setup, id, how]);

/** @param {Result[]} results @param {string} browser */
function remember(results, browser) {
  const all = remembered();
  const date = new Date().toISOString();
  for (const { adapter, promise, outcome, detail } of results) {
    if (outcome !== 'not tried') all[keyOf(adapter, promise)] = { outcome, detail, browser, date };
  }
  mkdirSync(dirname(memory), { recursive: true });
  writeFileSync(memory, JSON.stringify(all, undefined, 1));
}

/** @param {Adapter[]} adapters all of them */
function write(adapters) {
  const all = remembered();
  const missing = [];
  /** @type {Result[]} */
  const results = [];
  for (const promise of promises) {
    for (const adapter of adapters) {
      const known = all[keyOf(adapter, promise)];
      if (known) results.push({ adapter, promise, ...known });
      else missing.push(`${adapter.name}: ${promise.title}`);
    }
  }
  if (missing.length > 0) {
    throw new Error(`Not written, as these were not tried in this version: ${missing.join(', ')}.`);
  }
  const first = results.map((one) => all[keyOf(one.adapter, one.promise)]?.date ?? '').sort()[0];
  const browser = [...new Set(Object.values(all).map((one) => one.browser))].join(', ');
  const text = paper(results, adapters, promises, browser, first ?? '');
  writeFileSync(join(root, 'docs', 'conformance.md'), text);
  console.log('\nWritten to docs/conformance.md.');
}

async function main() {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      promise: { type: 'string' },
      adapter: { type: 'string', multiple: true },
      'at-once': { type: 'string', default: '5' },
      write: { type: 'boolean', default: false },
    },
  });
  const named = values.adapter ?? values.only?.split(',');
  const adapters = [];
  for (const name of named ?? names) {
    if (!values.adapter && !names.includes(name)) {
      throw new Error(`There is no adapter "${name}": ${names.join(', ')}; or --adapter <file>.`);
    }
    adapters.push(await load(name));
  }
  const ids = values.promise?.split(',');
  const stranger = ids?.find((id) => !promises.some((one) => one.id === id));
  if (stranger) {
    const all = promises.map(({ id }) => id).join(', ');
    throw new Error(`There is no promise "${stranger}": ${all}.`);
  }
  const wanted = promises.filter(({ id }) => !ids || ids.includes(id));
  // Bundled before anything is timed.
  for (const adapter of adapters) {
    await adapter.files(false);
    if (adapter.pending) await adapter.files(true);
  }
  const { results, version } = await tryAll(adapters, wanted, Number(values['at-once']) || 1);
  console.log(`\n${table(results, adapters, wanted)}`);
  remember(results, version);
  const untried = results.filter(({ outcome }) => outcome === 'not tried').length;
  if (untried > 0) throw new Error(`${untried} could not be tried, which says nothing of an SDK.`);
  if (values.write) write(await Promise.all(names.map(load)));
  const meant = named ? adapters : adapters.slice(0, 1);
  const broken = results.some(
    ({ adapter, outcome }) => meant.includes(adapter) && outcome === 'broken',
  );
  return broken ? 1 : 0;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  main().then(
    (code) => {
      process.exitCode = code;
    },
    (error) => {
      console.error(error instanceof Error ? error.message : error);
      process.exitCode = 2;
    },
  );
}
