/** `appizer-web/wasm`: the module comes from wherever it may come, and calls wait for it. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { register } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import { createWorld } from '../../dist/testing.mjs';
import { fromWasm } from '../../dist/wasm.mjs';
import { dist } from '../../scripts/paths.mjs';
import { embed } from '../../web/embed.mjs';
import { waitFor } from '../browser/harness/wait.mjs';

const bytes = readFileSync(join(dist, 'core.wasm'));
/** @param {string} type */
const response = (type) => new Response(bytes, { headers: { 'content-type': type } });

/** @type {Record<string, () => any>} */
const sources = {
  bytes: () => bytes,
  'a response': () => response('application/wasm'),
  'a promise of one': async () => response('application/wasm'),
  'a response of the wrong type': () => response('application/octet-stream'),
  'a compiled module': () => new WebAssembly.Module(bytes),
  'nothing, so that the fallback comes': () => Promise.reject(new Error('404')),
  'what is no module': () => new Response('<!doctype html>'),
  'what throws': () => {
    throw new Error('no fetch here');
  },
};

for (const [name, source] of Object.entries(sources)) {
  test(`from ${name}`, async () => {
    let asked = 0;
    const app = fromWasm(() => {
      ++asked;
      return source();
    });
    const world = createWorld();
    app.trackEvent('early');
    assert.equal(asked, 0);
    app.init({ appId: 'demo', host: world.host });
    app.trackEvent('late');
    await waitFor(() => app.getUserId() !== undefined);
    world.advance(3000);
    assert.deepEqual(
      world.events().map(({ event_name }) => event_name),
      ['early', 'late'],
    );
    assert.equal(asked, 1);
  });
}

test('where neither it nor the fallback comes, the fallback is asked for again', async () => {
  register(`data:text/javascript,
    let missing = true;
    export function resolve(name, context, next) {
      if (missing && name === './fallback.mjs') {
        missing = false;
        throw new Error('404');
      }
      return next(name, context);
    }`);
  const app = fromWasm(() => Promise.reject(new Error('404')));
  const world = createWorld();
  app.init({ appId: 'demo', host: world.host, debug: true });
  app.trackEvent('early');
  await waitFor(() => world.log.length > 0);
  assert.equal(app.getUserId(), undefined);
  world.comeBack();
  await waitFor(() => app.getUserId() !== undefined);
  world.advance(3000);
  assert.deepEqual(
    world.events().map(({ event_name }) => event_name),
    ['early'],
  );
});

test('once it is there, another client does not wait', async () => {
  const app = fromWasm(() => bytes);
  app.init({ appId: 'demo', host: createWorld().host });
  await waitFor(() => app.getUserId() !== undefined);
  assert.ok(app.create({ appId: 'other', host: createWorld().host }).getUserId());
});

test('where there is no page, nothing is asked for', () => {
  const app = fromWasm(() => assert.fail('asked for'));
  app.init({ appId: 'demo' });
  app.trackEvent('nobody');
});

test('the module is not in the script as well', () => {
  const text = (/** @type {string} */ name) => readFileSync(join(dist, name), 'utf8');
  const packed = embed(bytes);
  assert.ok(text('index.mjs').includes(packed));
  assert.ok(!text('wasm.mjs').includes(packed.slice(0, 100)));
});
