/** `npx appizer-web plan`, and what the package exports of it, as they were built. */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { AppizerWeb } from 'appizer-web';
import { expectPlan } from 'appizer-web/plan';
import { createWorld } from 'appizer-web/testing';
import { build, dist, root } from '../../scripts/paths.mjs';
import { start } from '../collector/support.mjs';

// In the package, whose own name then stands for what it exports.
const folder = join(build, 'plan-test');
const cli = join(root, 'doctor', 'cli.mjs');

const plan = {
  $schema: './node_modules/appizer-web/dist/plan.schema.json',
  owner: 'shop team',
  $defs: { node: { type: 'object', properties: { next: { $ref: '#/$defs/node' } } } },
  events: {
    plan_chosen: {
      description: 'A visitor has chosen a plan. */ Not the end.',
      properties: {
        plan: { description: 'Its name.', enum: ['free', 'pro', null] },
        seats: { type: 'integer' },
        tags: { type: 'array', items: { type: ['string', 'null'] } },
        first: { $ref: '#/$defs/node' },
        size: {
          type: 'array',
          prefixItems: [{ type: 'number' }, { type: 'string' }],
          items: false,
        },
        either: { anyOf: [{ type: 'string' }, { type: 'object', required: ['id'] }] },
        'odd-name': { const: 'x' },
      },
      required: ['plan'],
    },
    logged_out: { description: 'A visitor has logged out.', deprecated: true },
    searched: { description: 'Words were searched for.', additionalProperties: true },
    'Order Completed': { description: 'An older name.', properties: { total: { type: 'number' } } },
  },
};

/**
 * In this process, as starting Node and reading Ajv takes a second: but for what goes to standard output itself.
 *
 * @param {...string} args @returns {Promise<{ code: number | null, out: string, err: string }>}
 */
async function run(...args) {
  if (args.includes('-')) return runAlone(...args);
  const command = await import(pathToFileURL(join(dist, 'plan', 'command.mjs')).href);
  const { log, error } = console;
  const before = process.cwd();
  const said = { out: '', err: '' };
  console.log = (text = '') => {
    said.out += `${text}\n`;
  };
  console.error = (text = '') => {
    said.err += `${text}\n`;
  };
  process.chdir(folder);
  try {
    return { code: await command.run(args), ...said };
  } finally {
    process.chdir(before);
    Object.assign(console, { log, error });
  }
}

/** @param {...string} args @returns {Promise<{ code: number | null, out: string, err: string }>} */
function runAlone(...args) {
  const child = spawn(process.execPath, [cli, 'plan', ...args], { cwd: folder });
  let [out, err] = ['', ''];
  child.stdout.on('data', (text) => {
    out += text;
  });
  child.stderr.on('data', (text) => {
    err += text;
  });
  return new Promise((resolve) => {
    child.on('close', (code) => resolve({ code, out, err }));
  });
}

/** @param {string} name @param {unknown} content */
const write = (name, content) =>
  writeFileSync(
    join(folder, name),
    typeof content === 'string' ? content : JSON.stringify(content, undefined, 2),
  );

before(() => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  write('appizer.plan.json', plan);
});

test('types: trackEvent takes what is in the plan, and nothing else', async () => {
  assert.equal((await run('types', '--check')).code, 1);
  assert.deepEqual(await run('types'), {
    code: 0,
    out: 'appizer.plan.d.ts has the events of appizer.plan.json.\n',
    err: '',
  });
  assert.equal((await run('types', '--check')).code, 0);
  const text = readFileSync(join(folder, 'appizer.plan.d.ts'), 'utf8');
  assert.equal((await run('types', '--out', '-')).out, text);
  write(
    'use.mts',
    `import { AppizerWeb } from 'appizer-web';
     AppizerWeb.trackEvent('plan_chosen', { plan: 'free' });
     AppizerWeb.trackEvent('plan_chosen', { plan: null, seats: 2, tags: ['a', null], size: [1, 'x'],
       first: { next: {} }, either: { id: 1 }, 'odd-name': 'x' });
     AppizerWeb.trackEvent('logged_out');
     AppizerWeb.trackEvent('searched');
     AppizerWeb.trackEvent('searched', { words: 'shoes' });
     AppizerWeb.trackEvent('Order Completed', { total: 3 });
     // @ts-expect-error it needs a plan
     AppizerWeb.trackEvent('plan_chosen');
     // @ts-expect-error no such plan
     AppizerWeb.trackEvent('plan_chosen', { plan: 'gold' });
     // @ts-expect-error another type
     AppizerWeb.trackEvent('plan_chosen', { plan: 'free', seats: '2' });
     // @ts-expect-error no such property
     AppizerWeb.trackEvent('plan_chosen', { plan: 'free', seat: 2 });
     // @ts-expect-error one too many
     AppizerWeb.trackEvent('plan_chosen', { plan: 'free', size: [1, 'x', 2] });
     // @ts-expect-error it has none
     AppizerWeb.trackEvent('logged_out', { why: 'idle' });
     // @ts-expect-error no such event
     AppizerWeb.trackEvent('plan_choosen');`,
  );
  const tsc = join(root, 'node_modules', '.bin', 'tsc');
  const options = ['--noEmit', '--strict', '--exactOptionalPropertyTypes', '--ignoreConfig'];
  options.push(
    '--module',
    'nodenext',
    '--target',
    'es2022',
    '--types',
    '',
    '--skipLibCheck',
    'false',
  );
  try {
    execFileSync(tsc, [...options, 'appizer.plan.d.ts', 'use.mts'], { cwd: folder });
  } catch (error) {
    assert.fail(String(/** @type {any} */ (error).stdout));
  }
});

test('check: a file of events, as text and as JSON', async () => {
  const good = { event_name: 'plan_chosen', properties: { plan: 'free', $seq: 1 } };
  write('good.json', { total: 2, events: [good, { event_name: 'page_view' }] });
  const fine = await run('check', 'good.json');
  assert.equal(fine.code, 0, fine.err);
  assert.match(
    fine.out,
    /· Not among them: logged_out, searched, Order Completed\.\n2 events, all as planned\.\n$/,
  );
  assert.equal((await run('check', 'good.json', '--complete')).code, 1);

  write(
    'bad.jsonl',
    `${JSON.stringify(good)}\n${JSON.stringify({ event_name: 'plan_choosen' })}\n`,
  );
  const bad = await run('check', 'bad.jsonl');
  assert.equal(bad.code, 1);
  assert.match(bad.out, /^✗ The plan has no event "plan_choosen"\. Did you mean "plan_chosen"\?/);
  const json = JSON.parse((await run('check', 'bad.jsonl', '--json')).out);
  assert.equal(json.ok, false);
  assert.equal(json.issues[0].kind, 'unknown_event');
});

test('check reads a trace: each event once, and of a masked one only the names', async () => {
  write(
    'visit.mjs',
    `import 'appizer-web/trace';
     import { AppizerWeb } from 'appizer-web';
     import { createWorld } from 'appizer-web/testing';
     const world = createWorld();
     const app = AppizerWeb.create({ appId: 'test', host: world.host });
     world.failNext(500, 1);
     app.trackEvent('plan_chosen', { plan: 'free', seats: 'many' });
     app.trackEvent('plan_choosen', {});
     app.trackEvent('logged_out', { reason: 'idle' });
     world.advance(600_000);
     process.stdout.write(await AppizerWeb.trace().save({ mask: process.argv[2] !== 'plain' }));`,
  );
  for (const how of ['plain', 'masked']) {
    write(
      'trace.json',
      execFileSync(process.execPath, ['visit.mjs', how], { cwd: folder, encoding: 'utf8' }),
    );
    const { out, code } = await run('check', 'trace.json', '--json');
    const { events, issues } = JSON.parse(out);
    assert.equal(code, 1);
    assert.equal(events, 3, how);
    assert.deepEqual(
      issues.map((/** @type {any} */ { kind, count }) => [kind, count]).sort(),
      [
        ['unknown_event', 1],
        ['unknown_property', 1],
        ...(how === 'plain' ? [['wrong_value', 1]] : []),
      ],
      how,
    );
  }
});

test('check: the events of a collector, by its address', async (t) => {
  const { send, address } = await start(t);
  const event = {
    event_name: 'plan_chosen',
    user_id: 'u',
    properties: { plan: 'free', seats: 'x' },
  };
  await send('/v1/events', event);
  const { code, out } = await run('check', address);
  assert.equal(code, 1, out);
  assert.match(out, /"seats" of "plan_chosen" must be integer/);
  assert.equal((await run('check', address, '--app', 'shop')).code, 0);
  assert.equal((await run('check', address.replace('http://', ''))).code, 1);
  const gone = await run('check', 'http://127.0.0.1:9');
  assert.deepEqual([gone.code, gone.out], [2, '']);
  assert.match(gone.err, /127\.0\.0\.1:9 does not answer; is the collector running there\?/);
});

test('diff: exit code 1 on a break, for those who are meant', async () => {
  const { logged_out, ...events } = plan.events;
  write('less.json', { ...plan, events });
  const { code, out } = await run('diff', 'appizer.plan.json', 'less.json');
  assert.equal(code, 1);
  assert.match(out, /^✗ logged_out: the event was removed.*breaks readers and senders/);
  assert.equal((await run('diff', 'less.json', 'appizer.plan.json')).code, 0);
  const needed = { ...plan.events.plan_chosen, required: ['plan', 'seats'] };
  write('needed.json', { ...plan, events: { ...plan.events, plan_chosen: needed } });
  const forReaders = ['diff', 'appizer.plan.json', 'needed.json', '--for', 'readers'];
  assert.equal((await run(...forReaders)).code, 0);
  assert.equal((await run(...forReaders.slice(0, -1), 'senders')).code, 1);
  const json = JSON.parse((await run('diff', 'appizer.plan.json', 'needed.json', '--json')).out);
  assert.deepEqual(json.changes[0].breaks, ['senders']);
});

test('mistakes end with exit code 2 and say what to do', async () => {
  write('broken.json', '{\n  "events": {,}\n}');
  for (const [args, message] of /** @type {[string[], RegExp][]} */ ([
    [[], /Usage: npx appizer-web plan/],
    [['chekc', 'a'], /Usage:/],
    [['check'], /Usage:/],
    [['check', 'a', '--what'], /Unknown option '--what'[\s\S]*Usage:/],
    [['check', 'no.json'], /no\.json cannot be read: there is no such file/],
    [['types', '--plan', 'broken.json'], /^broken\.json:2:14: A name in double quotes/],
    [['check', 'good.json', '--plan', 'none.json'], /The plan none\.json cannot be read/],
    [['diff', 'broken.json', 'less.json', '--for', 'me'], /--for must be readers or senders/],
  ])) {
    const { code, err } = await run(...args);
    assert.equal(code, 2, args.join(' '));
    assert.match(err, message);
  }
  assert.equal((await run('--help')).code, 0);
});

test('expectPlan judges what a client has sent in the testing host', () => {
  const world = createWorld();
  const analytics = AppizerWeb.create({ appId: 'plan', host: world.host, autoEvents: true });
  /** @type {any} */ (analytics).trackEvent('plan_chosen', { plan: 'pro' });
  world.advance(5000);
  assert.ok(world.events().length >= 2);
  expectPlan(world, plan);
  /** @type {any} */ (analytics).trackEvent('plan_chosen', { plan: 'gold' });
  world.advance(5000);
  assert.throws(
    () => expectPlan(world, join(folder, 'appizer.plan.json')),
    /"plan" of "plan_chosen"/,
  );
  const { expectPlan: required } = createRequire(import.meta.url)('appizer-web/plan');
  assert.throws(() => required(world, plan), /"plan" of "plan_chosen"/);
});

test('the testing entry has no validator in it', () => {
  assert.ok(!readFileSync(join(root, 'dist/testing.mjs'), 'utf8').includes('json-schema'));
  assert.match(readFileSync(join(root, 'dist/plan.mjs'), 'utf8'), /Evgeny Poberezkin/);
});
