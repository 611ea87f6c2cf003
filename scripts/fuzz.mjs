/**
 * `npm run fuzz -- [name…] [--seconds 60] [--keep]`: lets every fuzzer, or the named ones, look for inputs
 * that break the core. What it learns stays in `build/fuzz/corpus`; the inputs worth keeping with
 * the sources are in `tests/fuzz/corpus`, a folder for each fuzzer. With `--seconds 0` it only plays
 * what is known already. With `--keep` the latter become the smallest inputs that together reach
 * every branch that was ever reached.
 */
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildNative, run } from './native.mjs';
import { root } from './paths.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '60' },
    keep: { type: 'boolean', default: false },
  },
});

const known = readdirSync(join(root, 'tests/fuzz'))
  .filter((name) => name.endsWith('.cpp'))
  .map((name) => name.slice(0, -'.cpp'.length));
const names = positionals.length > 0 ? positionals : known;
const stranger = names.find((name) => !known.includes(name));
if (stranger !== undefined) {
  console.error(`There is no fuzzer "${stranger}"; there are: ${known.join(', ')}.`);
  process.exit(2);
}

const tree = buildNative(
  'fuzz',
  names.map((name) => `fuzz_${name}`),
);
for (const name of names) {
  const learned = join(tree, 'corpus', name);
  mkdirSync(learned, { recursive: true });
  const kept = join(root, 'tests/fuzz/corpus', name);
  console.log(`fuzz_${name}: ${values.seconds} s`);
  run(join(tree, `fuzz_${name}`), [
    // To libFuzzer, no time at all means without end.
    values.seconds === '0' ? '-runs=0' : `-max_total_time=${values.seconds}`,
    '-print_final_stats=1',
    `-artifact_prefix=${tree}/${name}-`, // a crash leaves its input there
    learned,
    ...(existsSync(kept) ? [kept] : []),
  ]);
  if (!values.keep) continue;
  const fresh = join(tree, 'kept', name);
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { recursive: true });
  // By branches alone: how often each was taken would make it ten times as many.
  const merge = ['-set_cover_merge=1', '-use_counters=0', '-max_len=512'];
  run(join(tree, `fuzz_${name}`), [...merge, fresh, learned, ...(existsSync(kept) ? [kept] : [])]);
  rmSync(kept, { recursive: true, force: true });
  cpSync(fresh, kept, { recursive: true });
}
