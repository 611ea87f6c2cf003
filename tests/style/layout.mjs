/**
 * The layout of the sources as rules: which folder may include or import which, and how long a file may be. The checks
 * take the sources as a map from path to text, so that they can be tested on made-up sources.
 *
 * @typedef {Map<string, string>} Sources
 * @typedef {{ from: string, to: string, line: number, types: boolean }} Use one file includes or imports
 *   another; `types` if it imports types alone
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { root } from '../../scripts/paths.mjs';

export const longestFile = 450;

/** The contract: files at the top of `src` that every folder of the core may include, except `base`. */
const contract = ['config', 'effect', 'hint', 'status', 'storage_keys'];

/** The files at the top of `src` that compose the core from its folders. */
const composition = ['client', 'commands', 'early_calls', 'host_events', 'pending_calls'];

/**
 * The areas of the C++ sources, and what each may include besides itself. An entry with a slash is one file of an area.
 *
 * @type {Record<string, string[]>}
 */
const core = {
  web: ['client', 'server', 'contract', 'base'],
  client: ['capture', 'delivery', 'visitor', 'pages', 'contract', 'base'],
  server: ['delivery', 'visitor/identity', 'contract', 'base'],
  capture: ['pages/url', 'pages/redaction', 'pages/words', 'contract', 'base'],
  delivery: ['pages/url', 'pages/redaction', 'contract', 'base'],
  visitor: ['pages/url', 'pages/redaction', 'contract', 'base'],
  pages: ['contract', 'base'],
  contract: ['base'],
  base: [],
};

/**
 * The folders of js-glue, and what each may import besides itself. "as types" allows `import type` alone. Nothing is
 * imported from `web`: the glue has its own copy of the ABI's numbers, and a test compares the two.
 *
 * @type {Record<string, string[]>}
 */
const glue = {
  entries: [
    'api',
    'bridge',
    'browser',
    'node',
    'testing',
    'consent',
    'server',
    'trace',
    'propagate',
  ],
  trace: ['bridge', 'api/build as types', 'api/sentences', 'leaves'],
  api: ['bridge', 'browser', 'node', 'trace/types as types'],
  browser: ['bridge', 'api/host', 'leaves'],
  node: ['bridge', 'api/host', 'leaves'],
  testing: ['bridge', 'api/host', 'leaves'],
  consent: ['api/types as types', 'leaves'],
  propagate: ['api/types as types', 'leaves'],
  server: ['bridge', 'node', 'api/host', 'propagate/header', 'leaves'],
  bridge: ['api/host as types', 'api/types as types', 'leaves'],
};

/** Files that import nothing, so every folder of js-glue may import them. They are about JavaScript, not the SDK. */
const leaves = ['js-glue/api/attempt.ts', 'js-glue/api/natives.ts'];

/** The only includes of the contract outside `base`. @type {{ from: string, to: string, why: string }[]} */
export const exceptions = [
  {
    from: 'src/config.h',
    to: 'src/visitor/consent.h',
    why: 'the options `consent` and `consentDefault` are of its type',
  },
  {
    from: 'src/config.cpp',
    to: 'src/pages/bots.h',
    why: '`Config` holds the facts about the host, and whether it is a bot is one of them',
  },
];

/** The sources of the core, the ABI and the glue. @returns {Sources} */
export function readSources() {
  /** @type {Sources} */
  const sources = new Map();
  for (const folder of ['src', 'web', 'js-glue']) {
    for (const name of readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })) {
      if (!/\.(h|cpp|ts)$/.test(name)) continue;
      const path = posix.join(folder, name.replaceAll('\\', '/'));
      sources.set(path, readFileSync(join(root, path), 'utf8'));
    }
  }
  return sources;
}

/** All includes and imports of our own files: system headers and packages are left out. @param {Sources} sources */
export function usesOf(sources) {
  return [...sources].flatMap(([from, text]) =>
    from.endsWith('.ts') ? importsOf(from, text) : includesOf(from, text, sources),
  );
}

/** @param {string} from @param {string} text @param {Sources} sources @returns {Use[]} */
function includesOf(from, text, sources) {
  return [...text.matchAll(/^[ \t]*#[ \t]*include[ \t]+"([^"]+)"/gm)].map((match) => {
    const named = /** @type {string} */ (match[1]);
    const places = [posix.join(posix.dirname(from), named), `src/${named}`, `web/${named}`];
    const to = places.find((path) => sources.has(path)) ?? `src/${named}`;
    return { from, to, line: lineOf(text, match.index), types: false };
  });
}

/** @param {string} from @param {string} text @returns {Use[]} */
function importsOf(from, text) {
  // Comments may contain examples of imports. Line numbers stay the same.
  const code = text.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, (comment) =>
    comment.replace(/[^\n]/g, ' '),
  );
  const statements = [
    ...code.matchAll(
      /^[ \t]*(?:import|export)\b(?<what>[^;'"()]*?)\bfrom\s*['"](?<name>\.[^'"]+)['"]/gm,
    ),
    ...code.matchAll(/^[ \t]*import\s*['"](?<name>\.[^'"]+)['"]/gm),
    ...code.matchAll(/(?<typeof>\btypeof\s+)?\bimport\(\s*['"](?<name>\.[^'"]+)['"]\s*\)/g),
  ];
  return statements.map((match) => {
    const { what = '', name = '', typeof: asked } = match.groups ?? {};
    const to = posix.join(posix.dirname(from), name).replace(/\.js$/, '.ts');
    return { from, to, line: lineOf(code, match.index), types: !!asked || onlyTypes(what) };
  });
}

/** What stands between `import` and `from`. @param {string} what */
function onlyTypes(what) {
  if (/^\s*type\b(?!\s*(,|$))/.test(what)) return true;
  const named = /^\s*\{([^}]*)\}\s*$/.exec(what)?.[1];
  const names = named?.split(',').map((name) => name.trim()) ?? [];
  return names.some(Boolean) && names.every((name) => name === '' || name.startsWith('type '));
}

/** @param {string} text @param {number} at */
const lineOf = (text, at) => text.slice(0, at).split('\n').length;

/** `src/pages/url.h` → `pages/url`. @param {string} path */
const within = (path) => path.replace(/^(src|js-glue)\//, '').replace(/(\.d)?\.[a-z]+$/, '');

/** The area of a file; undefined if the layout has none for it. @param {string} path */
function areaOf(path) {
  const [top, folder, more] = path.split('/');
  if (top === 'web') return 'web';
  if (top === 'js-glue') return more === undefined || !(folder in glue) ? undefined : folder;
  if (more !== undefined) return folder in core ? folder : undefined;
  const name = within(path);
  if (contract.includes(name)) return 'contract';
  return composition.includes(name) ? 'client' : undefined;
}

/** Files that belong to no area of the layout. @param {Sources} sources */
export const filesWithoutPlace = (sources) => [...sources.keys()].filter((path) => !areaOf(path));

/** Includes and imports that the rules forbid, each as "file:line: …" with the rule. @param {Sources} sources @param {typeof exceptions} [allowed] */
export function forbiddenUses(sources, allowed = exceptions) {
  return usesOf(sources)
    .filter(({ from, to }) => !allowed.some((one) => one.from === from && one.to === to))
    .filter((use) => !mayUse(use))
    .map(({ from, to, line, types }) => {
      const area = areaOf(from) ?? '';
      const rule = (core[area] && !from.endsWith('.ts') ? core : glue)[area] ?? [];
      const verb = from.endsWith('.ts') ? `imports ${types ? 'types of ' : ''}` : 'includes ';
      return `${from}:${line}: ${verb}${to}; ${area} may use ${[area, ...rule].join(', ')}`;
    });
}

/** @param {Use} use */
function mayUse({ from, to, types }) {
  const [area, other] = [areaOf(from), areaOf(to)];
  if (area === undefined || other === undefined) return false;
  if (from.startsWith('js-glue/') !== to.startsWith('js-glue/')) return false;
  if (area === other) return true;
  const rule = (from.startsWith('js-glue/') ? glue : core)[area] ?? [];
  return (
    rule.includes(other) ||
    rule.includes(within(to)) ||
    (types && rule.includes(`${within(to)} as types`)) ||
    (rule.includes('leaves') && leaves.includes(to))
  );
}

/** Exceptions without a use, and leaves that import something. @param {Sources} sources */
export function staleExceptions(sources) {
  const uses = usesOf(sources);
  return [
    ...exceptions
      .filter((one) => !uses.some(({ from, to }) => one.from === from && one.to === to))
      .map(({ from, to }) => `${from} does not include ${to} any more`),
    ...leaves.filter((leaf) => !sources.has(leaf)).map((leaf) => `there is no ${leaf}`),
    ...uses
      .filter(({ from }) => leaves.includes(from))
      .map(({ from, to }) => `${from} imports ${to}, so it is no leaf`),
  ];
}

/**
 * Dependency cycles, each as "a → b → a". A header and its source are one unit, because they are read, changed and
 * linked together. Imports of types alone are left out: they disappear when the glue is compiled.
 *
 * @param {Sources} sources
 */
export function cycles(sources) {
  /** @type {Map<string, Set<string>>} */
  const uses = new Map();
  const unit = (/** @type {string} */ path) => path.replace(/\.(h|cpp)$/, '');
  for (const { from, to, types } of usesOf(sources)) {
    if (types || unit(from) === unit(to)) continue;
    uses.set(unit(from), (uses.get(unit(from)) ?? new Set()).add(unit(to)));
  }
  /** @type {Set<string>} */
  const done = new Set();
  /** @type {string[]} */
  const path = [];
  /** @type {string[]} */
  const found = [];
  const follow = (/** @type {string} */ one) => {
    const at = path.indexOf(one);
    if (at >= 0) found.push([...path.slice(at), one].join(' → '));
    if (at >= 0 || done.has(one)) return;
    path.push(one);
    for (const next of uses.get(one) ?? []) follow(next);
    path.pop();
    done.add(one);
  };
  for (const one of uses.keys()) follow(one);
  return found;
}

/** Files of `src` and `js-glue` that are too long. @param {Sources} sources */
export function tooLong(sources) {
  return [...sources]
    .filter(([path]) => !path.startsWith('web/'))
    .map(([path, text]) => ({ path, lines: text.replace(/\n$/, '').split('\n').length }))
    .filter(({ lines }) => lines > longestFile)
    .map(({ path, lines }) => `${path}: ${lines} lines`);
}
