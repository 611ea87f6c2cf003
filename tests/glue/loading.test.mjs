/** A core that is not there at once: calls, flushes and a shutdown wait for it. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createWorld } from '../../dist/testing.mjs';
import { fromWasm } from '../../dist/wasm.mjs';
import { dist } from '../../scripts/paths.mjs';
import { waitFor } from '../browser/harness/wait.mjs';

const bytes = readFileSync(join(dist, 'core.wasm'));

/** A module that loads when the test says so. */
function module() {
  /** @type {(value: any) => void} */
  let come = () => {};
  const promise = new Promise((resolve) => {
    come = resolve;
  });
  return { app: fromWasm(() => promise), come };
}

test('a flush waits for the core, then for the answer', async () => {
  const { app, come } = module();
  const world = createWorld();
  app.init({ appId: 'demo', host: world.host });
  app.trackEvent('early');
  const flushed = app.flush();
  come(bytes);
  await waitFor(() => app.getUserId() !== undefined);
  world.advance(0);
  assert.deepEqual(await flushed, { delivered: 1, dropped: 0, pending: 0 });
});

test('what was said before a shutdown is recorded, although the core came later', async () => {
  const { app, come } = module();
  const world = createWorld();
  app.init({ appId: 'demo', host: world.host });
  app.trackEvent('early');
  const flushed = app.flush();
  app.shutdown();
  app.trackEvent('too_late');
  assert.deepEqual(await flushed, { delivered: 0, dropped: 0, pending: 1 });
  come(bytes);
  await waitFor(() => world.requests.length > 0);
  world.advance(0);
  assert.deepEqual(
    world.events().map(({ event_name }) => event_name),
    ['early'],
  );
  await waitFor(() => world.isIdle());
});

test('an engine that compiles only small modules at once compiles this one later', async () => {
  const { Module } = WebAssembly;
  const limit = 4096;
  WebAssembly.Module = /** @type {any} */ (
    new Proxy(Module, {
      construct(target, [code]) {
        if (code.byteLength > limit) throw new RangeError('disallowed on the main thread');
        return Reflect.construct(target, [code]);
      },
    })
  );
  try {
    const { AppizerWeb: fresh } = await import(`../../dist/index.mjs?${'small'}`);
    const world = createWorld();
    fresh.init({ appId: 'demo', host: world.host, debug: true });
    fresh.trackEvent('early');
    await waitFor(() => fresh.getUserId() !== undefined);
    world.advance(1000);
    assert.equal(world.events().length, 1);
    assert.ok(!world.log.some((sentence) => /could not be/.test(sentence)), world.log.join());
  } finally {
    WebAssembly.Module = Module;
  }
});

for (const missing of [
  ['TextEncoder'],
  ['TextDecoder'],
  ['TextEncoder', 'TextDecoder', 'WebAssembly'],
]) {
  test(`without ${missing.join(', ')} events are recorded, and debug names it`, async () => {
    const all = /** @type {any} */ (globalThis);
    const kept = missing.map((name) => [name, Object.getOwnPropertyDescriptor(all, name)]);
    for (const name of missing)
      Object.defineProperty(all, name, { value: undefined, configurable: true, writable: true });
    /** @type {any[]} */
    const restored = kept;
    try {
      const { AppizerWeb: fresh } = await import(`../../dist/index.mjs?${missing.join()}`);
      const world = createWorld();
      const host = {
        ...world.host,
        send: /** @type {typeof world.host.send} */ (
          (request, answer) => {
            // The test's own server encodes.
            for (const [name, one] of restored.splice(0)) Object.defineProperty(all, name, one);
            return world.host.send(request, answer);
          }
        ),
      };
      fresh.init({ appId: 'demo', host, debug: true });
      fresh.trackEvent('early', { city: 'Zürich 🌍' });
      await waitFor(() => fresh.getUserId() !== undefined);
      fresh.trackEvent('later', { city: '東京' });
      world.advance(1000);
      assert.deepEqual(
        world.events().map(({ event_name, properties }) => [event_name, properties.city]),
        [
          ['early', 'Zürich 🌍'],
          ['later', '東京'],
        ],
      );
      await waitFor(() =>
        world.log.some((sentence) => missing.some((name) => sentence.includes(name))),
      );
    } finally {
      for (const [name, one] of restored) Object.defineProperty(all, name, one);
    }
  });
}
