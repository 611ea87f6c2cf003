/** The papers: their words, their length, and that they describe what is there. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { test } from 'node:test';
import { root } from '../../scripts/paths.mjs';
import { allowed, filesIn, listPapers, rules, wordsIn } from './words.mjs';

/** Code whose comments, test names and messages are checked, too. @type {string[]} */
const checkedFolders = [
  'bench',
  'conformance',
  'doctor',
  'examples',
  'js-glue',
  'plan',
  'play',
  'scripts',
  'src',
  'tests',
  'web',
];

const papers = listPapers();

/** @param {string} path */
const read = (path) => readFileSync(join(root, path), 'utf8');

test('papers and checked folders have none of the words to avoid', () => {
  assert.ok(papers.includes('README.md') && papers.includes('docs/privacy.md'));
  const found = [...papers, ...checkedFolders.flatMap(filesIn)].flatMap((file) => wordsIn(file));
  assert.deepEqual(
    found.map(({ file, line, word, say }) => `${file}:${line}: ${word} (${say})`),
    [],
  );
});

test('words to avoid are found in prose, and only there', () => {
  const lines = (/** @type {string} */ file, /** @type {string} */ text) =>
    wordsIn(file, text).map(({ line, word }) => `${line} ${word}`);
  assert.deepEqual(lines('a.md', 'It is\ntold when a\nno comes.'), ['2 told', '2 a no']);
  assert.deepEqual(lines('src/a.h', '/// Waits without a\n/// page.\nint told = 1;'), [
    '1 without a page',
  ]);
  assert.deepEqual(
    lines('a.ts', "const a = 'told'; /* tells */ const b = `$" + '{told /* hears */}`;'),
    ['1 tells', '1 hears'],
  );
  assert.deepEqual(lines('tests/a.test.mjs', "test('an heir', () => say('heirs', /heir/));"), [
    '1 heir',
  ]);
  assert.deepEqual(lines('tests/a.cpp', 'TEST_CASE("what it\'s told") { f("told", 1\'000); }'), [
    '1 told',
  ]);
  assert.deepEqual(lines('js-glue/api/sentences.ts', "const a = { 1: 'Tell it' };"), ['1 Tell']);
  assert.deepEqual(lines('tests/manners.h', ''), ['0 manners']);
  assert.deepEqual(lines('a.html', '<p class="told">Told</p><script>told</script>'), ['1 Told']);
  assert.deepEqual(lines('a.sh', 'told=1 # told'), ['1 told']);
  assert.ok(rules.length > 20);
});

test('every exception has a reason and an occurrence', () => {
  for (const { file, why } of allowed) {
    assert.ok(why.length > 10);
    assert.ok(filesIn('.').some((path) => file.test(path)));
  }
});

test('README is shorter than 300 lines', () => {
  assert.ok(read('README.md').split('\n').length <= 300);
});

/** The paths in the map of the architecture. @returns {string[]} */
function mapped() {
  const map = read('ARCHITECTURE.md').split('\n## Code map\n')[1]?.split('\n## ')[0] ?? '';
  return map
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .flatMap((line) => [...(line.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)])
    .map(([, path]) => String(path));
}

/** Source files by the names that the map uses: `src/client.*` for a header with its source. */
function sources() {
  const cpp = [...filesIn('src'), ...filesIn('web')].filter((file) => /\.(h|cpp|mjs)$/.test(file));
  const isPair = (/** @type {string} */ stem) =>
    cpp.includes(`${stem}.h`) && cpp.includes(`${stem}.cpp`);
  const names = cpp.map((file) => {
    const stem = file.slice(0, -extname(file).length);
    return isPair(stem) ? `${stem}.*` : file;
  });
  return [...new Set([...names, ...filesIn('js-glue').filter((file) => file.endsWith('.ts'))])];
}

/** Folders directly in a folder, as paths. @param {string} folder */
const foldersIn = (folder) =>
  readdirSync(join(root, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map(({ name }) => join(folder, name));

test("the architecture's map names every source file and every folder, and no others", () => {
  const files = sources();
  assert.ok(files.length > 60);
  const folders = [
    ...['src', 'js-glue', 'tests', 'examples'].flatMap(foldersIn),
    ...['web', 'bench', 'scripts', 'docs', 'doctor', 'plan', 'play', 'conformance'],
  ];
  assert.deepEqual(mapped().sort(), [...files, ...folders].sort());
});

test('every file and heading that a paper links to exists', () => {
  for (const paper of papers) {
    for (const [, target = ''] of read(paper).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (target.startsWith('https://')) continue;
      const [path = '', heading] = target.split('#');
      const file = path ? join(dirname(paper), path) : paper;
      assert.ok(existsSync(join(root, file)), `${paper}: ${target}`);
      if (!heading) continue;
      const headings = [...read(file).matchAll(/^#+ (.*)$/gm)].map(([, text]) =>
        String(text)
          .toLowerCase()
          .replaceAll(/[^\w -]/g, '')
          .replaceAll(' ', '-'),
      );
      assert.ok(headings.includes(heading), `${paper}: ${target}`);
    }
  }
});

test('every file of the project that a paper names exists', () => {
  // A path in backticks, such as `src/base/json.cpp`; patterns such as `urls-crash-…` are none.
  const path = /`((?:src|web|js-glue|tests|examples|bench|scripts|docs)\/[\w./-]+)`/g;
  for (const paper of papers) {
    for (const [, name = ''] of read(paper).matchAll(path)) {
      if (name.endsWith('.')) continue; // `src/client.*` and the like
      const here = [name, join(dirname(paper), name)];
      assert.ok(
        here.some((file) => existsSync(join(root, file))),
        `${paper}: ${name}`,
      );
    }
  }
});

test('every command in a paper exists', () => {
  const { scripts } = JSON.parse(read('package.json'));
  for (const paper of papers) {
    for (const [, name] of read(paper).matchAll(/npm run ([a-z]+)/g)) {
      assert.ok(scripts[String(name)], `${paper}: npm run ${name}`);
    }
    for (const [, file] of read(paper).matchAll(/\bnode ([\w./-]+\.mjs)/g)) {
      assert.ok(existsSync(join(root, String(file))), `${paper}: node ${file}`);
    }
  }
  assert.ok(scripts.start && scripts.test);
});
