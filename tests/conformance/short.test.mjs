/** The conformance suite: a few promises with this SDK, and that a broken one is seen. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { sdks } from '../../bench/peers/sdks.mjs';
import appizer from '../../conformance/adapters/appizer.mjs';
import { promises } from '../../conformance/promises.mjs';
import { paper, table } from '../../conformance/report.mjs';
import { openBrowser, tryOne } from '../../conformance/run.mjs';
import { root } from '../../scripts/paths.mjs';

/** @type {Awaited<ReturnType<typeof openBrowser>>} */
let opened;

before(async () => {
  opened = await openBrowser();
});
after(() => opened.close());

/** @param {string} id */
const promised = (id) => {
  const found = promises.find((one) => one.id === id);
  assert.ok(found, id);
  return found;
};

/** An SDK that loses: one request, without a second try, with all that is typed in it. */
const careless = {
  ...appizer,
  name: 'Careless',
  claims: { errors: 'its README' },
  exceptions: {},
  pending: false,
  files: async () => new Map(),
  head: (/** @type {string} */ server) => `<script>
window.track = (name, properties) => {
  const form = Object.fromEntries([...document.querySelectorAll('input')].map((one) => [one.name, one.value]));
  fetch('${server}/events', { method: 'POST', body: JSON.stringify([{ name, properties, form }]) });
};</script>`,
  read: ({ body }) => JSON.parse(body.toString()),
};

test('this SDK keeps a few of its promises', { timeout: 120_000 }, async () => {
  const ids = ['leave', 'refused', 'hostile'];
  const results = await Promise.all(ids.map((id) => tryOne(opened.browser, appizer, promised(id))));
  assert.deepEqual(
    results.map(({ promise, outcome, detail }) => [promise.id, outcome, detail]),
    ids.map((id) => [id, 'kept', results.find((one) => one.promise.id === id)?.detail]),
  );
});

test('a promise that is broken is seen, and one that is not made is no fault', {
  timeout: 120_000,
}, async () => {
  // What it does not claim is tried once, what it claims twice.
  const short = { ...promised('errors'), try: promised('leave').try };
  const [errors, leave, consent] = await Promise.all([
    tryOne(
      opened.browser,
      { ...careless, head: () => '<script>window.track = () => {}</script>' },
      {
        ...short,
        try: async () => ({ kept: false, detail: '0 of 5 arrived' }),
      },
    ),
    tryOne(opened.browser, careless, promised('refused')),
    tryOne(opened.browser, careless, promised('consent-keeps')),
  ]);
  assert.equal(errors.outcome, 'broken');
  assert.equal(leave.outcome, 'kept', leave.detail);
  assert.equal(consent.outcome, 'not claimed');
  const results = [errors, consent];
  const adapters = [errors.adapter, consent.adapter];
  assert.match(table(results, adapters, [errors.promise]), /\| Server errors \| \*\*no\*\* \|/);
});

test('the paper has every promise, every version and what was seen', () => {
  const [one] = promises;
  assert.ok(one);
  const result = {
    adapter: appizer,
    promise: one,
    outcome: /** @type {const} */ ('broken'),
    detail: 'a | b',
  };
  const text = paper([result], [appizer], promises, 'Chrome 1', '2026-01-01');
  for (const { title, how } of promises) assert.ok(text.includes(`| ${title} | ${how} |`));
  assert.ok(text.includes(`**Appizer** ${appizer.version}`));
  assert.match(text, /outage: a \\\| b \(\*\*no\*\*\)/);
  assert.doesNotMatch(text, /\{\{/);
});

test('docs/conformance.md is of the promises as they are, and of the installed versions', () => {
  const written = readFileSync(join(root, 'docs', 'conformance.md'), 'utf8');
  const fix = 'Fix: npm run conformance -- --write';
  for (const { title, how } of promises) {
    assert.ok(written.includes(`| ${title} | ${how} |`), `${title}. ${fix}`);
  }
  const peers = JSON.parse(readFileSync(join(root, 'bench/peers/package.json'), 'utf8'));
  for (const { name, npm } of sdks) {
    if (!npm) continue;
    const version = peers.devDependencies[npm];
    assert.ok(written.includes(`- **${name}** ${version}: `), `${name} ${version}. ${fix}`);
  }
});
