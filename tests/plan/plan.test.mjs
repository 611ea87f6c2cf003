/** The tracking plan: what a plan says, where a damaged one is wrong, and what events differ in. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import * as plans from '../../plan/index.mjs';
import { root } from '../../scripts/paths.mjs';

const { automatic, checkEvents, expectPlan, PlanError, readEvents, readPlan } = plans;

const content = {
  owner: 'shop team',
  everyEvent: { properties: { build: { type: 'string' } } },
  $defs: { money: { type: 'number', minimum: 0 } },
  events: {
    plan_chosen: {
      description: 'A visitor has chosen a plan.',
      properties: {
        plan: { enum: ['free', 'pro'] },
        price: { $ref: '#/$defs/money' },
        items: {
          type: 'array',
          items: {
            type: 'object',
            properties: { sku: { type: 'string' } },
            required: ['sku'],
            additionalProperties: false,
          },
        },
      },
      required: ['plan'],
    },
    logged_out: { description: 'A visitor has logged out.', owner: 'accounts' },
  },
};
const plan = readPlan(content);

/** @param {string} event_name @param {Record<string, unknown>} [properties] */
const issuesOf = (event_name, properties) =>
  plan.judge({ event_name, properties }).map(({ kind, property }) => `${kind} ${property}`);

describe('events', () => {
  test('what is as planned has no issues', () => {
    assert.deepEqual(issuesOf('plan_chosen', { plan: 'pro', price: 0, items: [{ sku: 'a' }] }), []);
    assert.deepEqual(issuesOf('logged_out'), []);
    assert.deepEqual(issuesOf('logged_out', { build: '7' }), []);
  });

  test('properties of the SDK and its automatic events are known', () => {
    assert.deepEqual(issuesOf('logged_out', { $event_id: 'x', $dropped: 3 }), []);
    for (const name of automatic) assert.deepEqual(issuesOf(name, { anything: [] }), []);
    const types = readFileSync(join(root, 'js-glue/api/types.ts'), 'utf8');
    const body = types.split('export interface AutomaticEvents {')[1]?.split('\n}')[0] ?? '';
    const declared = [...body.matchAll(/^ {2}(\w+):/gm)].map(([, name]) => name);
    assert.deepEqual([...automatic].sort(), declared.sort());
  });

  test('an automatic event in the plan keeps its own properties', () => {
    const own = readPlan({
      owner: 'x',
      events: { page_view: { description: 'A view.', properties: { theme: { type: 'string' } } } },
    });
    const event = { event_name: 'page_view', properties: { page: '/', theme: 1 } };
    assert.deepEqual(
      own.judge(event).map(({ property }) => property),
      ['theme'],
    );
  });

  test('each kind of difference names its place and a cure', () => {
    assert.deepEqual(issuesOf('plan_choosen'), ['unknown_event null']);
    assert.deepEqual(issuesOf('plan_chosen'), ['missing_property plan']);
    assert.deepEqual(issuesOf('plan_chosen', { plan: 'pro', plna: 1 }), ['unknown_property plna']);
    assert.deepEqual(issuesOf('plan_chosen', { plan: 'gold' }), ['wrong_value plan']);
    assert.deepEqual(issuesOf('plan_chosen', { plan: 'pro', price: -1 }), ['wrong_value price']);
    assert.deepEqual(issuesOf('plan_chosen', { plan: 'pro', items: [{ sku: 'a' }, { b: 1 }] }), [
      'missing_property items[1].sku',
      'unknown_property items[1].b',
    ]);
    const [issue] = plan.judge({ event_name: 'plan_choosen' });
    assert.match(issue?.cure ?? '', /Did you mean "plan_chosen"\?/);
  });

  test('names of the language are names like any', () => {
    const odd = readPlan(
      '{"owner":"x","events":{"constructor":{"description":"d","properties":{"toString":{"type":"string"}},"required":["toString"]}}}',
    );
    assert.equal(odd.judge({ event_name: 'constructor' }).length, 1);
    assert.equal(odd.judge({ event_name: 'toString' })[0]?.kind, 'unknown_event');
    assert.deepEqual(issuesOf('plan_chosen', { plan: 'pro', hasOwnProperty: 1 }), [
      'unknown_property hasOwnProperty',
    ]);
  });

  test('a value that is nested too deeply is a difference, and no error', () => {
    const node = { type: 'object', properties: { n: { $ref: '#/$defs/node' } } };
    const deep = readPlan({
      owner: 'x',
      $defs: { node },
      events: { a: { description: 'd', properties: { n: { $ref: '#/$defs/node' } } } },
    });
    let value = {};
    for (let i = 0; i < 100_000; i += 1) value = { n: value };
    const [issue] = deep.judge({ event_name: 'a', properties: value });
    assert.match(issue?.message ?? '', /nested too deeply/);
  });

  test('no message has a value in it', () => {
    const secret = 'jane@mail.example';
    const issues = [
      ...plan.judge({ event_name: 'plan_chosen', properties: { plan: secret, price: secret } }),
      ...plan.judge({ event_name: 'logged_out', properties: { build: [secret] } }),
    ];
    assert.equal(issues.length, 3);
    assert.ok(!JSON.stringify(issues).includes(secret));
  });

  test('a report has each difference once, how often it was there, and what was not sent', () => {
    const wrong = { event_name: 'plan_chosen', properties: { items: [{ sku: 1 }, { sku: 2 }] } };
    const report = checkEvents(plan, [{ event_name: 'page_view' }, wrong, wrong]);
    assert.deepEqual(
      report.issues.map(({ property, count, first }) => [property, count, first]),
      [
        ['plan', 2, 1],
        ['items[0].sku', 4, 1],
      ],
    );
    assert.deepEqual(report.unsent, ['logged_out']);
    assert.equal(report.events, 3);
  });

  test('expectPlan passes what is as planned, and lists what is not', () => {
    expectPlan({ events: () => [{ event_name: 'logged_out' }] }, plan);
    const world = { events: () => [{ event_name: 'logged_out', properties: { why: 'idle' } }] };
    for (const given of [plan, content]) {
      assert.throws(() => expectPlan(world, given), {
        name: 'PlanMismatch',
        message: /"why" is no property of "logged_out" in the plan\. Add the property/,
      });
    }
    assert.throws(() => expectPlan(world, 'no/such.json'), /no\/such\.json cannot be read/);
  });
});

describe('a damaged plan', () => {
  const event = (/** @type {string} */ more) =>
    `{\n  "owner": "x",\n  "events": { "a": { "description": "d", ${more} } }\n}`;
  for (const [text, message] of /** @type {[string, RegExp][]} */ ([
    ['', /^p\.json:1:1: A value is expected here\.$/],
    ['{"events": {},}', /^p\.json:1:15: There must be no comma before the end\.$/],
    ['{\n  // mine\n}', /^p\.json:2:3: JSON has no comments\.$/],
    ['{"events": {}} {}', /^p\.json:1:16: The JSON ends here/],
    ['{"events": {"a": 1, "a": 2}}', /^p\.json:1:21: The name "a" is there twice\.$/],
    ['[]', /^p\.json:1:1: The plan must be of type object\.$/],
    ['{"evnts": {}}', /^p\.json:1:2: evnts is unknown; did you mean "events"\?/m],
    ['{"events": {"a": {"owner": "x"}}}', /1:13: events\.a needs a field "description"\.$/],
    ['{"events": {"a": {"description": "d"}}}', /1:13: events\.a needs an "owner"/],
    [event('"propertys": {}'), /3:42: events\.a\.propertys is unknown; did you mean "properties"/],
    [event('"properties": {"p": {"tpye": 1}}'), /properties\.p\.tpye is no keyword.*"type"\?\.$/],
    [event('"properties": {"p": {"type": "text"}}'), /properties\.p\.type must be one of array/],
    [event('"properties": {"$p": {}}'), /properties\.\$p must not be in a plan/],
    [event('"properties": {"p": {"$ref": "#/$defs/b"}}'), /\$ref leads nowhere: "#\/\$defs\/b"/],
    [event('"properties": {"p": {"$ref": "https://a.example/b"}}'), /\$ref leads nowhere/],
    [event('"properties": {"p": {"pattern": "("}}'), /p\.pattern is no regular expression: "\("/],
    [event('"properties": {"p": {"format": "e-mail"}}'), /format is unknown: .*"email"\?/],
    [event('"required": ["q"]'), /3:\d+: events\.a\.required\[0\] "q" is not one of the prop/],
    [`${'['.repeat(200)}`, /more than 100 levels/],
  ])) {
    test(`says where ${text.replace(/\s+/g, ' ').slice(0, 70)} is wrong`, () => {
      assert.throws(
        () => readPlan(text, 'p.json'),
        (error) => {
          assert.ok(error instanceof PlanError);
          assert.match(error.message, message);
          return true;
        },
      );
    });
  }

  test('cuts and changed characters give a message or a plan, never another error', () => {
    const text = JSON.stringify(content, undefined, 1);
    const some = (/** @type {unknown} */ _, /** @type {number} */ i) => i % 3 === 0;
    const cuts = Array.from({ length: text.length }, (_, i) => text.slice(0, i));
    const changes = Array.from(
      { length: text.length },
      (_, i) => text.slice(0, i) + '"]{0x,'[i % 6] + text.slice(i + 1),
    );
    for (const damaged of [...cuts.filter(some), ...changes.filter(some)]) {
      try {
        readPlan(damaged, 'p.json');
      } catch (error) {
        assert.ok(error instanceof PlanError, `${error} for ${damaged}`);
        assert.match(error.message, /^p\.json/);
      }
    }
  });
});

describe('files of events', () => {
  const one = { event_name: 'a', properties: { n: 1 } };
  for (const [what, text] of [
    ['one event', JSON.stringify(one)],
    ['a batch, or what a collector answers', JSON.stringify({ total: 1, events: [one] }, null, 1)],
    ['a list', JSON.stringify([one])],
    ['lines', `${JSON.stringify(one)}\n\n`],
    [
      'recorded requests',
      JSON.stringify({ requests: [{ body: JSON.stringify(one) }, { body: 'x' }] }),
    ],
  ]) {
    test(`${what} can be read`, () => assert.deepEqual(readEvents(String(text)), [one]));
  }

  test('lines may be batches', () => {
    assert.equal(readEvents(`${JSON.stringify(one)}\n{"events":[{"event_name":"b"}]}\n`).length, 2);
  });

  test('what has no events is named, and an empty list is none of that', () => {
    assert.deepEqual(readEvents('{"events":[]}'), []);
    assert.throws(() => readEvents('{"a":1}', 'x.json'), /^PlanError: x\.json has no events in it/);
    assert.throws(() => readEvents(' ', 'x.json'), /x\.json is empty/);
    assert.throws(
      () => readEvents('[{"event_name":1}]', 'x.json'),
      /x\.json has no events|no event/,
    );
    assert.throws(() => readEvents('{"events":[3]}', 'x.json'), /something that is no event/);
    assert.throws(() => readEvents('{"events":', 'x.json'), /x\.json:1:11: A value is expected/);
  });
});
