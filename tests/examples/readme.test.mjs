/** README.md says what is so: its snippets run, and what it names is there. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { dist, root } from '../../scripts/paths.mjs';
import { createStage, waitFor } from './stage.mjs';

const papers = [
  'README.md',
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'bench/README.md',
];

/** @param {string} path */
const read = (path) => readFileSync(join(root, path), 'utf8');
const readme = read('README.md');
const types = read('js-glue/api/types.ts');
const { scripts } = JSON.parse(read('package.json'));

/** The snippets that run there. @param {string} where `a page` or `Node` @returns {string[]} */
const snippets = (where) =>
  [...readme.matchAll(new RegExp(`<!-- runs in ${where} -->\n\`\`\`\\w+\n([^]*?)\`\`\``, 'g'))].map(
    ([, code]) => String(code),
  );

test('snippets for a page run in one, and what they track is stored', async (t) => {
  const all = snippets('a page');
  assert.ok(all.length > 0);
  const { address, page, stored } = await createStage(t, (collector) => ({
    pages: Object.fromEntries(
      all.map((code, i) => [
        `/${i}`,
        `<!doctype html><title>README</title>${here(inPage(code), collector)}`,
      ]),
    ),
  }));
  /** @type {string[]} */
  const wrong = [];
  page.raw.on('pageerror', (error) => wrong.push(error.message));
  page.raw.on('console', (message) => wrong.push(message.text()));
  let tracked = 0;
  for (const [i, code] of all.entries()) {
    await page.goto(`${address}/${i}`);
    tracked += code.split('trackEvent(').length - 1;
    const custom = () =>
      stored('events').filter(({ event_name }) => !event_name.startsWith('page_'));
    await waitFor(() => custom().length === tracked, { what: `${tracked} stored events` });
  }
  assert.deepEqual(wrong, []);
});

test('snippets for Node run there, against what npm would install', async (t) => {
  const all = snippets('Node');
  assert.ok(all.length > 0);
  const folder = join(root, 'build', 'readme');
  mkdirSync(folder, { recursive: true });
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const [i, code] of all.entries()) {
    // Inside the package, whose own name then stands for what it exports.
    const file = join(folder, `${i}.mjs`);
    writeFileSync(file, here(code, 'http://127.0.0.1:9'));
    const { stderr } = await promisify(execFile)(process.execPath, [file], { timeout: 30_000 });
    assert.equal(stderr, '');
  }
});

/** A script alone stands for one on a page that has loaded the SDK. @param {string} code */
const inPage = (code) =>
  code.startsWith('<') ? code : `<script src="/appizer-web.js"></script><script>${code}</script>`;

/** A snippet as it is, but for this machine. @param {string} code @param {string} collector */
const here = (code, collector) =>
  code
    .replaceAll('https://cdn.appizer.com/js', '')
    .replace('data-app-id="YOUR_APP_ID"', `data-app-id="demo" data-api-base="${collector}"`)
    .replace("appId: 'YOUR_APP_ID'", `appId: 'demo', apiBase: '${collector}'`);

test('every command there is one', () => {
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

test('every file and heading linked to is there', () => {
  for (const paper of papers) {
    for (const [, target = ''] of read(paper).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (target.startsWith('https://')) continue;
      const [path = '', heading] = target.split('#');
      const file = join(root, dirname(paper), path);
      if (path) assert.ok(existsSync(file), `${paper}: ${target}`);
      if (!heading) continue;
      const headings = [...read(path || paper).matchAll(/^#+ (.*)$/gm)].map(([, text]) =>
        String(text)
          .toLowerCase()
          .replaceAll(/[^\w -]/g, '')
          .replaceAll(' ', '-'),
      );
      assert.ok(headings.includes(heading), `${paper}: ${target}`);
    }
  }
});

test('paths in the map of the architecture exist', () => {
  const map = read('ARCHITECTURE.md').split('## Code map')[1]?.split('## ')[0] ?? '';
  let folder = '';
  for (const line of map.split('\n').filter((text) => text.startsWith('| `'))) {
    for (const [, path = ''] of (line.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)) {
      if (path.includes('/')) folder = dirname(path);
      const whole = path.includes('/') || folder === '' ? path : join(folder, path);
      const found = whole.endsWith('.*')
        ? existsSync(join(root, whole.replace('.*', '.h')))
        : existsSync(join(root, whole));
      assert.ok(found, whole);
    }
    folder = '';
  }
});

/** Member names of an exported interface. @param {string} name */
function members(name) {
  const body = types.split(new RegExp(`export interface ${name}(?:<.*>)? \\{`))[1]?.split('\n}')[0];
  const all = [...(body ?? '').matchAll(/^ {2}(?:readonly )?(\w+)(?:<.*?>)?\??[:(]/gm)];
  return [...new Set(all.map(([, member]) => String(member)))];
}

/** The first cells of the table below a row. @param {string} header */
const firstCells = (header) =>
  (readme.split(header)[1]?.split('\n\n')[0] ?? '')
    .split('\n')
    .flatMap((line) => /^\| `(\w+)/.exec(line)?.[1] ?? []);

test('the tables name every method and every option, and no others', () => {
  assert.deepEqual(firstCells('| method | |').sort(), members('Appizer').sort());
  assert.deepEqual(firstCells('| option | default | |').sort(), members('Options').sort());
});

test('defaults are what the core has', () => {
  const config = read('src/config.h');
  assert.match(readme, /`maxQueueEvents` \| 20,000 /);
  assert.match(config, /max_queue_events = 20000;/);
  assert.match(readme, /`maxQueueBytes` \| 4,000,000 /);
  assert.match(config, /max_queue_bytes = 4000000;/);
  assert.match(readme, /`sessionTimeout` \| 1,800,000 /);
  assert.match(config, /session_timeout = 30 \* kMinute;/);
  assert.match(readme, /`apiBase` \| `https:\/\/api\.appizer\.com` /);
  assert.match(config, /api_base = "https:\/\/api\.appizer\.com";/);
  assert.match(readme, /`userIdStorageKey` \| `appizer_user_id` /);
  assert.match(config, /user_id_storage_key = "appizer_user_id";/);
});

test('files weigh what it says, give or take a tenth', () => {
  const rows = [
    ...readme.matchAll(/^\| `([\w.-]+)` \| ([\d.]+) KB \| ([\d.]+) KB \| ([\d.]+) KB/gm),
  ];
  assert.ok(rows.length > 1);
  for (const [, name = '', ...stated] of rows) {
    const bytes = readFileSync(join(dist, name));
    const weighed = [bytes, gzipSync(bytes, { level: 9 }), brotliCompressSync(bytes)];
    for (const [i, { length }] of weighed.entries()) {
      const off = Math.abs(Number(stated[i]) * 1000 - length);
      assert.ok(off < 150 + length / 10, `${name}: ${stated[i]} KB is ${length} bytes`);
    }
  }
});
