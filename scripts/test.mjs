/**
 * `npm test [-- --only core,glue]`: everything that must hold, in parts, in order. Each part's
 * output goes to `build/test-logs`; that of a part which fails is shown as well.
 */
import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { measureCpu } from './cpu.mjs';
import { build, root } from './paths.mjs';
import { countTests } from './summaries.mjs';

const node = process.execPath;
const capacity = availableParallelism();
const needed = ['setup', 'build'];
const tsc = join('node_modules', '.bin', 'tsc');

/**
 * What is run, in the order in which it is begun. Where `tests` is true, the output must say how many ran; else the
 * part counts 1. As many run side by side as there are cores for: most browser tests wait more than they work.
 *
 * @typedef {{
 *   name: string, command: string[], tests?: boolean, always?: boolean, env?: Record<string, string>,
 *   after?: string[], cores?: number,
 * }} Part `after`: the parts that must have ended before; `cores`: how many it keeps busy
 * @type {Part[]}
 */
const parts = [
  { name: 'setup', command: [node, 'scripts/setup.mjs'], always: true, after: [], cores: 2 },
  { name: 'build', command: [node, 'scripts/build.mjs'], after: ['setup'], cores: 2 },
  // First what has the most to do.
  ...engines().map((engine) => ({
    name: engine,
    tests: true,
    cores: engine === 'chromium-alone' ? 0.3 : 0.55,
    command: [node, 'tests/browser/lane.mjs', engine, '--short'],
  })),
  { name: 'core', tests: true, command: native('san', 'core_tests') },
  { name: 'sim', tests: true, command: native('fast', 'sim', '--worlds', '6000') },
  // The same build as that of the core's tests.
  {
    name: 'sim-san',
    tests: true,
    after: ['core'],
    command: native('san', 'sim', '--worlds', '150'),
  },
  // The same world as a module, compared with that of `sim`.
  { name: 'format', command: [node, 'scripts/format.mjs'] },
  { name: 'style', tests: true, command: nodeTests('tests/style') },
  { name: 'types', command: [tsc, '-p', 'tsconfig.json'] },
  // After the build, whose declarations the tests are checked against.
  { name: 'types-node', command: [tsc, '-p', 'tsconfig.node.json'] },
  { name: 'size', command: [node, 'scripts/size.mjs'] },
  { name: 'glue', tests: true, command: nodeTests('tests/glue') },
  // On the core as JavaScript: what starts it, shares it and hands it numbers. `glue` has a test that the two cores do the
  // same, and `npm run test:fallback` runs all of it.
  {
    name: 'glue-js',
    tests: true,
    command: [
      node,
      ...['--test', '--test-reporter=spec', '--import', './tests/glue/on-fallback.mjs'],
      ...['early', 'handover', 'instances', 'properties', 'start', 'timer'].map((name) =>
        join('tests', 'glue', `${name}.test.mjs`),
      ),
    ],
  },
  { name: 'consent', tests: true, cores: 0.5, command: nodeTests('tests/consent') },
  { name: 'collector', tests: true, cores: 0.6, command: nodeTests('tests/collector') },
  // Where the packages of the engines are installed; without them one test says so.
  { name: 'cluster', tests: true, command: nodeTests('tests/cluster', '--test-concurrency=1') },
  { name: 'plan', tests: true, command: nodeTests('tests/plan') },
  // The rest, which mostly waits: npm run conformance.
  { name: 'conformance', tests: true, cores: 0.6, command: nodeTests('tests/conformance') },
  { name: 'example-suite', tests: true, command: nodeTests('examples/testing') },
  {
    name: 'examples',
    tests: true,
    cores: 0.6,
    command: nodeTests('tests/examples', '--test-concurrency=1'),
  },
  { name: 'doctor', tests: true, cores: 0.7, command: nodeTests('tests/doctor') },
  // Installs and builds the frameworks first, where that has not been done. `npm run test:routers` takes all of them to
  // every engine: what engines do differently with history and titles is tested there by `page_views` and `visits`.
  {
    name: 'routers',
    tests: true,
    cores: 0.8,
    command: nodeTests('tests/browser/routers'),
    env: { APPIZER_BROWSERS: 'chromium' },
  },
  {
    name: 'browser-js',
    tests: true,
    cores: 0.6,
    command: [
      node,
      ...['--test', '--test-reporter=spec', '--test-concurrency=1'],
      `--test-name-pattern=${[
        'a server that is down',
        'a wait that the server asks for',
        'an answer lost',
        'pages without a router',
        'every way to change the URL',
        'how long and how far',
        'back/forward cache',
        'links',
      ].join('|')}`,
      ...['delivery', 'page_views'].map((name) => join('tests', 'browser', `${name}.test.mjs`)),
    ],
    env: { APPIZER_CORE: 'fallback', APPIZER_BROWSERS: 'chromium' },
  },
  {
    name: 'package',
    tests: true,
    cores: 0.7,
    command: nodeTests('tests/package', '--test-concurrency=1'),
  },
  { name: 'server', tests: true, cores: 0.6, command: nodeTests('tests/server') },
  { name: 'frameworks', tests: true, cores: 0.4, command: nodeTests('tests/frameworks') },
];

/** The browsers' lanes; `APPIZER_BROWSERS` narrows them. */
function engines() {
  const named = process.env.APPIZER_BROWSERS?.split(',') ?? ['chromium', 'firefox', 'webkit'];
  return named.includes('chromium') ? ['chromium-alone', ...named] : named;
}

/** @param {string[]} args the build, the program and its arguments */
function native(...args) {
  return [node, 'scripts/native.mjs', ...args];
}

/**
 * Names the files one by one, as each major of Node takes a folder to mean something else.
 *
 * @param {string} folder
 * @param {string[]} options
 */
function nodeTests(folder, ...options) {
  const names = existsSync(join(root, folder)) ? readdirSync(join(root, folder)) : [];
  const files = names.filter((name) => name.endsWith('.test.mjs')).sort();
  // Without a file Node would go and look for tests everywhere.
  const named = files.length > 0 ? files.map((name) => join(folder, name)) : [folder];
  return [node, '--test', '--test-reporter=spec', ...options, ...named];
}

const longest = 20 * 60_000; // a part that hangs must not take the whole run with it
const tail = 200;
const logs = join(build, 'test-logs');

const { only } = parseArgs({ options: { only: { type: 'string' } } }).values;
const wanted = only?.split(',');
const stranger = wanted?.find((name) => !parts.some((part) => part.name === name));
if (stranger !== undefined) {
  console.error(`There is no part "${stranger}": ${parts.map(({ name }) => name).join(', ')}.`);
  process.exit(2);
}

mkdirSync(logs, { recursive: true });
const started = Date.now();
/** @type {Awaited<ReturnType<typeof run>>[]} */
const results = [];
await runAll(parts.filter(({ name, always }) => !wanted || always || wanted.includes(name)));
report();

/**
 * Begins each part when those that it comes after have ended and there are cores for it. Without its tools nothing can
 * be judged, and without a build little, so after those nothing is begun once one has failed.
 *
 * @param {Part[]} waiting
 */
async function runAll(waiting) {
  const names = new Set(waiting.map(({ name }) => name));
  /** @type {Map<Part, Promise<void>>} */
  const running = new Map();
  const done = new Set();
  for (;;) {
    for (const part of [...waiting]) {
      const { after = ['setup', 'build'], cores = 1 } = part;
      const busy = [...running.keys()].reduce((sum, one) => sum + (one.cores ?? 1), 0);
      const ready = after.every((name) => done.has(name) || !names.has(name));
      if (!ready || (running.size > 0 && busy + cores > capacity)) continue;
      waiting.splice(waiting.indexOf(part), 1);
      running.set(
        part,
        run(part).then((result) => {
          running.delete(part);
          done.add(part.name);
          results.push(result);
          said(result);
          if (result.failed > 0 && needed.includes(part.name)) waiting.length = 0;
        }),
      );
    }
    if (running.size === 0) return;
    await Promise.race(running.values());
  }
}

/** @param {Awaited<ReturnType<typeof run>>} result */
function said({ name, failed, seconds, log }) {
  console.log(`${name}: ${failed === 0 ? `${seconds} s` : 'FAILED'}`);
  if (failed === 0) return;
  console.log(lastLines(log));
  console.log(`(the end of ${log})`);
}

/**
 * Runs one part in a process group of its own, so that nothing it started outlives it.
 *
 * @param {Part} part
 */
async function run({ name, command, tests, env: own }) {
  const [program, ...args] = command;
  const log = join(logs, `${name}.log`);
  const out = openSync(log, 'w');
  const began = Date.now();
  const env = { ...process.env, NO_COLOR: '1', ...own };
  const child = spawn(program, args, {
    cwd: root,
    env,
    stdio: ['ignore', out, out],
    detached: true,
  });
  const cpu = measureCpu(child.pid);
  const stop = () => {
    // Asked first, so that tests can take the browsers they started with them.
    killGroup(child.pid, 'SIGTERM');
    setTimeout(() => killGroup(child.pid, 'SIGKILL'), 3000).unref();
  };
  const interrupt = () => {
    stop();
    child.once('exit', () => process.exit(130));
  };
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  const timer = setTimeout(stop, longest);
  const status = await new Promise((resolve) => {
    child.once('exit', resolve).once('error', (error) => resolve(error.message));
  });
  clearTimeout(timer);
  process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  const used = cpu.stop();
  killGroup(child.pid, 'SIGKILL');
  closeSync(out);

  const counted = tests ? countTests(readFileSync(log, 'utf8')) : undefined;
  const { passed, failed } = counted ?? { passed: tests ? 0 : 1, failed: 0 };
  const good = status === 0 && failed === 0 && passed > 0;
  return {
    name,
    log,
    seconds: seconds(Date.now() - began),
    cpu: used === undefined ? '' : used.toFixed(1),
    passed: good || tests ? passed : 0,
    failed: good ? 0 : Math.max(failed, 1),
  };
}

function killGroup(pid, signal) {
  try {
    if (pid) process.kill(-pid, signal);
  } catch {
    // All of it has ended already.
  }
}

function seconds(ms) {
  return (ms / 1000).toFixed(1);
}

function lastLines(path) {
  return readFileSync(path, 'utf8').trimEnd().split('\n').slice(-tail).join('\n');
}

function report() {
  const row = (...cells) =>
    cells.map((cell, i) => (i === 0 ? cell.padEnd(14) : String(cell).padStart(8))).join('');
  console.log(`\n${row('part', 'seconds', 'cpu', 'passed', 'failed')}`);
  const order = parts.map(({ name }) => name);
  results.sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
  for (const { name, seconds, cpu, passed, failed } of results) {
    console.log(row(name, seconds, cpu, passed, failed));
  }
  const sum = (key) => results.reduce((total, result) => total + Number(result[key]), 0);
  console.log(
    row('all', seconds(Date.now() - started), sum('cpu').toFixed(1), sum('passed'), sum('failed')),
  );
  console.log(`\n${sum('passed')} passed, ${sum('failed')} failed`);
  process.exitCode = sum('failed') === 0 ? 0 : 1;
}
