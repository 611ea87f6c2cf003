/**
 * Emscripten as it is found: Debian's package and the emsdk differ in where things are and in what
 * they expect of their surroundings.
 */
import { execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from './paths.mjs';
import { which } from './tools.mjs';

/** The oldest Emscripten whose C++20 library is known to be enough. */
export const oldest = '3.1.6';

/**
 * The Emscripten on PATH: `path` of em++, `home` (its own folder), `version`, and the environment
 * to run it in. Undefined if there is none.
 */
export function findEmxx() {
  const path = which('em++');
  if (!path) return undefined;
  const home = homeOf(path);
  return { path, home, version: versionOf(path, home), env: environment(home) };
}

/** The same, for those who cannot do without. */
export function needEmxx() {
  const emxx = findEmxx();
  if (!emxx) throw new Error('em++ is not on PATH: run `npm run setup`.');
  return emxx;
}

/** CMake's description of Emscripten as a target. */
export const toolchainFile = (emxx) => join(emxx.home, 'cmake/Modules/Platform/Emscripten.cmake');

/** Whether dotted version `a` is older than `b`. */
export function older(a, b) {
  const [left, right] = [a, b].map((version) => version.split('.').map(Number));
  const first = left.findIndex((part, i) => part !== right[i]);
  return first >= 0 && left[first] < right[first];
}

function homeOf(path) {
  const beside = dirname(realpathSync(path));
  if (existsSync(join(beside, 'cmake/Modules/Platform/Emscripten.cmake'))) return beside;
  // Here em++ is a script that calls the real one elsewhere (Homebrew, Nix).
  return execFileSync(join(dirname(path), 'em-config'), ['EMSCRIPTEN_ROOT'], {
    encoding: 'utf8',
  }).trim();
}

function versionOf(path, home) {
  const file = join(home, 'emscripten-version.txt');
  const text = existsSync(file)
    ? readFileSync(file, 'utf8')
    : execFileSync(path, ['--version'], { encoding: 'utf8' });
  return text.match(/\d+\.\d+\.\d+/)?.[0] ?? 'of unknown version';
}

function environment(home) {
  const env = { ...process.env };
  // Debian keeps acorn among its own Node modules, where only Debian's own Node looks.
  const modules = '/usr/share/nodejs';
  if (existsSync(join(modules, 'acorn')) && home.startsWith('/usr/share/')) {
    env.NODE_PATH = [modules, process.env.NODE_PATH].filter(Boolean).join(':');
  }
  if (!env.EM_CACHE && !usable(join(home, 'cache'))) {
    env.EM_CACHE = join(root, 'build', 'emscripten-cache');
    mkdirSync(env.EM_CACHE, { recursive: true });
  }
  return env;
}

// Emscripten compiles its libraries into the cache on first use; Debian ships them all compiled.
function usable(cache) {
  if (existsSync(join(cache, 'sysroot/lib/wasm32-emscripten/lto/libc.a'))) return true;
  try {
    accessSync(existsSync(cache) ? cache : dirname(cache), constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
