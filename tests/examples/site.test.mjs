/** The documentation as a site: it builds, without a link that leads nowhere, and every guide is in it and can be found. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { promisify } from 'node:util';
import { root } from '../../scripts/paths.mjs';

const site = join(root, 'build', 'docs');

/** @param {string} folder @param {string} ending */
const named = (folder, ending) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending) && !name.startsWith('.'))
    .sort();

const guides = named(join(root, 'docs'), '.md');

before(async () => {
  // It fails by itself if a link leads nowhere.
  const vitepress = join(root, 'node_modules', 'vitepress', 'bin', 'vitepress.js');
  await promisify(execFile)(process.execPath, [vitepress, 'build', 'docs'], {
    cwd: root,
    timeout: 120_000,
  });
});

test('every guide is a page', () => {
  assert.ok(guides.length > 30);
  for (const guide of [...guides, 'overview.md', 'architecture.md', 'changelog.md']) {
    assert.ok(existsSync(join(site, guide.replace(/md$/, 'html'))), guide);
  }
});

test('links within the site lead to pages, and none leads to a file of the project', () => {
  for (const page of named(site, '.html')) {
    const html = readFileSync(join(site, page), 'utf8');
    for (const [, href = ''] of html.matchAll(/<a [^>]*href="([^"#]+)/g)) {
      if (/^(https?|mailto):/.test(href)) continue;
      assert.ok(href.startsWith('/'), `${page}: ${href}`);
      // Compiled by `npm run docs:build` before the site, and tested by `npm run test:play`.
      if (href === '/play/' && existsSync(join(root, 'play', 'index.html'))) continue;
      const path = href === '/' ? '/index' : href.replace(/\/$/, '/index');
      assert.ok(existsSync(join(site, `${path}.html`)), `${page}: ${href}`);
    }
  }
});

test('links between papers of the project become links between pages', () => {
  const html = readFileSync(join(site, 'options.html'), 'utf8');
  assert.match(html, /href="\/overview#methods"/);
  assert.match(readFileSync(join(site, 'overview.html'), 'utf8'), /href="\/loading"/);
  assert.match(readFileSync(join(site, 'frameworks/wordpress.html'), 'utf8'), /href="\/forms"/);
  // What is no page is its text.
  assert.doesNotMatch(html, /types\.ts"/);
});

test('every guide but the start page is in the menu', () => {
  const html = readFileSync(join(site, 'overview.html'), 'utf8');
  for (const guide of guides.filter((name) => name !== 'index.md')) {
    assert.ok(html.includes(`href="/${guide.slice(0, -'.md'.length)}"`), guide);
  }
});

test('there is an index to search, and nothing is loaded from elsewhere', () => {
  assert.ok(named(site, '.js').some((name) => name.includes('localSearchIndex')));
  for (const page of named(site, '.html')) {
    const html = readFileSync(join(site, page), 'utf8');
    assert.doesNotMatch(html, /<(script|link|img)[^>]+(src|href)="https?:/, page);
  }
});

test('llms.txt leads to the Markdown of the pages', () => {
  const text = readFileSync(join(site, 'llms.txt'), 'utf8');
  const links = [...text.matchAll(/\]\(([^)]+)\)/g)].map(([, path]) => String(path));
  assert.ok(links.length > 25);
  for (const path of links) assert.ok(existsSync(join(site, path)), path);
});
