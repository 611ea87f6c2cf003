/**
 * The plan's events as TypeScript: declarations that fill `EventMap` of the package.
 *
 * @typedef {Record<string, any>} Schema
 */
import { definitionOf } from './schemas.mjs';

/** @param {import('./index.d.mts').Plan} plan */
export function planTypes({ content, file }) {
  const plan = /** @type {Schema} */ (content);
  const members = Object.entries(plan.events).map(([name, event]) => {
    const owner = event.owner ?? plan.owner;
    const lines = [sentence(event.description), `Owner: ${owner}`];
    if (event.deprecated) lines.push('@deprecated');
    return `${comment(lines, '    ')}    ${key(name)}: ${eventType(event, plan)};\n`;
  });
  return `// Written by \`npx appizer-web plan types\` from ${file.split(/[\\/]/).at(-1)}: changes by hand are lost.
import type {} from 'appizer-web';

declare module 'appizer-web' {
  interface EventMap {
${members.join('')}  }
}
`;
}

/** @param {Schema} event @param {Schema} plan */
function eventType({ properties = {}, required = [], additionalProperties = false }, plan) {
  if (Object.keys(properties).length === 0) {
    return additionalProperties ? '{ [property: string]: unknown } | undefined' : 'undefined';
  }
  return object({ properties, required, additionalProperties }, plan, '    ', []);
}

/** @param {Schema} schema @param {Schema} plan @param {string} indent @param {string[]} within references */
function object({ properties = {}, required = [], additionalProperties }, plan, indent, within) {
  const inner = `${indent}  `;
  const members = Object.entries(properties).map(([name, schema]) => {
    const lines = [];
    if (typeof schema === 'object' && schema.description) lines.push(sentence(schema.description));
    if (typeof schema === 'object' && schema.deprecated) lines.push('@deprecated');
    const optional = required.includes(name) ? '' : '?';
    const type = typeOf(schema, plan, inner, within);
    return `${comment(lines, inner)}${inner}${key(name)}${optional}: ${type};\n`;
  });
  // What is required and not described.
  for (const name of required) {
    if (!Object.hasOwn(properties, name)) members.push(`${inner}${key(name)}: unknown;\n`);
  }
  if (additionalProperties) members.push(`${inner}[property: string]: unknown;\n`);
  return `{\n${members.join('')}${indent}}`;
}

/**
 * @param {any} schema @param {Schema} plan @param {string} indent @param {string[]} within
 * @returns {string}
 */
function typeOf(schema, plan, indent, within) {
  if (schema === false) return 'never';
  if (typeof schema !== 'object') return 'unknown';
  /** @type {string[]} */
  const parts = [];
  if (schema.$ref !== undefined) {
    // A schema that holds itself has no type that ends.
    if (within.includes(schema.$ref)) return 'unknown';
    parts.push(typeOf(definitionOf(schema.$ref, plan), plan, indent, [...within, schema.$ref]));
  }
  const inner = (/** @type {any} */ one) => typeOf(one, plan, indent, within);
  if (schema.const !== undefined) parts.push(literal(schema.const));
  else if (schema.enum) parts.push(union(schema.enum.map(literal)));
  else if (schema.type !== undefined) {
    parts.push(
      union([schema.type].flat().map((type) => named(type, schema, plan, indent, within))),
    );
  } else if (schema.properties || schema.required)
    parts.push(object({ additionalProperties: true, ...schema }, plan, indent, within));
  for (const branches of [schema.anyOf, schema.oneOf]) {
    if (branches) parts.push(union(branches.map(inner)));
  }
  for (const one of schema.allOf ?? []) parts.push(inner(one));
  const known = [...new Set(parts)].filter((one) => one !== 'unknown');
  if (known.length < 2) return known[0] ?? 'unknown';
  return known.map((one) => (one.includes(' | ') ? `(${one})` : one)).join(' & ');
}

/** @param {string} type @param {Schema} schema @param {Schema} plan @param {string} indent @param {string[]} within */
function named(type, schema, plan, indent, within) {
  switch (type) {
    case 'integer':
      return 'number';
    case 'array': {
      const before = (schema.prefixItems ?? []).map(
        (/** @type {any} */ one) => `${typeOf(one, plan, indent, within)}`,
      );
      const rest = typeOf(schema.items ?? true, plan, indent, within);
      if (before.length === 0) return /[ &|]/.test(rest) ? `(${rest})[]` : `${rest}[]`;
      const all = before.map((/** @type {string} */ one) => `(${one})?`);
      return `[${[...all, ...(schema.items === false ? [] : [`...(${rest})[]`])].join(', ')}]`;
    }
    case 'object':
      if (schema.properties || schema.required) {
        return object({ additionalProperties: true, ...schema }, plan, indent, within);
      }
      return typeof schema.additionalProperties === 'object'
        ? `{ [property: string]: ${typeOf(schema.additionalProperties, plan, indent, within)} }`
        : 'Record<string, unknown>';
    default:
      return type;
  }
}

/** @param {string[]} types */
const union = (types) => [...new Set(types)].join(' | ') || 'never';

/** @param {unknown} value @returns {string} */
function literal(value) {
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `{ ${Object.entries(value)
    .map(([name, one]) => `${key(name)}: ${literal(one)}`)
    .join('; ')} }`;
}

/** @param {string} name */
const key = (name) => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name));

/** @param {string} text */
const sentence = (text) => text.replaceAll('*/', '* /').replace(/\s+/g, ' ').trim();

/** @param {string[]} lines @param {string} indent */
function comment(lines, indent) {
  if (lines.length === 0) return '';
  if (lines.length === 1) return `${indent}/** ${lines[0]} */\n`;
  return `${indent}/**\n${lines.map((line) => `${indent} * ${sentence(line)}\n`).join('')}${indent} */\n`;
}
