/**
 * `npm run mutants [-- name…] [--worlds 20000] [--check]`: puts deliberate bugs into the core, one at a time,
 * and lets the simulator look for each. A bug that no world finds is a promise that nobody checks: unless a unit
 * test does. Some need what hardly a world has, such as a day without any answer and a megabyte that waits; their entry
 * names the tests that are to find them.
 *
 * Each is applied to a copy of the sources in `build/mutants`, so that only what it touches is
 * compiled anew. `--check` only says whether each can still be applied.
 */
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildTree } from './native.mjs';
import { build, root } from './paths.mjs';

/**
 * `find` must be in the file exactly once: short, so that it outlives other changes.
 *
 * @typedef {{ name: string, file: string, find: string, replace: string, tests?: string }} Mutant `tests`: a filter of
 * Catch2; these are to find it, and no world
 * @type {Mutant[]}
 */
const mutants = [
  {
    name: 'sends before it stores',
    file: 'delivery/delivery.cpp',
    find: 'state_[lane].journal.sync(effects, now.monotonic)',
    replace:
      '(state_[lane].journal.waiting() == 0 && state_[lane].journal.sync(effects, now.monotonic))',
  },
  {
    name: 'backs off without jitter',
    file: 'delivery/retry.cpp',
    find: 'kLongestWindow), draw)',
    replace: 'kLongestWindow), draw | 0xFFF00000U)',
  },
  {
    name: 'drops on 500',
    file: 'delivery/answers.cpp',
    find: 'case 422:',
    replace: 'case 422:\n    case 500:',
  },
  {
    name: 'adopts without the lock',
    file: 'delivery/orphans.cpp',
    find: 'if (!granted) {',
    replace: 'if (!granted && document.empty()) {',
  },
  {
    name: 'gives an event id again',
    file: 'base/ids.cpp',
    find: 'last_b_ += 1 +',
    replace: 'last_b_ += 0 *',
  },
  {
    name: 'does not split a refused batch',
    file: 'delivery/isolation.h',
    find: '{ most_ = records / 2; }',
    replace: '{ most_ = records; }',
  },
  {
    name: 'sends a refused event forever',
    file: 'delivery/responses.cpp',
    find: 'if (flight.records > 1) {',
    replace: 'if (flight.records > 0) {',
  },
  {
    name: 'loses the order on a retry',
    file: 'delivery/journal.cpp',
    find: 'if (count > 0 && count == before && !segment->records.empty()) break;',
    replace:
      'for (std::size_t i = 0, j = segment->records.size(); count > before && i + 1 < j; ++i)\n' +
      '      std::swap(segment->records[i], segment->records[--j]);',
  },
  {
    name: 'adopts the last segment first',
    file: 'delivery/orphans.cpp',
    find: '[place].number < number',
    replace: '[place].number > number',
  },
  {
    name: 'ignores Retry-After',
    file: 'delivery/answers.cpp',
    find: 'seconds(wait.retry_after)',
    replace: 'seconds(0)',
  },
  {
    name: 'ignores details.retry_after',
    file: 'delivery/answers.cpp',
    find: '"retry_after"',
    replace: '"retry_before"',
  },
  {
    name: 'forgets a wait on reload',
    file: 'delivery/lane.cpp',
    find: 'heard = max(now.monotonic + rest,',
    replace: 'heard = max(now.monotonic + 0 * rest,',
  },
  {
    name: 'sends during its backoff',
    file: 'delivery/delivery.cpp',
    find: 'Millis when = state.not_before;',
    replace: 'Millis when = state.retry_after_until;',
  },
  {
    name: 'keeps what it handed over',
    file: 'delivery/delivery.cpp',
    find: 'state_[flight.lane].journal.hand_over(flight.id);',
    replace: '',
  },
  {
    name: 'has no cap',
    file: 'delivery/delivery.cpp',
    find: 'full = journal.size() > config_.max_queue_events ||',
    replace: "full = journal.size() > 1'000'000 &&",
  },
  {
    name: 'forgets the count of what it dropped',
    file: 'delivery/journal.cpp',
    find: 'records[record].dropped += count;',
    replace: 'records[record].dropped += 0 * count;',
  },
  {
    name: 'keeps a timer when idle',
    file: 'client.cpp',
    find: 'next == kNever ? -1 :',
    replace: "next == kNever ? 60'000 :",
  },
  {
    name: 'puts back only three',
    file: 'delivery/journal.cpp',
    find: 'if (record.handed_over) mark_dirty(*segment);',
    replace: 'if (count >= 3) continue;\n      if (record.handed_over) mark_dirty(*segment);',
  },
  {
    name: 'forgets what is to be sent later',
    file: 'delivery/responses.cpp',
    find: 'case Outcome::later: {\n      state.journal.put_back(flight.id);',
    replace: 'case Outcome::later: {\n      state.journal.acknowledge(flight.id);',
  },
  {
    name: 'leaves acknowledged segments in storage',
    file: 'delivery/journal_storage.cpp',
    find: 'effects.erase(segment.key);',
    replace: '',
  },
  {
    name: 'has two requests under way',
    file: 'delivery/delivery.cpp',
    find: 'leaving() || busy ||',
    replace: 'leaving() || (busy && tokens_ == 0) ||',
  },
  {
    name: 'recovers without the lock',
    file: 'delivery/delivery.cpp',
    find: 'return !config_.locks || has_lock_;',
    replace: 'return state.recovering();',
  },
  {
    name: 'sends much at once after a failure',
    file: 'delivery/delivery.cpp',
    find: 'state.recovering() ? kFirstAfterFailure :',
    replace: 'state.recovering() ? kBatch :',
  },
  {
    name: 'forgets the quota of keepalive',
    file: 'delivery/delivery.cpp',
    find: 'if (flight.keepalive) flying += flight.bytes;',
    replace: 'if (flight.keepalive) flying += 0 * flight.bytes;',
  },
  {
    name: 'waits for an answer for an hour',
    file: 'delivery/delivery.cpp',
    find: 'skip > 0, false, now.monotonic + kTimeout}',
    replace: 'skip > 0, false, now.monotonic + 120 * kTimeout}',
  },
  {
    name: 'keeps its locks when it goes',
    file: 'delivery/ownership.cpp',
    find: 'a page that is gone holds nothing.\n  if (config_.locks)',
    replace: 'a page that is gone holds nothing.\n  if (!config_.locks)',
  },
  {
    name: 'does not slow down while offline',
    file: 'delivery/delivery.cpp',
    find: 'offline_tried_ + kOfflinePause',
    replace: 'offline_tried_ + kSecond',
  },
  {
    name: 'an alias that is not allowed blocks its lane',
    file: 'delivery/responses.cpp',
    find: 'const bool alias_refused = flight.kind == Kind::alias &&',
    replace: 'const bool alias_refused = flight.kind == Kind::event &&',
  },
  {
    name: 'one event that a firewall refuses blocks the others',
    file: 'delivery/isolation.cpp',
    find: 'later_ = true;\n  return another;',
    replace: 'return Verdict::none;',
  },
  {
    name: 'never halves what a proxy refuses',
    file: 'delivery/isolation.cpp',
    find: 'most_ = cap_ = records / 2;\n    return another;',
    replace: 'return another;',
  },
  {
    name: 'waits for a recovery lock without end',
    file: 'delivery/delivery.cpp',
    find: 'state.lock_wanted == kNever ? kNever : state.lock_wanted + lock_wait_',
    replace: 'kNever',
  },
  {
    name: 'waits for the lock of its former name without end',
    file: 'delivery/ownership.cpp',
    find: 'config_.locks ? now.monotonic + Orphans::kReclaimPatience : kNever',
    replace: 'kNever',
  },
  {
    name: "takes the words of somebody else for the server's",
    file: 'delivery/answers.cpp',
    find: 'if (status == 0 || outcome(status)',
    replace: 'if (outcome(status)',
  },
  {
    name: 'believes that it is offline',
    file: 'delivery/delivery.cpp',
    find: 'offline_tried_ + kOfflinePause',
    replace: 'offline_tried_ + kDay',
  },
  {
    name: 'hands over what may never have left',
    file: 'delivery/delivery.cpp',
    find: '} else if (sure && !config_',
    replace: '} else if ((sure || true) && !config_',
  },
  {
    name: 'does not look what the page itself cleared',
    file: 'delivery/ownership.cpp',
    find: 'if (delivery_.idle() || config_.cookieless) return;',
    replace: 'if (delivery_.idle() || !config_.cookieless) return;',
  },
  {
    name: 'forgets to try storage again',
    file: 'delivery/journal.h',
    find: 'return failing_ && (!dirty_.empty() || provisional_dirty_) ? retry_storage_ : kNever;',
    replace: 'return kNever;',
  },
  {
    name: 'forgets where storage has what moves',
    file: 'delivery/journal.cpp',
    find: 'if (moves && record.stored) {',
    replace: 'if (moves && !record.stored) {',
    tests: '[isolation]',
  },
  {
    name: 'forgets the end of a view that storage refused',
    file: 'delivery/journal_storage.cpp',
    find: 'provisional_dirty_ = provisional_refused_ = true;',
    replace: 'provisional_refused_ = true;',
    tests: '[journal]',
  },
  {
    name: "lets a suspect's Retry-After pass for the others",
    file: 'delivery/responses.cpp',
    find: 'if (flight.lane == suspects && asked > 0) {',
    replace: 'if (flight.lane == suspects && asked > kDay) {',
    tests: '[isolation]',
  },
  {
    name: 'never tries a suspect while its lane fails',
    file: 'delivery/delivery.cpp',
    find: 'when = max(when, state.sent + Retry::kLongestPause);',
    replace: 'when = kNever;',
    tests: '[isolation]',
  },
  {
    name: 'sends before tabs agree on a session',
    file: 'commands.cpp',
    find: 'now_.monotonic + Session::kSettle',
    replace: '0 * Session::kSettle',
  },
  {
    name: 'takes the end of a session for that of an earlier one',
    file: 'visitor/session.cpp',
    find: 'if (id_.empty() || (last < began_',
    replace: 'if (id_.empty() || (last < kNever',
    tests: '[session]',
  },
  {
    name: 'keeps no bound of a stale backlog',
    file: 'delivery/delivery.cpp',
    find: 'if (!state_[lane].is_stale(now)) continue;',
    replace: 'if (now.wall > 0) continue;',
    tests: '[isolation]',
  },
  {
    name: 'drops events while a server is deployed',
    file: 'delivery/answers.cpp',
    find: 'return kind == Kind::alias ? Outcome::refused : Outcome::not_allowed;',
    replace: 'return static_cast<void>(kind), Outcome::refused;',
  },
  {
    name: 'does not give way without locks',
    file: 'delivery/lane.cpp',
    find: 'not_before = now.monotonic + max(pause, longer);',
    replace: 'not_before = now.monotonic + max(pause, longer * 0);',
    tests: '[delivery]',
  },
  {
    name: 'lets calls of another page wait for room',
    file: 'delivery/orphans.cpp',
    find: 'if (leftover.asked || !(former || calls || more)) continue;',
    replace: 'if (leftover.asked || !(former || more)) continue;',
    tests: '[early]',
  },
];

const longest = 20 * 60_000; // a world that never ends has found its bug too

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { worlds: { type: 'string', default: '10000' }, check: { type: 'boolean' } },
});
const stranger = positionals.find((name) => !mutants.some((mutant) => mutant.name === name));
if (stranger !== undefined) {
  console.error(`There is no mutant "${stranger}".`);
  process.exit(2);
}

const copy = join(build, 'mutants', 'source');
const tree = join(build, 'mutants', 'tree');
const testTree = join(build, 'mutants', 'tests');
const wanted = mutants.filter(({ name }) => positionals.length === 0 || positionals.includes(name));

/** The files as they were when this began, whatever happens to them meanwhile. */
const originals = new Map(
  mutants.map(({ file }) => [file, readFileSync(join(root, 'src', file), 'utf8')]),
);
const unfit = wanted.filter((mutant) => original(mutant).split(mutant.find).length !== 2);
for (const { name, file, find } of unfit) {
  const times = original({ file }).split(find).length - 1;
  console.error(`"${name}": src/${file} has this ${times} times, not once:\n  ${find}`);
}
if (unfit.length > 0) process.exit(2);
if (values.check) process.exit(0);

// Of the unit tests those that find something: the others take minutes to compile.
const suites = ['delivery', 'text.h', 'visitor/session.cpp'].map((name) => `tests/core/${name}`);
for (const part of [
  'CMakeLists.txt',
  'package.json',
  'src',
  'web',
  'tests/forms',
  'tests/sim',
  ...suites,
])
  mirror(part);
const tests = [...new Set(wanted.flatMap((mutant) => mutant.tests ?? []))];
for (const untouched of [hunt('300'), ...tests.map(test)]) {
  if (untouched.promise === undefined) continue;
  console.error(`Fails without any mutant: ${untouched.promise}`);
  process.exit(1);
}
const row = (...cells) => console.log(`| ${cells.join(' | ')} |`);
row('bug', 'found by', 'seconds', 'shrunk to', 'broken promise');
row('---', '---', '---', '---', '---');
let survivors = 0;
for (const mutant of wanted) {
  const path = join(copy, 'src', mutant.file);
  const text = original(mutant);
  writeFileSync(
    path,
    text.replace(mutant.find, () => mutant.replace),
  );
  const { seed, seconds, shrunk, promise } = mutant.tests
    ? test(mutant.tests)
    : hunt(values.worlds);
  writeFileSync(path, text);
  if (promise === undefined) survivors += 1;
  row(mutant.name, seed ?? '-', seconds, shrunk ?? '-', promise ?? '**survived**');
}
console.log(`\n${wanted.length - survivors} found, ${survivors} survived`);
process.exitCode = survivors === 0 ? 0 : 1;

/** Builds what the copy holds now, and runs unit tests until one fails. @param {string} filter */
function test(filter) {
  buildTree(copy, testTree, [], ['core_tests'], true);
  const began = Date.now();
  const { stdout, status } = spawnSync(join(testTree, 'core_tests'), [filter, '--abort'], {
    cwd: root,
    encoding: 'utf8',
    timeout: longest,
  });
  const name = /^-{20,}\n(.*)\n/m.exec(stdout)?.[1];
  return {
    seed: `core_tests "${filter}"`,
    seconds: ((Date.now() - began) / 1000).toFixed(1),
    shrunk: undefined,
    promise: status === 0 ? undefined : (name ?? `ended with ${status}`),
  };
}

/** @param {{ file: string }} mutant */
function original({ file }) {
  return originals.get(file) ?? '';
}

/** Makes the copy the same, and touches only what differs. @param {string} part */
function mirror(part) {
  const from = join(root, part);
  const to = join(copy, part);
  if (!statSync(from).isDirectory()) {
    const text = readFileSync(from);
    if (existsSync(to) && readFileSync(to).equals(text)) return;
    mkdirSync(dirname(to), { recursive: true });
    writeFileSync(to, text);
    return;
  }
  const names = readdirSync(from);
  for (const name of existsSync(to) ? readdirSync(to) : []) {
    if (!names.includes(name)) rmSync(join(to, name), { recursive: true });
  }
  for (const name of names) mirror(join(part, name));
}

/** Builds what the copy holds now, and lives through worlds until one fails. @param {string} worlds */
function hunt(worlds) {
  buildTree(copy, tree, [], ['sim'], true);
  const began = Date.now();
  const jobs = String(availableParallelism());
  const { stdout, status, signal } = spawnSync(
    join(tree, 'sim'),
    ['--worlds', worlds, '--until-failure', '--lines', '0', '--jobs', jobs],
    { encoding: 'utf8', timeout: longest, maxBuffer: 1 << 26 },
  );
  const [, seed, promise] = /^seed (\d+): (.*)$/m.exec(stdout) ?? [];
  return {
    seed,
    seconds: ((Date.now() - began) / 1000).toFixed(1),
    shrunk: /shrunk to (\d+) of \d+/.exec(stdout)?.[1],
    promise: promise ?? (status === 0 ? undefined : `ended with ${signal ?? status}`),
  };
}
