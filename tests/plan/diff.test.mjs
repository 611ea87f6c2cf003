/** What a change of the plan breaks, and for whom. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { diffPlans, readPlan } from '../../plan/index.mjs';

/** @param {object} event @param {object} [more] of the plan */
const planOf = (event, more = {}) =>
  readPlan({ owner: 'x', events: { a: { description: 'd', ...event } }, ...more });

/** Changes as `property: whom it breaks`. @param {object} before @param {object} after */
const changed = (before, after) =>
  diffPlans(planOf(before), planOf(after)).map(
    ({ property, breaks }) => `${property}: ${breaks.join('+') || 'nobody'}`,
  );

/** The change of one property's schema. @param {object} before @param {object} after */
const ofProperty = (before, after) =>
  changed({ properties: { p: before } }, { properties: { p: after } });

test('events that come and go', () => {
  const [one, two] = [{ a: { description: 'd' } }, { b: { description: 'd' } }];
  const read = (/** @type {object} */ events) => readPlan({ owner: 'x', events });
  assert.deepEqual(
    diffPlans(read(one), read(two)).map(({ event, breaks }) => [event, breaks]),
    [
      ['a', ['readers', 'senders']],
      ['b', []],
    ],
  );
});

test('properties that come and go', () => {
  const p = { properties: { p: { type: 'string' } } };
  assert.deepEqual(changed({}, p), ['p: nobody']);
  assert.deepEqual(changed({}, { ...p, required: ['p'] }), ['p: senders']);
  assert.deepEqual(changed(p, {}), ['p: readers+senders']);
  assert.deepEqual(changed({ ...p, additionalProperties: true }, { additionalProperties: true }), [
    'p: readers',
  ]);
  assert.deepEqual(changed(p, { ...p, required: ['p'] }), ['p: senders']);
  assert.deepEqual(changed({ ...p, required: ['p'] }, p), ['p: readers']);
  assert.deepEqual(changed({}, { additionalProperties: true }), ['null: nobody']);
  assert.deepEqual(changed({ additionalProperties: true }, {}), ['null: senders']);
});

test('types', () => {
  const type = (/** @type {any} */ one) => ({ type: one });
  assert.deepEqual(ofProperty(type('string'), type('number')), ['p: readers+senders']);
  assert.deepEqual(ofProperty(type('string'), type(['string', 'null'])), ['p: readers']);
  assert.deepEqual(ofProperty(type(['string', 'null']), type('string')), ['p: senders']);
  assert.deepEqual(ofProperty(type('integer'), type('number')), ['p: readers']);
  assert.deepEqual(ofProperty(type('number'), type('integer')), ['p: senders']);
  assert.deepEqual(ofProperty({}, type('string')), ['p: senders']);
  assert.deepEqual(ofProperty(type('string'), {}), ['p: readers']);
});

test('values, limits and other keywords', () => {
  assert.deepEqual(ofProperty({ enum: ['a'] }, { enum: ['a', 'b'] }), ['p: readers']);
  assert.deepEqual(ofProperty({ enum: ['a', 'b'] }, { enum: ['b'] }), ['p: senders']);
  assert.deepEqual(ofProperty({ enum: ['a', 'b'] }, { enum: ['b', 'a'] }), []);
  assert.deepEqual(ofProperty({ const: 'a' }, { enum: ['a', 'b'] }), ['p: readers']);
  assert.deepEqual(ofProperty({ type: 'string', enum: ['a'] }, { type: 'string' }), ['p: readers']);
  assert.deepEqual(ofProperty({ minimum: 1 }, { minimum: 0 }), ['p: readers']);
  assert.deepEqual(ofProperty({ maximum: 1 }, { maximum: 0 }), ['p: senders']);
  assert.deepEqual(ofProperty({}, { maxLength: 5 }), ['p: senders']);
  assert.deepEqual(ofProperty({ pattern: 'a' }, { pattern: 'b' }), ['p: readers+senders']);
  assert.deepEqual(ofProperty({ format: 'email' }, {}), ['p: readers']);
  assert.deepEqual(ofProperty({ description: 'a' }, { description: 'b', examples: [1] }), []);
});

test('changes inside of objects, lists and shared schemas are found', () => {
  const list = (/** @type {any} */ type) => ({
    type: 'array',
    items: { type: 'object', properties: { q: { type } } },
  });
  assert.deepEqual(ofProperty(list('string'), list('number')), ['p[].q: readers+senders']);
  const shared = { properties: { p: { $ref: '#/$defs/s' } } };
  const at = (/** @type {object} */ s) => planOf(shared, { $defs: { s } });
  const [change] = diffPlans(at({ type: 'string' }), at({ type: ['string', 'null'] }));
  assert.deepEqual(change?.breaks, ['readers']);
  // The same schema, written out.
  assert.deepEqual(
    diffPlans(at({ type: 'string' }), planOf({ properties: { p: { type: 'string' } } })),
    [],
  );
});

test('a schema that holds itself ends', () => {
  const at = (/** @type {string} */ type) =>
    planOf(
      { properties: { p: { $ref: '#/$defs/s' } } },
      { $defs: { s: { type: 'object', properties: { v: { type }, s: { $ref: '#/$defs/s' } } } } },
    );
  const changes = diffPlans(at('string'), at('number'));
  assert.equal(changes[0]?.property, 'p.v');
  assert.ok(changes.length < 50);
});

test('a property of every event is one of each', () => {
  const read = (/** @type {object} */ everyEvent) => planOf({}, { everyEvent });
  const [change] = diffPlans(read({ properties: { build: {} } }), read({}));
  assert.deepEqual([change?.event, change?.property], ['a', 'build']);
});
