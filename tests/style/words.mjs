/**
 * The words of this project: plain technical English. `node tests/style/words.mjs [folder or file…]` prints each
 * occurrence of a word to avoid as `file:line: word (what to say instead)`, and how many there are.
 *
 * In papers everything is checked. In code it is the comments, the names of tests, the messages of `debug`, the text
 * of pages, and the names of files.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, extname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** @typedef {{ not: RegExp, say: string }} Rule */

// Where a sentence goes on in the next line of a comment.
const gap = String.raw`(?: |\s*\n *(?:(?:\/\/+|\*|#|--) *)?)`;

/** @param {RegExp} not a space in it may be the end of a line @param {string} say @returns {Rule} */
const rule = (not, say) => ({
  not: new RegExp(not.source.replaceAll(' ', gap), `g${not.flags}`),
  say,
});

export const rules = [
  rule(/\b(people|persons?)('s)?\b/i, 'user, visitor; user record'),
  rule(/\b(estates?|heirs?|inherit\w*|adopt(s|ed|ing|ion|er)?)\b/i, 'orphaned segments, takeover'),
  rule(/\b(tells?|told|telling)\b/i, 'report, hint, pass, say, include in a URL'),
  rule(
    /\b(hear|hears|heard|hearing|ears?|voices?)\b/i,
    'HostEvents, ClientOutput; receive, notice',
  ),
  rule(/\bnews\b/i, 'host event, page event, API call'),
  rule(/\bhurr(y|ies)\b/i, 'flush now'),
  rule(
    /`(Wait|Ears|Voice|Held|Waiting)`/,
    'retry headers; HostEvents; ClientOutput; pending calls',
  ),
  rule(/`(Effect::)?(leave|later|tell|look)`/, 'fetch_later, pagehide, hint'),
  rule(/\b(left|leaves?|leaving|lets?) (\w+ ){0,3}alone\b/i, 'ignore; retry-after deadline'),
  rule(/\ba (no|yes)\b(?![-\w])/i, 'consent denied / granted'),
  // An automated browser is a bot; what runs on a machine may be called a program.
  rule(/\bprograms' events\b|\b(by|that|whether) (a )?programs?\b/i, 'bot'),
  rule(/\b(mend(s|ed|ing)?)\b/i, 'fix'),
  rule(/\bin turns\b/i, 'interleaved'),
  rule(/\bway(-|_| )out\b/i, 'graceful shutdown'),
  rule(/\bmanners\b/i, 'protocol rules'),
  rule(/\bvisitors\.(h|cpp)\b/, 'identity rules'),
  rule(/\bwithout a page\b/i, 'Node and headless; in a browser page'),
  rule(/\b(hold|holds|held|holding) (\w+ ){0,2}up\b/i, 'block, delay'),
  rule(/\buntil it has come\b/i, 'until it has loaded'),
  rule(/\bruns first counts\b/i, 'first copy wins'),
  rule(/\bkept from change\b/i, 'Subresource Integrity'),
  rule(/\bthe world\b/i, 'host, environment, browser; the simulated world'),
  rule(/\b(whoever|whomever)\b/i, 'name it'),
  rule(/\bwho (asks?|wants?|gets?|makes?|has|is|comes?) (for|to)\b/i, 'name it'),
  rule(/\b(says?|said|saying) (of|by) (itself|themselves|calls)\b/i, 'attributes; API calls'),
  rule(/\bbelongs? into\b/i, 'belong in'),
  rule(/\bof (their|its) kind\b|\band their (kind|like)\b/i, 'and similar'),
];

/**
 * Occurrences that are right, each with its reason. `text` is what stands around the word.
 *
 * @type {{ file: RegExp, text: RegExp, why: string }[]}
 */
export const allowed = [
  { file: /^tests\/style\//, text: /./, why: 'the lists themselves' },
  {
    file: /\.(h|cpp|mjs|ts)$/,
    text: /stdio: '?inherit|`inherit`/,
    why: "Node's own word for a child's streams",
  },
  {
    file: /^docs\/migrate\/mixpanel\.md$/,
    text: /mixpanel\.people\.set/,
    why: "a method of Mixpanel's",
  },
];

const papers = ['.md'];
const slashes = new Set(['.h', '.cpp', '.ts', '.mjs', '.js', '.jsx', '.tsx', '.css']);
const hashes = new Set(['.py', '.sh', '.yml']);
// And the notices, which quote licenses.
const skipped = new Set([
  'node_modules',
  'build',
  'dist',
  '.git',
  'corpus',
  'replay',
  'golden',
  'THIRD_PARTY_NOTICES.md',
]);

/** All files below a folder of the project, sorted. @param {string} folder @returns {string[]} paths from the root */
export function filesIn(folder) {
  const path = join(root, folder);
  if (!statSync(path).isDirectory()) return [folder];
  return readdirSync(path, { withFileTypes: true })
    .filter(({ name }) => !skipped.has(name))
    .flatMap((entry) =>
      entry.isDirectory() ? filesIn(join(folder, entry.name)) : [join(folder, entry.name)],
    )
    .map((file) => relative('', file))
    .sort();
}

export const codeFolders = [
  ...[
    'src',
    'web',
    'js-glue',
    'doctor',
    'plan',
    'play',
    'tests',
    'scripts',
    'examples',
    'bench',
    'conformance',
  ],
];

/** README, ARCHITECTURE and the like, and all other Markdown. */
export const listPapers = () => filesIn('.').filter((file) => papers.includes(extname(file)));

export const listCode = () =>
  codeFolders.flatMap(filesIn).filter((file) => !papers.includes(extname(file)));

/**
 * The prose of a file, with everything else blanked out, so that lines keep their numbers.
 *
 * @param {string} file @param {string} text
 */
export function proseOf(file, text) {
  const kind = extname(file);
  if (papers.includes(kind)) return text;
  if (slashes.has(kind)) return proseOfCode(file, text);
  if (hashes.has(kind) || file.endsWith('CMakeLists.txt')) return keep(text, /(^|\s)#.*$/gm);
  if (kind === '.sql') return keep(text, /--.*$/gm);
  if (kind === '.html' || kind === '.svelte') return proseOfHtml(text);
  return '';
}

/** Text and comments. @param {string} text */
const proseOfHtml = (text) =>
  text.replace(/<(script|style)\b[\s\S]*?<\/\1>|<(?!!--)[^>]*>/g, blank);

/** Everything but the matches as spaces. @param {string} text @param {RegExp} part */
function keep(text, part) {
  let prose = '';
  let end = 0;
  for (const match of text.matchAll(part)) {
    prose += blank(text.slice(end, match.index)) + match[0];
    end = match.index + match[0].length;
  }
  return prose + blank(text.slice(end));
}

/** @param {string} text */
const blank = (text) => text.replace(/[^\n]/g, ' ');

// A comment; a string; a regular expression, where a value may begin; or a number, which may have `'` in it.
const token =
  /(?<comment>\/\/.*|\/\*[\s\S]*?\*\/)|(?<string>R"(?<fence>[^(\n]*)\([\s\S]*?\)\k<fence>"|"(?:\\[\s\S]|[^"\\\n])*"|'(?:\\[\s\S]|[^'\\\n])*')|(?<=[(,=:[!&|?{};>]\s*|return )\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/|\b\d[\w']*/y;

// What takes the name of a test, or of a part of one, as its first argument.
const naming = /\b(test|it|describe|inEngines|TEST_CASE|SECTION)\(\s*$/;

/**
 * Walks over code from `start`. Inside `${…}` of a template, `inside` is true, and the walk ends behind its brace.
 *
 * @param {string} text @param {number} start @param {boolean} inside
 * @param {(part: 'comment' | 'string', start: number, end: number) => void} found
 * @returns {number} where it ended
 */
function walk(text, start, inside, found) {
  let depth = 0;
  for (let at = start; at < text.length; ++at) {
    if (text[at] === '`') {
      at = templateEnd(text, at, found) - 1;
      continue;
    }
    token.lastIndex = at;
    const match = token.exec(text);
    if (match) {
      const end = at + match[0].length;
      if (match.groups?.comment) found('comment', at, end);
      if (match.groups?.string) found('string', at, end);
      at = end - 1;
    } else if (inside && text[at] === '{') {
      ++depth;
    } else if (inside && text[at] === '}' && depth-- === 0) {
      return at + 1;
    }
  }
  return text.length;
}

/** @param {string} text @param {number} start of the template @param {Parameters<typeof walk>[3]} found */
function templateEnd(text, start, found) {
  let at = start + 1;
  while (at < text.length && text[at] !== '`') {
    if (text[at] === '\\') at += 2;
    else if (text.startsWith('${', at)) at = walk(text, at + 2, true, found);
    else ++at;
  }
  found('string', start, at + 1);
  return at + 1;
}

/** Comments, names of tests, and messages of `debug`. @param {string} file @param {string} text */
function proseOfCode(file, text) {
  const messages = /(^|\/)sentences\.ts$/.test(file);
  const tests = file.startsWith('tests/') || /\.test\.\w+$/.test(file);
  /** @type {[number, number][]} */
  const parts = [];
  walk(text, 0, false, (part, start, end) => {
    const isName = () => tests && naming.test(text.slice(Math.max(0, start - 40), start));
    if (part === 'comment' || messages || isName()) parts.push([start, end]);
  });
  let prose = '';
  for (const [start, end] of parts.sort(([a], [b]) => a - b)) {
    // A comment inside of a name is a part of the name.
    if (start >= prose.length)
      prose += blank(text.slice(prose.length, start)) + text.slice(start, end);
  }
  return prose + blank(text.slice(prose.length));
}

/**
 * The words to avoid in one file, its name included (line 0).
 *
 * @param {string} file from the root @param {string} [text] its content, if it is not to be read
 * @returns {{ file: string, line: number, word: string, say: string }[]}
 */
export function wordsIn(file, text = readFileSync(join(root, file), 'utf8')) {
  const prose = proseOf(file, text);
  return rules
    .flatMap(({ not, say }) => [
      ...[...file.matchAll(not)].map(([word]) => ({ file, line: 0, word, say })),
      ...[...prose.matchAll(not)]
        .filter(({ index, 0: word }) => !isAllowed(file, prose, index, word))
        .map(({ index, 0: word }) => ({
          file,
          line: prose.slice(0, index).split('\n').length,
          word: word.replace(/[\s/*#]+/g, ' '),
          say,
        })),
    ])
    .sort((a, b) => a.line - b.line);
}

/** @param {string} file @param {string} prose @param {number} index @param {string} word */
function isAllowed(file, prose, index, word) {
  const around = prose.slice(Math.max(0, index - 60), index + word.length + 60);
  return allowed.some((one) => one.file.test(file) && one.text.test(around));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const named = process.argv.slice(2);
  const files = named.length > 0 ? named.flatMap(filesIn) : [...listPapers(), ...listCode()];
  const found = files.flatMap((file) => wordsIn(file));
  for (const { file, line, word, say } of found) console.log(`${file}:${line}: ${word} (${say})`);
  console.log(
    `${found.length} words to avoid, in ${new Set(found.map(({ file }) => file)).size} files`,
  );
  process.exitCode = found.length > 0 ? 1 : 0;
}
