/**
 * `npm run setup [build|test|cluster]`: says what is there, installs what is missing.
 *
 * Tools come from apt, Node packages from `npm ci`. Without apt it takes what it finds, and names
 * the first tool that keeps it from going on. Imports nothing from npm: it runs before there is any.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { findEmxx, older, oldest } from './emscripten.mjs';
import { build, root } from './paths.mjs';
import { findTool, tools, which } from './tools.mjs';

export { findEmxx, toolchainFile } from './emscripten.mjs';
export { findTool, miniBrowser, which } from './tools.mjs';

/** Why setting up cannot go on, in one sentence for the reader. */
export class SetupError extends Error {}

/**
 * Makes sure of all tools of `group` (`build`; `test`, which includes it; or `cluster`, the servers of the collector's
 * cluster) and of the Node packages. Calls `say` with one line for each.
 */
export function setup(group = 'test', say = console.log) {
  const wanted = tools.filter(
    (tool) => tool.group === group || (group === 'test' && tool.group === 'build'),
  );
  const missing = new Set(wanted.filter((tool) => !tool.find()));
  if (missing.size > 0) install([...missing], say);

  for (const tool of wanted) {
    const path = tool.find();
    if (!path) throw new SetupError(lacking(tool));
    say(line(missing.has(tool) ? 'installed' : 'found', tool.name, `${tool.why} (${path})`));
  }
  if (group !== 'cluster') {
    checkEmscripten();
    linkJsonHeaders();
  }
  nodePackages(say);
}

const line = (state, name, rest) => `${state.padEnd(9)} ${name.padEnd(14)} ${rest}`;
const aptName = (tool) => tool.apt ?? tool.name;

function lacking(tool) {
  const how = tool.elsewhere ? ` or ${tool.elsewhere}` : '';
  return `${tool.name} is missing (${tool.why}): install the package ${aptName(tool)}${how}.`;
}

function install(missing, say) {
  const packages = missing.map(aptName);
  say(line('missing', packages.join(' '), ''));
  if (!which('apt-get')) {
    say('There is no apt here to install with: what is on PATH has to do.');
    return;
  }
  const superuser = process.getuid?.() === 0 ? [] : ['sudo'];
  if (superuser.length > 0 && !which('sudo')) {
    throw new SetupError(
      `Installing needs root: run \`apt-get install ${packages.join(' ')}\` as root, then this again.`,
    );
  }
  const apt = [...superuser, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-qq'];
  run([...apt, 'update'], say);
  // dpkg talks at length; what it says is of interest only when it fails.
  run([...apt, 'install', '--yes', '--no-install-recommends', ...packages], say);
}

function run(words, say, options = {}) {
  const [command, ...args] = words;
  say(`          $ ${words.join(' ')}`);
  const child = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 2 ** 28, ...options });
  if (child.status === 0) return;
  process.stderr.write(`${child.stdout ?? ''}${child.stderr ?? ''}`);
  throw new SetupError(
    `\`${command}\` failed (${child.error?.message ?? `exit ${child.status}`}).`,
  );
}

function checkEmscripten() {
  const emxx = findEmxx();
  if (emxx && older(emxx.version, oldest)) {
    throw new SetupError(
      `${emxx.path} is Emscripten ${emxx.version}: at least ${oldest} is needed, from the emsdk ` +
        '(https://emscripten.org/docs/getting_started) or a newer distribution.',
    );
  }
}

// Both compilers get a folder with nothing else in it: Emscripten's must not see the system's
// headers, which lie beside nlohmann's.
function linkJsonHeaders() {
  const include = join(build, 'include');
  const link = join(include, 'nlohmann');
  if (existsSync(join(link, 'json.hpp'))) return;
  const from = dirname(findTool('nlohmann/json') ?? '');
  mkdirSync(include, { recursive: true });
  rmSync(link, { recursive: true, force: true }); // a link whose target was uninstalled
  try {
    symlinkSync(from, link, 'dir');
  } catch {
    cpSync(from, link, { recursive: true, dereference: true });
  }
}

function nodePackages(say) {
  const what = 'bundler, type checker, linter, browser driver, server of the examples';
  const stale = stalePackage();
  if (stale) run(['npm', 'ci', '--no-audit', '--no-fund'], say, { cwd: root });
  say(line(stale ? 'installed' : 'found', 'npm packages', what));
}

// npm leaves a copy of the lock file in node_modules. Times of files say nothing after a checkout,
// so the contents are compared: is anything of the lock file not there, or there in another version?
function stalePackage() {
  const installed = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(installed)) return true;
  const read = (path) => JSON.parse(readFileSync(path, 'utf8')).packages;
  const there = read(installed);
  return Object.entries(read(join(root, 'package-lock.json'))).some(
    ([path, wanted]) => path !== '' && !wanted.optional && there[path]?.version !== wanted.version,
  );
}

/** Runs `setup` for a command: its failure is the user's to read, not a stack trace. */
export function setupOrExit(group, say) {
  try {
    setup(group, say);
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    console.error(error.message);
    process.exit(1);
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  setupOrExit(process.argv[2]);
}
