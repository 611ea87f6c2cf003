/**
 * The layout of the sources as rules: which folder may use which, and how long a file may be. The checks take the
 * sources as a map from path to text, so that they can be tried on sources that are made up.
 *
 * @typedef {Map<string, string>} Sources
 * @typedef {{ from: string, to: string, line: number, types: boolean }} Arrow one file uses another; `types` where
 *   nothing of that is left in the JavaScript
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { root } from '../../scripts/paths.mjs';

export const longestFile = 450;

/** What may be used everywhere: each of its files uses nothing but the others. */
const contract = ['config', 'effect', 'hint', 'status', 'storage_keys'];

/** What puts everything together. */
const composition = ['client', 'pending_calls'];

/**
 * The areas of the C++ sources, and what each may include beside itself. An entry with a slash is one file of an area.
 *
 * @type {Record<string, string[]>}
 */
const core = {
  web: ['client', 'contract', 'base'],
  client: ['capture', 'delivery', 'visitor', 'pages', 'contract', 'base'],
  capture: ['pages/url', 'pages/redaction', 'contract', 'base'],
  delivery: ['pages/url', 'pages/redaction', 'contract', 'base'],
  visitor: ['pages/url', 'pages/redaction', 'contract', 'base'],
  pages: ['contract', 'base'],
  contract: ['base'],
  base: [],
};

/**
 * The folders of js-glue, and what each may import beside itself. What is marked as types may be used for its types
 * alone. Nothing is imported from `web`: the ABI's numbers are copied, and a test compares them.
 *
 * @type {Record<string, string[]>}
 */
const glue = {
  entries: ['api', 'bridge', 'browser', 'node'],
  api: ['bridge', 'browser', 'node'],
  browser: ['bridge', 'api/host', 'leaves'],
  node: ['bridge', 'api/host', 'leaves'],
  bridge: ['api/host as types', 'api/types as types', 'leaves'],
};

/** Files that import nothing, and so may be used from everywhere: they are about JavaScript, not about the SDK. */
const leaves = ['js-glue/api/attempt.ts', 'js-glue/api/natives.ts'];

/** What the contract includes that is not in `base`. @type {{ from: string, to: string, why: string }[]} */
export const exceptions = [
  {
    from: 'src/config.h',
    to: 'src/visitor/consent.h',
    why: 'the options `consent` and `consentDefault` are of its type',
  },
  {
    from: 'src/config.cpp',
    to: 'src/pages/bots.h',
    why: 'whether the visitor is a bot is settled once, with the rest of what is known of the host',
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

/** Which file uses which. What is not among the sources (the system's headers, packages) is left out. @param {Sources} sources */
export function arrowsOf(sources) {
  return [...sources].flatMap(([from, text]) =>
    from.endsWith('.ts') ? importsOf(from, text) : includesOf(from, text, sources),
  );
}

/** @param {string} from @param {string} text @param {Sources} sources @returns {Arrow[]} */
function includesOf(from, text, sources) {
  return [...text.matchAll(/^[ \t]*#[ \t]*include[ \t]+"([^"]+)"/gm)].map((match) => {
    const named = /** @type {string} */ (match[1]);
    const places = [posix.join(posix.dirname(from), named), `src/${named}`, `web/${named}`];
    const to = places.find((path) => sources.has(path)) ?? `src/${named}`;
    return { from, to, line: lineOf(text, match.index), types: false };
  });
}

/** @param {string} from @param {string} text @returns {Arrow[]} */
function importsOf(from, text) {
  // Examples in comments import as well; lines are kept.
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

/** The area a file belongs to; undefined where there is no place for it. @param {string} path */
function areaOf(path) {
  const [top, folder, more] = path.split('/');
  if (top === 'web') return 'web';
  if (top === 'js-glue') return more === undefined || !(folder in glue) ? undefined : folder;
  if (more !== undefined) return folder in core ? folder : undefined;
  const name = within(path);
  if (contract.includes(name)) return 'contract';
  return composition.includes(name) ? 'client' : undefined;
}

/** Files for which the layout has no place. @param {Sources} sources */
export const strangers = (sources) => [...sources.keys()].filter((path) => !areaOf(path));

/** What turns back, each as "file:line: …", with the rule. @param {Sources} sources @param {typeof exceptions} [allowed] */
export function turningBack(sources, allowed = exceptions) {
  return arrowsOf(sources)
    .filter(({ from, to }) => !allowed.some((one) => one.from === from && one.to === to))
    .filter((arrow) => !mayUse(arrow))
    .map(({ from, to, line, types }) => {
      const area = areaOf(from) ?? '';
      const rule = (core[area] && !from.endsWith('.ts') ? core : glue)[area] ?? [];
      const verb = from.endsWith('.ts') ? `imports ${types ? 'types of ' : ''}` : 'includes ';
      return `${from}:${line}: ${verb}${to}; ${area} may use ${[area, ...rule].join(', ')}`;
    });
}

/** @param {Arrow} arrow */
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

/** Exceptions that nobody needs, and leaves that import something. @param {Sources} sources */
export function stale(sources) {
  const arrows = arrowsOf(sources);
  return [
    ...exceptions
      .filter((one) => !arrows.some(({ from, to }) => one.from === from && one.to === to))
      .map(({ from, to }) => `${from} does not include ${to} any more`),
    ...leaves.filter((leaf) => !sources.has(leaf)).map((leaf) => `there is no ${leaf}`),
    ...arrows
      .filter(({ from }) => leaves.includes(from))
      .map(({ from, to }) => `${from} imports ${to}, so it is no leaf`),
  ];
}

/**
 * Units that use each other in a circle, each circle as "a → b → a". A header and its source are one unit, as their
 * readers take them. Types alone make none: nothing is loaded or compiled in their order.
 *
 * @param {Sources} sources
 */
export function circles(sources) {
  /** @type {Map<string, Set<string>>} */
  const uses = new Map();
  const unit = (/** @type {string} */ path) => path.replace(/\.(h|cpp)$/, '');
  for (const { from, to, types } of arrowsOf(sources)) {
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
