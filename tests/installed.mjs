/** What only some tests need is installed and made by them, into `build`, once for each state of its sources. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Does the work unless it has been done for these sources.
 *
 * @param {string} target a folder
 * @param {string} name of the work
 * @param {string[]} sources files and folders
 * @param {() => void} work
 */
export function once(target, name, sources, work) {
  const stamp = join(target, `.${name}.stamp`);
  const hash = createHash('sha256');
  for (const one of sources) addTo(hash, one);
  const state = hash.digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === state) return;
  work();
  writeFileSync(stamp, state);
}

/** Installs the packages of a project. @param {string} project @param {string} target */
export function install(project, target) {
  mkdirSync(target, { recursive: true });
  const files = ['package.json', 'package-lock.json', '.npmrc'];
  once(
    target,
    'installed',
    files.map((name) => join(project, name)),
    () => {
      for (const name of files) cpSync(join(project, name), join(target, name));
      // Not `ci`, which wants a lock with the binaries of every platform that there is.
      run('npm', ['install', '--prefer-offline', '--no-progress', '--loglevel=error'], target);
    },
  );
}

/** @param {string} program @param {string[]} args @param {string} cwd */
export function run(program, args, cwd) {
  const env = { ...process.env, NEXT_TELEMETRY_DISABLED: '1', CI: '1' };
  execFileSync(program, args, { cwd, env, stdio: ['ignore', 'ignore', 'inherit'] });
}

/** @param {import('node:crypto').Hash} hash @param {string} path */
function addTo(hash, path) {
  try {
    hash.update(readFileSync(path));
  } catch {
    for (const name of readdirSync(path).sort()) {
      hash.update(name);
      addTo(hash, join(path, name));
    }
  }
}
