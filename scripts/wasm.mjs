/**
 * Builds `build/wasm/core.wasm` with whatever Emscripten is on PATH. CMake knows the flags
 * (`web/CMakeLists.txt`); this knows when there is nothing to do.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { needEmxx, toolchainFile } from './emscripten.mjs';
import { build, root } from './paths.mjs';
import { needBinaryen, which } from './tools.mjs';

export const wasmFile = join(build, 'wasm', 'core.wasm');
export const unpackFile = join(build, 'wasm', 'unpack.wasm');
export const serverFile = join(build, 'wasm', 'server.wasm');
const stampFile = join(build, 'wasm', 'core.stamp');

/** Brings the module up to date and returns its path. */
export function buildWasm(say = console.log) {
  const emxx = needEmxx();
  const stamp = digestOfInputs(emxx);
  if (existsSync(wasmFile) && existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) {
    say('core.wasm: up to date');
    return wasmFile;
  }

  const tree = compile(emxx, 'all');
  mkdirSync(join(build, 'wasm'), { recursive: true });
  const whole = join(tree, 'web', 'core.wasm');
  strip(whole, `${whole}.stripped`, /^(memory|_initialize|apz_\w+)$/);
  // Once more, with the control flow made anew: smaller than as LLVM left it (docs/size.md).
  const passes = ['--flatten', '--rereloop', '-Oz', '-Oz', '--converge'];
  must(needBinaryen('wasm-opt'), [`${whole}.stripped`, ...passes, '-o', wasmFile], {
    cwd: root,
    encoding: 'utf8',
  });
  strip(join(tree, 'web', 'unpack.wasm'), unpackFile, /^(memory|unpack)$/);
  strip(join(tree, 'web', 'server_core.wasm'), serverFile, /^(memory|_initialize|apz_\w+)$/);
  writeFileSync(stampFile, stamp);
  say(`core.wasm: built, ${readFileSync(wasmFile).length} bytes`);
  return wasmFile;
}

/** Brings the simulated world as a module up to date, and returns its path. */
export function buildPlay() {
  return join(compile(needEmxx(), 'play'), 'play', 'play.wasm');
}

/** Builds a target; returns the folder of what is built. */
function compile(emxx, target) {
  // A tree of its own for each compiler: CMake never forgets the one it was configured with.
  const tree = join(build, 'wasm', `cmake-${emxx.version}`);
  const generator = which('ninja') ? 'Ninja' : 'Unix Makefiles';
  const toolchain = `-DCMAKE_TOOLCHAIN_FILE=${toolchainFile(emxx)}`;
  const options = { cwd: root, env: emxx.env, encoding: 'utf8', maxBuffer: 2 ** 28 };
  must('cmake', ['-S', root, '-B', tree, '-G', generator, toolchain], options);
  const jobs = String(availableParallelism());
  must('cmake', ['--build', tree, '--target', target, '--parallel', jobs], options);
  return tree;
}

/**
 * Leaves what the exports `wanted` reach: Emscripten exports its stack's functions, `errno` and the table whether
 * anybody wants them or not.
 *
 * @param {string} from @param {string} to @param {RegExp} wanted
 */
function strip(from, to, wanted) {
  const names = WebAssembly.Module.exports(new WebAssembly.Module(readFileSync(from)))
    .map(({ name }) => name)
    .filter((name) => wanted.test(name));
  const graph = [
    { name: 'script', root: true, reaches: names },
    ...names.map((name) => ({ name, export: name })),
  ];
  const graphFile = `${from}.json`;
  writeFileSync(graphFile, JSON.stringify(graph));
  must(needBinaryen('wasm-metadce'), [from, '--graph-file', graphFile, '-o', to], {
    cwd: root,
    encoding: 'utf8',
  });
  // The glue gives nothing: a loader of Emscripten's is not there to provide it.
  const imports = WebAssembly.Module.imports(new WebAssembly.Module(readFileSync(to)));
  if (imports.length > 0) throw new Error(`${to} imports ${JSON.stringify(imports)}`);
}

function must(program, args, options) {
  const child = spawnSync(program, args, options);
  if (child.status === 0) return;
  process.stderr.write(`${child.stdout ?? ''}${child.stderr ?? ''}`);
  throw new Error(`${program} ${args.join(' ')} failed`);
}

function digestOfInputs(emxx) {
  const hash = createHash('sha256').update(`${emxx.path} ${emxx.version}`);
  // package.json for the version number that is compiled in, this file for what it makes of the compiler's work.
  const files = ['CMakeLists.txt', 'package.json', 'scripts/wasm.mjs'];
  for (const folder of ['src', 'web']) {
    const names = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).filter(
      (name) => /\.(h|cpp|txt)$/.test(name),
    );
    files.push(...names.sort().map((name) => join(folder, name)));
  }
  for (const file of files) hash.update(`\0${file}\0`).update(readFileSync(join(root, file)));
  return hash.digest('hex');
}
