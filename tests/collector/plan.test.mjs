/** A collector with a tracking plan refuses the events that differ, or marks them. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { checkConfig, readConfig } from '../../examples/collector/config.mjs';
import { createCollector } from '../../examples/collector/server.mjs';
import { config, start, temporaryFile } from './support.mjs';

const content = {
  owner: 'shop team',
  events: {
    plan_chosen: {
      description: 'A visitor has chosen a plan.',
      properties: { plan: { enum: ['free', 'pro'] } },
      required: ['plan'],
    },
  },
};

/** @param {import('node:test').TestContext} t @param {'strict' | 'mark' | undefined} mode */
function withPlan(t, mode) {
  const file = temporaryFile(t, 'appizer.plan.json');
  writeFileSync(file, JSON.stringify(content));
  return start(t, { config: { ...config, plan: { file, mode } } });
}

const user_id = 'user_123';
const good = { event_name: 'plan_chosen', user_id, properties: { plan: 'pro', $event_id: 'e1' } };
const wrong = { event_name: 'plan_chosen', user_id, properties: { plan: 'gold' } };

test('strict refuses with event, property and cure, and stores nothing of the batch', async (t) => {
  const { send, collector } = await withPlan(t, 'strict');
  assert.equal((await send('/v1/events', good)).status, 200);
  assert.equal((await send('/v1/events', { event_name: 'page_view', user_id })).status, 200);
  const one = await send('/v1/events', wrong);
  assert.equal(one.status, 400);
  assert.equal(one.body.code, 'INVALID_REQUEST');
  assert.match(one.body.message, /^"plan" of "plan_chosen" must be .*"free", "pro"\. Send such/);
  assert.deepEqual(
    { ...one.body.details, issue: '', cure: '' },
    { field: 'properties.plan', event: 'plan_chosen', property: 'plan', issue: '', cure: '' },
  );
  assert.match(one.body.details.cure, /change its schema in the plan/);
  assert.ok(!JSON.stringify(one.body).includes('gold'));

  const unknown = { event_name: 'plan_choosen', user_id };
  const batch = await send('/v1/events/batch', { events: [good, unknown] });
  assert.equal(batch.status, 400);
  assert.equal(batch.body.details.field, 'events[1].event_name');
  assert.match(batch.body.details.cure, /Did you mean "plan_chosen"\?/);
  assert.equal(collector.store.count('events', null), 2);
});

test('mark stores and says what differs, in the listing, in the row and on the live page', async (t) => {
  const { send, address } = await withPlan(t, undefined);
  const live = (await fetch(`${address}/live`)).body?.getReader();
  for (const event of [good, wrong]) assert.equal((await send('/v1/events', event)).status, 200);
  const { events } = await (await fetch(`${address}/debug/events`)).json();
  assert.equal(events[0].plan_issues, null);
  assert.match(events[1].plan_issues[0], /"plan" of "plan_chosen" must be equal to/);
  const row = await (await fetch(`${address}/debug/events/${events[1].event_id}`)).json();
  assert.deepEqual(row.plan_issues, events[1].plan_issues);
  let text = '';
  while (!text.includes('plan_issues":["')) {
    text += new TextDecoder().decode((await live?.read())?.value);
  }
  await live?.cancel();
  // And for a page that connects later.
  const again = (await fetch(`${address}/live`)).body?.getReader();
  let snapshot = '';
  while (!snapshot.includes('\n\n')) {
    snapshot += new TextDecoder().decode((await again?.read())?.value);
  }
  await again?.cancel();
  assert.match(snapshot, /"plan_issues":\["/);
});

test('an event with many differences keeps a few, so that the live page always gets them', async (t) => {
  const { send, collector } = await withPlan(t, 'mark');
  const names = Array.from({ length: 500 }, (_, i) => [`property_${'x'.repeat(500)}_${i}`, 1]);
  await send('/v1/events', { ...wrong, properties: Object.fromEntries(names) });
  const [row] = collector.store.newest('events', null, 1);
  const marks = JSON.stringify(row?.plan_issues);
  assert.ok(marks.length > 1000 && marks.length < 4096, `${marks.length} characters`);
});

test('mistakes in the config, and in the plan, are said with their place', (t) => {
  const file = temporaryFile(t, 'appizer.plan.json');
  const create = (/** @type {unknown} */ plan) => () =>
    createCollector({ db: ':memory:', config: { ...config, plan } });
  assert.throws(create({ file, mode: 'stric' }), /plan\.mode must be "strict"/);
  assert.throws(create({ mode: 'mark' }), /plan\.file must be a non-empty string/);
  assert.throws(
    create({ file, mod: 'mark' }),
    /plan has an unknown field "mod"; did you mean "mode"/,
  );
  assert.throws(create({ file }), /appizer\.plan\.json cannot be read: there is no such file/);
  writeFileSync(file, '{\n  "events": { "a": {} }\n}');
  assert.throws(
    create({ file }),
    /appizer\.plan\.json:2:15: events\.a needs a field "description"/,
  );
});

test('the file of the plan is found from where the config is', (t) => {
  const file = temporaryFile(t, 'collector.json');
  writeFileSync(file, JSON.stringify({ ...config, plan: { file: 'plans/shop.json' } }));
  const { plan } = checkConfig(readConfig(file));
  assert.deepEqual(plan, { file: join(file, '..', 'plans', 'shop.json'), mode: 'mark' });
});
