/**
 * The oldest browsers that README.md promises can read what ships, and have what it calls: syntax by acorn, the
 * browser's functions by MDN's compatibility data.
 *
 * Of `a.b` nothing is known but the name b. It passes where anything called b is old enough, so this finds what
 * is new everywhere (`replaceAll`, `structuredClone`), not a new method with the name of an old one, or with that of
 * a property of our own.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'acorn';
import { dist, root } from '../../scripts/paths.mjs';

const data = createRequire(import.meta.url)('@mdn/browser-compat-data');

// Chrome and Edge from 80 on, Firefox from 74 and Safari from 14.1
const readme = readFileSync(join(root, 'README.md'), 'utf8').replace(/\s+/g, ' ');
const [, chrome, firefox, safari] =
  /Chrome and Edge from ([\d.]+) on, Firefox from ([\d.]+) and Safari from ([\d.]+)/.exec(readme) ??
  [];
/** @type {Record<string, string | undefined>} */
const promised = { chrome, edge: chrome, firefox, safari };

/** What is newer, and only used where it is there. */
const optional = new Map([
  ['createPolicy', 'trusted types: asked for'],
  ['currentEntry', 'the Navigation API: asked for, else history is watched'],
  ['delay', 'ours'],
  ['doNotTrack', 'undefined is no'],
  ['fetchPriority', 'a hint: set in vain where it is not known'],
  ['forget', 'ours'],
  ['fromHex', 'asked for, else the bytes are read one by one'],
  ['globalPrivacyControl', 'undefined is no'],
  ['memory', 'ours: what the module exports'],
  ['nonce', 'undefined: the page cannot have hidden it, and the file beside is refused'],
  ['requestIdleCallback', 'asked for, else a timer'],
  ['locks', 'Web Locks: asked for, else a stub keeps calls in memory alone'],
  ['responseStatus', 'undefined: not known, as of other origins'],
  ['userInitiated', 'undefined is no: clicks and keys are gestures too'],
]);

/** Our own names in the page. */
const ours = /^AppizerWeb/;

/** @param {string | undefined} version */
const number = (version) => {
  const [major = 0, minor = 0] = String(version).replace('≤', '').split('.').map(Number);
  return major * 1000 + minor;
};

/** Whether all promised browsers have it. @param {any} feature of the compatibility data */
function isOldEnough({ support }) {
  return Object.entries(promised).every(([browser, oldest]) =>
    [support[browser]].flat().some((one) => {
      if (!one || one.flags || one.prefix || one.alternative_name || one.partial_implementation)
        return false;
      const { version_added: added, version_removed: removed } = one;
      if (removed || !added || added === 'preview') return false;
      return added === true || number(added) <= number(oldest);
    }),
  );
}

/** Every name, with all that it may be. @type {Map<string, boolean[]>} */
const members = new Map();
/** @type {Map<string, boolean>} */
const globals = new Map();
for (const [name, type] of [
  ...Object.entries(data.api),
  ...Object.entries(data.javascript.builtins),
  ...Object.entries(data.webassembly?.api ?? {}),
]) {
  if (!type.__compat) continue;
  globals.set(name, isOldEnough(type.__compat));
  for (const [member, feature] of Object.entries(type)) {
    if (member.startsWith('__') || !feature.__compat) continue;
    const plain = member.replace(/_static$/, '');
    members.set(plain, [...(members.get(plain) ?? []), isOldEnough(feature.__compat)]);
    if (['Window', 'globals'].includes(name)) globals.set(plain, isOldEnough(feature.__compat));
  }
}
globals.set('WebAssembly', globals.get('Instance') ?? false);
const scope = [
  ...Object.entries(data.api.Window),
  ...Object.entries(data.javascript.builtins.globals ?? {}),
];
for (const [name, feature] of scope) {
  if (feature.__compat) globals.set(name, isOldEnough(feature.__compat));
}

/** Walks a syntax tree. @param {any} node @param {(node: any, parent: any, key: string) => void} visit */
function walk(node, visit, /** @type {any} */ parent = undefined, key = '') {
  if (Array.isArray(node)) {
    for (const one of node) walk(one, visit, parent, key);
    return;
  }
  if (typeof node?.type !== 'string') return;
  visit(node, parent, key);
  for (const [name, child] of Object.entries(node)) {
    if (typeof child === 'object' && child) walk(child, visit, node, name);
  }
}

/** What a program uses of its surroundings. @param {string} text @param {boolean} isModule @param {5 | 2020} version */
function used(text, isModule, version) {
  const tree = parse(text, { ecmaVersion: version, sourceType: isModule ? 'module' : 'script' });
  const names = new Set();
  const declared = new Set();
  const properties = new Set();
  const own = new Set();
  walk(tree, (node, parent, key) => {
    if (node.type === 'MemberExpression' && !node.computed) properties.add(node.property.name);
    // What it gives to its own objects, it may ask them for.
    if (node.type === 'Property' && parent.type === 'ObjectExpression') own.add(node.key.name);
    if (node.type === 'ObjectPattern') {
      for (const one of node.properties) if (one.key && !one.computed) properties.add(one.key.name);
    }
    if (node.type !== 'Identifier' || ['exported', 'imported'].includes(key)) return;
    // Its methods make no code of text; called, or kept, it does.
    if (node.name === 'Function' && parent.property?.name === 'prototype') return;
    const isName = (key === 'property' && !parent.computed) || (key === 'key' && !parent.computed);
    if (isName && !parent.shorthand) return;
    const declares =
      ['params', 'param', 'local'].includes(key) ||
      (key === 'id' && parent.type !== 'MemberExpression') ||
      key === 'label' ||
      ['ArrayPattern', 'RestElement'].includes(parent.type) ||
      (key === 'left' && parent.type === 'AssignmentPattern') ||
      (key === 'value' && parent.type === 'Property' && parent.inPattern);
    (declares ? declared : names).add(node.name);
    if (parent.type === 'Property' && key === 'value') declared.add(node.name);
  });
  for (const name of declared) names.delete(name);
  for (const name of own) properties.delete(name);
  return { names, properties };
}

// The server's part runs in Node and in workers, the replay of traces and tracking plans in Node.
const shipped = readdirSync(dist).filter(
  (name) => /\.[cm]?js$/.test(name) && !/^(server|replay|plan)\./.test(name),
);
/** Members of banners' and frameworks' own objects, which have names that are new elsewhere. */
const ofOthers = new Set(['watch', 'cm', 'config', 'createContext', 'install']);
const meetsOthers = /\b(consent|react|next|vue|nuxt|svelte)\./;
const needed = new Set();

/** @param {string} name */
const isNeeded = (name) => optional.has(name) && needed.add(name);

for (const file of shipped) {
  test(`${file} is read and served by the oldest browsers promised`, () => {
    const isStub = file === 'appizer-web.stub.js';
    const text = readFileSync(join(dist, file), 'utf8');
    const { names, properties } = used(text, file.endsWith('.mjs'), isStub ? 5 : 2020);
    // Those of a CommonJS module, which a bundler gives a meaning.
    const surroundings = file.endsWith('.cjs') ? ['module', 'require'] : ['arguments'];
    const strange = [...names].filter(
      (name) =>
        !globals.get(name) && !surroundings.includes(name) && !ours.test(name) && !isNeeded(name),
    );
    assert.deepEqual(strange, [], 'names that are new, or unknown');
    const theirs = meetsOthers.test(file) ? ofOthers : new Set();
    const recent = [...properties].filter(
      (name) =>
        !theirs.has(name) &&
        members.get(name)?.every((old) => !old) &&
        !globals.get(name) &&
        !isNeeded(name),
    );
    assert.deepEqual(recent, [], 'properties that are new wherever they are');
    for (const name of ['eval', 'Function'])
      assert.ok(!names.has(name), `${name} makes code of text`);
  });
}

test('the check finds what is new', () => {
  const sample =
    'structuredClone(1); a.replaceAll("b", ""); const { hasOwn: x } = Object; new WeakRef(x)';
  const { names, properties } = used(sample, false, 2020);
  assert.deepEqual(
    [...names].filter((name) => globals.get(name) === false),
    ['structuredClone', 'WeakRef'],
  );
  assert.deepEqual(
    [...properties].filter((name) => members.get(name)?.every((old) => !old)),
    ['replaceAll', 'hasOwn'],
  );
  assert.throws(() => used('a ??= b', false, 2020), SyntaxError);
  assert.throws(() => used('const a = 1', false, 5), SyntaxError);
});

test('nothing is allowed that is not needed', () => {
  assert.deepEqual(
    [...optional.keys()].filter((name) => !needed.has(name)),
    [],
  );
});

test('the module keeps to what WebAssembly had at first', () => {
  const later = [
    'sign-extension',
    'bulk-memory',
    'saturating-float-to-int',
    'multi-value',
    'reference-types',
    'simd',
  ];
  execFileSync('wasm-validate', [
    ...later.map((name) => `--disable-${name}`),
    join(dist, 'core.wasm'),
  ]);
});
