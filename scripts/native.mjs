/**
 * Native builds of the core: configures, builds one target, and runs it.
 *
 *     node scripts/native.mjs san core_tests [its arguments]
 */
import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, root } from './paths.mjs';
import { which } from './tools.mjs';

// Four sources are compiled as one: that halves the time for all, and a changed file still compiles quickly.
const together = ['-DCMAKE_UNITY_BUILD=ON', '-DCMAKE_UNITY_BUILD_BATCH_SIZE=4'];

const clang = '-DCMAKE_CXX_COMPILER=clang++';

/**
 * Where each kind of build lives, and what makes it that kind. The unit tests take clang half the time of g++, which
 * compiles the core for the simulation: so the warnings of both are read.
 */
const kinds = {
  san: {
    folder: which('clang++') ? 'native-san-clang' : 'native-san',
    options: ['-DAPPIZER_SANITIZE=ON', ...together, ...(which('clang++') ? [clang] : [])],
  },
  fast: { folder: 'native-fast', options: together },
  fuzz: { folder: 'fuzz', options: ['-DAPPIZER_FUZZ=ON', clang] },
};

/** Builds `targets` (all without any) in the given kind and returns the folder they are in. */
export function buildNative(kind, targets = []) {
  const { folder, options } = kinds[kind];
  const tree = join(build, folder);
  buildTree(root, tree, options, targets);
  return tree;
}

/** Builds `targets` of the sources in one folder into another. */
export function buildTree(sources, tree, options, targets, quiet = false) {
  const generator = which('ninja') ? 'Ninja' : 'Unix Makefiles';
  run('cmake', ['-S', sources, '-B', tree, '-G', generator, ...options], quiet);
  const wanted = targets.length > 0 ? ['--target', ...targets] : [];
  run('cmake', ['--build', tree, '--parallel', String(availableParallelism()), ...wanted], quiet);
}

/**
 * Runs a program with our own output, or, `quiet`, with none unless it fails; and ends this process
 * as it ended if it did.
 */
export function run(program, args = [], quiet = false) {
  const child = spawnSync(program, args, { cwd: root, stdio: quiet ? 'pipe' : 'inherit' });
  if (child.error) throw child.error;
  if (child.status === 0) return;
  if (quiet) process.stderr.write(Buffer.concat([child.stdout, child.stderr]));
  process.exit(child.status ?? 1);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [kind, target, ...args] = process.argv.slice(2);
  if (!(kind in kinds) || !target) {
    console.error(`Usage: native.mjs ${Object.keys(kinds).join('|')} target [its arguments]`);
    process.exit(2);
  }
  run(join(buildNative(kind, [target]), target), args);
}
