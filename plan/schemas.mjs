/**
 * Finds what a validator would ignore or only find in use: misspelt keywords, references that lead nowhere, patterns
 * and formats that do not exist.
 *
 * @typedef {import('./json.mjs').Path} Path
 * @typedef {Record<string, any>} Schema
 * @typedef {{ path: Path, message: string }} Mistake
 */
import { fullFormats } from 'ajv-formats/dist/formats.js';
import { nearest } from './nearest.mjs';

/** Keywords that hold one schema. */
const single = [
  ...['additionalProperties', 'contains', 'contentSchema', 'else', 'if', 'items', 'not'],
  ...['propertyNames', 'then', 'unevaluatedItems', 'unevaluatedProperties'],
];
/** Keywords that hold a list of schemas. */
const several = ['allOf', 'anyOf', 'oneOf', 'prefixItems'];
/** Keywords that hold schemas by name. */
const named = ['$defs', 'dependentSchemas', 'patternProperties', 'properties'];

/** What a reader may know and a validator ignores. */
export const annotations = [
  ...['$comment', 'contentEncoding', 'contentMediaType', 'default', 'deprecated', 'description'],
  ...['examples', 'owner', 'readOnly', 'title', 'writeOnly'],
];

const keywords = [
  ...single,
  ...several,
  ...named,
  ...annotations,
  ...['$ref', 'const', 'dependentRequired', 'enum', 'exclusiveMaximum', 'exclusiveMinimum'],
  ...['format', 'maxContains', 'maxItems', 'maxLength', 'maxProperties', 'maximum'],
  ...['minContains', 'minItems', 'minLength', 'minProperties', 'minimum', 'multipleOf'],
  ...['pattern', 'required', 'type', 'uniqueItems'],
].sort();

/**
 * @param {unknown} schema one that the meta-schema allows @param {Path} path where it is in the plan
 * @param {Schema} plan
 * @returns {Iterable<Mistake>}
 */
export function* checkSchema(schema, path, plan) {
  if (typeof schema !== 'object' || schema === null) return;
  const all = /** @type {Schema} */ (schema);
  for (const name of Object.keys(all)) {
    if (keywords.includes(name)) continue;
    const near = nearest(name, keywords);
    const hint = near
      ? `did you mean "${near}"?`
      : 'a property of an object belongs in "properties"';
    yield { path: [...path, name], message: `is no keyword of JSON Schema; ${hint}` };
  }
  if (all.$ref !== undefined && !resolves(all.$ref, plan)) {
    const known = Object.keys(plan.$defs ?? {}).map((name) => `#/$defs/${name}`);
    const list = known.length > 0 ? `one of ${known.join(', ')}` : 'the plan has no $defs';
    yield { path: [...path, '$ref'], message: `leads nowhere: "${all.$ref}"; ${list}` };
  }
  if (all.pattern !== undefined) yield* checkPattern(all.pattern, [...path, 'pattern']);
  for (const pattern of Object.keys(all.patternProperties ?? {})) {
    yield* checkPattern(pattern, [...path, 'patternProperties', pattern]);
  }
  const known = Object.keys(fullFormats);
  if (all.format !== undefined && !known.includes(all.format)) {
    const near = nearest(all.format, known);
    const hint = near ? `did you mean "${near}"?` : `known: ${known.join(', ')}`;
    yield { path: [...path, 'format'], message: `is unknown: "${all.format}"; ${hint}` };
  }
  yield* checkInner(all, path, plan);
}

/** @param {Schema} all @param {Path} path @param {Schema} plan @returns {Iterable<Mistake>} */
function* checkInner(all, path, plan) {
  for (const name of single) yield* checkSchema(all[name], [...path, name], plan);
  for (const name of several) {
    for (const [i, one] of (all[name] ?? []).entries()) {
      yield* checkSchema(one, [...path, name, i], plan);
    }
  }
  for (const name of named) {
    for (const [key, one] of Object.entries(all[name] ?? {})) {
      yield* checkSchema(one, [...path, name, key], plan);
    }
  }
}

/** @param {string} pattern @param {Path} path @returns {Iterable<Mistake>} */
function* checkPattern(pattern, path) {
  try {
    new RegExp(pattern, 'u');
  } catch {
    yield { path, message: `is no regular expression: ${JSON.stringify(pattern)}` };
  }
}

/** @param {string} reference @param {Schema} plan */
const resolves = (reference, plan) =>
  reference.startsWith('#/$defs/') && definitionOf(reference, plan) !== undefined;

/**
 * What a reference into the plan's `$defs` means.
 *
 * @param {string} reference @param {Schema} plan
 * @returns {unknown}
 */
export function definitionOf(reference, plan) {
  const [name = '', ...more] = decoded(reference.slice('#/$defs/'.length))
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  const own = Object.hasOwn(plan.$defs ?? {}, name) ? plan.$defs[name] : undefined;
  return more.length === 0 ? own : undefined;
}

/** @param {string} text */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
