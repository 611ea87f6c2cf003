/** README.md and docs/ are true: their snippets run, and their tables match the code. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { dist, root } from '../../scripts/paths.mjs';
import { createStage, waitFor } from './stage.mjs';

/** @param {string} path */
const read = (path) => readFileSync(join(root, path), 'utf8');
const readme = read('README.md');
const sizes = read('docs/size.md');
const types = read('js-glue/api/types.ts');

const guides = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' }).filter(
  (name) => name.endsWith('.md'),
);
const papers = ['README.md', ...guides.map((name) => join('docs', name))];

const block = /(?:<!-- ([^\n]*) -->\n)?^```(\w+)\n([\s\S]*?)^```/gm;

/** All snippets, with the comment above each. */
const blocks = papers.flatMap((paper) =>
  [...read(paper).matchAll(block)].map(([, marker = '', language = '', code = '']) => ({
    paper,
    marker,
    language,
    code,
  })),
);

/** @param {string} marker @returns {string[]} the snippets that have it */
const snippets = (marker) => blocks.filter((one) => one.marker === marker).map(({ code }) => code);

const markers = ['runs in a page', 'runs in Node', 'compiles as TypeScript'];

test('every snippet of JavaScript, TypeScript or HTML is run by one of the tests below', () => {
  const runnable = blocks.filter(({ language }) =>
    /^(html|[jt]sx?|mjs|astro|vue|svelte)$/.test(language),
  );
  assert.ok(runnable.length > 10);
  for (const paper of papers) {
    const fences = [...read(paper).matchAll(/^```(\w*)$/gm)].map(([, language]) => language);
    fences.forEach((language, i) => {
      if (i % 2 === 0) assert.notEqual(language, '', `${paper} has a snippet without a language`);
    });
  }
  for (const { paper, marker, code } of runnable) {
    assert.ok(markers.includes(marker), `${paper}: ${code}`);
  }
});

test('snippets for a page run in one, and what they track is stored', async (t) => {
  const all = snippets('runs in a page');
  assert.ok(all.length > 0);
  const { address, page, stored } = await createStage(t, (collector) => ({
    pages: Object.fromEntries(
      all.map((code, i) => [
        `/${i}`,
        `<!doctype html><title>Snippet</title>${here(inPage(code), collector)}`,
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
  const all = snippets('runs in Node');
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
    .replace('/shop-data/script.js', '/appizer-web.js')
    .replace(
      "appId: 'YOUR_APP_ID', apiBase: location.origin + '/shop-data'",
      `appId: 'demo', apiBase: '${collector}'`,
    )
    .replaceAll('https://cdn.appizer.com/js', '')
    .replace("?? 'YOUR_API_KEY',", `?? 'YOUR_API_KEY', apiBase: '${collector}',`)
    .replace('data-app-id="YOUR_APP_ID"', `data-app-id="demo" data-api-base="${collector}"`)
    .replace("appId: 'YOUR_APP_ID'", `appId: 'demo', apiBase: '${collector}'`);

test('snippets of TypeScript compile against what npm would install', async (t) => {
  const all = blocks.filter(({ marker }) => marker === 'compiles as TypeScript');
  assert.ok(all.length > 10);
  const folder = join(root, 'build', 'readme-types');
  mkdirSync(folder, { recursive: true });
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const files = all.map(({ code, language }, i) => {
    const file = join(folder, `${i}.${language === 'tsx' ? 'tsx' : 'mts'}`);
    const script = /<script[^>]*>([\s\S]*?)<\/script>/.exec(code)?.[1];
    // A module of its own, whatever it has.
    writeFileSync(file, `${script ?? code}\nexport {};\n`);
    return file;
  });
  files.push(join(root, 'tests', 'examples', 'frameworks.d.ts'));
  const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2022'];
  options.push('--jsx', 'preserve', '--skipLibCheck');
  const tsc = join(root, 'node_modules', '.bin', 'tsc');
  const run = promisify(execFile)(tsc, [...options, '--ignoreConfig', '--types', '', ...files]);
  await assert.doesNotReject(run.catch(({ stdout }) => Promise.reject(new Error(stdout))));
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

test('every method that a paper names exists', () => {
  for (const paper of papers) {
    for (const [, name = ''] of read(paper).matchAll(/\bAppizerWeb\.(\w+)/g)) {
      assert.ok(members('Appizer').includes(name), `${paper}: AppizerWeb.${name}`);
    }
  }
});

test('llms.txt lists every guide, and nothing else', () => {
  const listed = [...read('llms.txt').matchAll(/\]\(([^)]+)\)/g)].map(([, path]) => String(path));
  const pages = papers.filter((path) => path !== join('docs', 'index.md'));
  assert.deepEqual(listed.sort(), pages.sort());
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

test('files have the sizes that the papers state, give or take a tenth', () => {
  const rows = [
    ...sizes.matchAll(/^\| `([\w.-]+)` \| ([\d.]+) KB \| ([\d.]+) KB \| ([\d.]+) KB/gm),
  ];
  assert.equal(rows.length, 5);
  for (const [, name = '', ...stated] of rows) {
    const bytes = readFileSync(join(dist, name));
    const weighed = [bytes, gzipSync(bytes, { level: 9 }), brotliCompressSync(bytes)];
    for (const [i, { length }] of weighed.entries()) {
      const off = Math.abs(Number(stated[i]) * 1000 - length);
      assert.ok(off < 150 + length / 10, `${name}: ${stated[i]} KB is ${length} bytes`);
    }
  }
  const [, gzip, brotli] = /(\d+) KB with gzip, (\d+) KB with brotli/.exec(readme) ?? [];
  assert.deepEqual([gzip, brotli], rows.find(([, name]) => name === 'appizer-web.js')?.slice(3, 5));
});
