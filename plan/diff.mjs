/**
 * What changes from one plan to another, and for whom that is a break.
 *
 * Data is read by those who expect the old plan, and sent by pages that were written for it. So what allows more breaks
 * readers (a value that they do not know may come), and what allows less breaks senders (what they send is wrong now).
 *
 * @typedef {import('./index.d.mts').Change} Change
 * @typedef {import('./index.d.mts').Plan} Plan
 * @typedef {Record<string, any>} Schema
 * @typedef {{ event: string, before: Schema, after: Schema, changes: Change[] }} Context the plans, and what was found
 */
import { isDeepStrictEqual } from 'node:util';
import { eventSchema } from './plan.mjs';
import { annotations, definitionOf } from './schemas.mjs';

/** @type {Change['breaks']} */
const readers = ['readers'];
/** @type {Change['breaks']} */
const senders = ['senders'];
/** @type {Change['breaks']} */
const both = ['readers', 'senders'];

/** Levels of references in references. */
const deepest = 20;

/** @param {Plan} oldPlan @param {Plan} newPlan @returns {Change[]} */
export function diffPlans({ content: before }, { content: after }) {
  /** @type {Change[]} */
  const changes = [];
  for (const event of Object.keys(before.events)) {
    if (Object.hasOwn(after.events, event)) {
      const context = { event, before, after, changes };
      compareObjects(context, eventSchema(before, event), eventSchema(after, event), '', 0);
      continue;
    }
    changes.push({
      event,
      property: null,
      message: 'the event was removed: readers wait for it in vain, and who sends it is refused',
      breaks: both,
    });
  }
  for (const event of Object.keys(after.events)) {
    if (Object.hasOwn(before.events, event)) continue;
    changes.push({ event, property: null, message: 'the event was added', breaks: [] });
  }
  return changes;
}

/** @param {Context} context @param {string} property @param {string} message @param {Change['breaks']} breaks */
function add({ event, changes }, property, message, breaks) {
  changes.push({ event, property: property || null, message, breaks });
}

/** @param {Context} context @param {Schema} old @param {Schema} now @param {string} at @param {number} depth */
function compareObjects(context, old, now, at, depth) {
  const [was, is] = [old.properties ?? {}, now.properties ?? {}];
  const needed = (/** @type {Schema} */ schema, /** @type {string} */ name) =>
    (schema.required ?? []).includes(name);
  for (const name of Object.keys(was)) {
    const path = at ? `${at}.${name}` : name;
    if (!Object.hasOwn(is, name)) {
      const open = now.additionalProperties !== false;
      add(context, path, 'the property was removed', open ? readers : both);
      continue;
    }
    compare(context, was[name], is[name], path, depth + 1);
    if (needed(old, name) && !needed(now, name)) {
      add(
        context,
        path,
        'is no longer required: readers have to expect that it is missing',
        readers,
      );
    } else if (!needed(old, name) && needed(now, name)) {
      add(context, path, 'is required now: who leaves it out is refused', senders);
    }
  }
  for (const name of Object.keys(is)) {
    if (Object.hasOwn(was, name)) continue;
    const path = at ? `${at}.${name}` : name;
    if (needed(now, name)) {
      add(context, path, 'a required property was added: nobody sends it yet', senders);
    } else add(context, path, 'an optional property was added', []);
  }
  const [wasOpen, isOpen] = [old, now].map((one) => one.additionalProperties ?? true);
  if (typeof wasOpen === 'object' && typeof isOpen === 'object') {
    compare(context, wasOpen, isOpen, `${at}.*`, depth + 1);
  } else if (!isDeepStrictEqual(wasOpen, isOpen)) {
    if (wasOpen === false) add(context, at, 'may have properties that are not listed now', []);
    else if (isOpen === false) {
      add(context, at, 'may no longer have properties that are not listed', senders);
    } else add(context, at, 'has other additionalProperties', both);
  }
}

/**
 * @param {Context} context @param {any} oldSchema @param {any} newSchema @param {string} at
 * @param {number} depth
 */
function compare(context, oldSchema, newSchema, at, depth) {
  const old = resolved(oldSchema, context.before);
  const now = resolved(newSchema, context.after);
  // A schema that holds itself has been compared by now.
  if (depth > deepest || isDeepStrictEqual(old, now)) return;
  compareTypes(context, old, now, at);
  compareValues(context, old, now, at);
  for (const limit of limits) compareLimits(context, old, now, at, limit);
  if (isOf(old, 'object') && isOf(now, 'object')) compareObjects(context, old, now, at, depth);
  if (isOf(old, 'array') && isOf(now, 'array')) {
    compare(context, old.items ?? {}, now.items ?? {}, `${at}[]`, depth + 1);
  }
  const rest = [...new Set([...Object.keys(old), ...Object.keys(now)])].filter(
    (name) => !judged.includes(name) && !annotations.includes(name),
  );
  for (const name of rest) {
    if (isDeepStrictEqual(old[name], now[name])) continue;
    if (!Object.hasOwn(old, name))
      add(context, at, `has a "${name}" now: less is allowed`, senders);
    else if (!Object.hasOwn(now, name)) {
      add(context, at, `has no "${name}" any more: more is allowed`, readers);
    } else add(context, at, `has another "${name}"`, both);
  }
}

const all = ['array', 'boolean', 'null', 'number', 'object', 'string'];

/** The types that a schema allows; `integer` is there without `number` where only that is. @param {Schema} schema */
const typesOf = ({ type, enum: values, const: value }) => {
  if (type !== undefined) return [type].flat();
  const named = values ?? (value === undefined ? undefined : [value]);
  // Of a list of values the values are compared.
  return named ? undefined : all;
};

/** @param {string[]} wide @param {string} type */
const includes = (wide, type) =>
  wide.includes(type) || (type === 'integer' && wide.includes('number'));

/** @param {Context} context @param {Schema} old @param {Schema} now @param {string} at */
function compareTypes(context, old, now, at) {
  const [was, is] = [typesOf(old), typesOf(now)];
  if (!was || !is) return;
  const more = is.some((type) => !includes(was, type));
  const less = was.some((type) => !includes(is, type));
  if (!more && !less) return;
  const names = (/** @type {string[]} */ types) => (types === all ? 'any' : types.join(' or '));
  const change = `from ${names(was)} to ${names(is)}`;
  if (more && less) add(context, at, `its type changed ${change}`, both);
  else if (more) add(context, at, `its type was widened ${change}`, readers);
  else add(context, at, `its type was narrowed ${change}`, senders);
}

/** @param {Context} context @param {Schema} old @param {Schema} now @param {string} at */
function compareValues(context, old, now, at) {
  const values = (/** @type {Schema} */ schema) =>
    schema.enum ?? (schema.const === undefined ? undefined : [schema.const]);
  const [was, is] = [values(old), values(now)];
  if (!was && !is) return;
  if (!was) return add(context, at, `is one of ${shown(is)} now, and was not limited`, senders);
  if (!is) return add(context, at, 'is not limited to a list of values any more', readers);
  const added = is.filter((/** @type {unknown} */ one) => !has(was, one));
  const removed = was.filter((/** @type {unknown} */ one) => !has(is, one));
  if (added.length > 0) {
    add(context, at, `values were added: ${shown(added)}; readers do not know them`, readers);
  }
  if (removed.length > 0) {
    add(context, at, `values were removed: ${shown(removed)}; who sends them is refused`, senders);
  }
}

/** @param {unknown[]} list @param {unknown} value */
const has = (list, value) => list.some((one) => isDeepStrictEqual(one, value));

/** @param {unknown[]} values */
const shown = (values) => values.map((one) => JSON.stringify(one)).join(', ');

/** Keywords that bound a number: 1 where a larger one allows less, -1 where a smaller one does. */
const limits = /** @type {[string, 1 | -1][]} */ ([
  ...['minimum', 'exclusiveMinimum', 'minLength', 'minItems', 'minProperties', 'minContains'].map(
    (name) => [name, 1],
  ),
  ...['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems', 'maxProperties', 'maxContains'].map(
    (name) => [name, -1],
  ),
]);

/** @param {Context} context @param {Schema} old @param {Schema} now @param {string} at @param {[string, 1 | -1]} limit */
function compareLimits(context, old, now, at, [name, direction]) {
  const [was, is] = [old[name], now[name]];
  if (was === is) return;
  const change = `from ${was ?? 'none'} to ${is ?? 'none'}`;
  const tighter = was === undefined || (is !== undefined && (is - was) * direction > 0);
  if (tighter) add(context, at, `${name} went ${change}: less is allowed`, senders);
  else add(context, at, `${name} went ${change}: more is allowed`, readers);
}

/** Keywords that are compared by what they mean. */
const judged = [
  ...['$ref', 'additionalProperties', 'const', 'enum', 'items', 'properties', 'required', 'type'],
  ...limits.map(([name]) => name),
];

/** @param {Schema} schema @param {string} type */
const isOf = (schema, type) =>
  schema.type === undefined
    ? Object.hasOwn(schema, type === 'object' ? 'properties' : 'items')
    : [schema.type].flat().includes(type);

/** The schema that is meant. @param {any} schema @param {Schema} plan @returns {Schema} */
function resolved(schema, plan) {
  let one = schema;
  for (let steps = 0; typeof one === 'object' && one.$ref !== undefined; steps += 1) {
    if (steps > deepest) return {};
    const { $ref, ...beside } = one;
    const meant = definitionOf($ref, plan);
    one = typeof meant === 'object' ? { ...meant, ...beside } : meant;
  }
  if (one === false) return { not: {} };
  return typeof one === 'object' && one !== null ? one : {};
}
