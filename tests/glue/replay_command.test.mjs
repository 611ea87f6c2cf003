/** `npx appizer-web replay`: what it prints, and its exit code. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
// Before the package itself.
import { trace } from '../../dist/trace.mjs';

const { AppizerWeb } = await import('../../dist/index.mjs');
const { createWorld } = await import('../../dist/testing.mjs');

const command = fileURLToPath(new URL('../../doctor/cli.mjs', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'appizer-trace-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** @param {string} name @param {string} text */
function put(name, text) {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

/** @param {string[]} args */
function replay(...args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [command, 'replay', ...args], {
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

const world = createWorld({ seed: 3, url: 'https://shop.example/' });
const app = AppizerWeb.create({ appId: 'demo', autoEvents: true, host: world.host });
app.trackEvent('plan_chosen', { plan: 'premium' });
world.failNext(503);
world.advance(5000);
world.setOnline(false);
await world.leave();
const plain = await trace().save({ mask: false });
const file = put('visit.json', plain);

test('a trace is printed step by step, in plain words, on both cores', () => {
  for (const options of [[], ['--fallback']]) {
    const { status, stdout, stderr } = replay(file, ...options);
    assert.equal(status, 0, stderr);
    for (const line of [
      /^ {5}0\.000 s {2}the client starts: \{"options":\{"appId":"demo"/m,
      /^ {16}asks storage for appizer_user_id$/m,
      /^ {5}0\.000 s {2}trackEvent plan_chosen \{"plan":"premium"\}$/m,
      /sends request 1 with keepalive to https:\/\/api\.appizer\.com\/v1\/events/,
      /request 1: answered 503$/m,
      /^ {5}5\.000 s {2}the browser is offline$/m,
      /the page goes away \(pagehide\)$/m,
      options.length ? /Replayed by .* on the fallback\.$/m : /Replayed by .* on WebAssembly\.$/m,
      /^(\d+) of \1 steps are as recorded\.$/m,
    ]) {
      assert.match(stdout, line);
    }
    // Every kind of step has words of its own.
    assert.doesNotMatch(stdout, /^\s*(effect|host_event) \d/m);
  }
});

test('what differs is shown as it was and as it is, and the exit code is 1', () => {
  const changed = put('changed.json', plain.replace('["wake",125]', '["wake",126]'));
  const { status, stdout } = replay(changed, '--quiet');
  assert.equal(status, 1);
  assert.match(
    stdout,
    /wants to be called again after 125 ms\n\s+≠ recorded: wants to be called again after 126 ms/,
  );
  const { status: again, stdout: json } = replay(changed, '--json');
  assert.equal(again, 1);
  const { same, differences, core } = JSON.parse(json);
  assert.equal(same, false);
  assert.equal(core, 'wasm');
  assert.deepEqual(
    differences.map(({ recorded, replayed }) => [recorded, replayed]),
    [
      [
        ['wake', 126],
        ['wake', 125],
      ],
    ],
  );
});

test('what cannot be replayed is refused with a sentence, and the exit code is 2', () => {
  for (const [args, sentence] of /** @type {[string[], RegExp][]} */ ([
    [[join(folder, 'none.json')], /none\.json cannot be read: there is no such file\./],
    [[put('cut.json', plain.slice(0, 900))], /^The file is cut off/],
    [[put('other.json', '{"a": 1}')], /^The file is no trace of appizer-web\./],
    [[], /^Usage: npx appizer-web replay/],
    [[file, '--fast'], /Unknown option '--fast'/],
  ])) {
    const { status, stdout, stderr } = replay(...args);
    assert.equal(status, 2);
    assert.match(stderr, sentence);
    assert.equal(stdout, '');
  }
  assert.equal(replay('--help').status, 0);
});

test('a full trace, and steps that stand-ins have changed, are named', () => {
  const value = JSON.parse(plain);
  Object.assign(value.clients[0], { lost: 7, unlike: [3, 8] });
  const { status, stdout } = replay(put('full.json', JSON.stringify(value)));
  assert.equal(status, 0);
  assert.match(stdout, /The trace is full: the last 7 steps are not in it, only the first \d+\./);
  assert.match(stdout, /With stand-ins 2 steps came out differently than on the page \(4, 9\)/);
});
