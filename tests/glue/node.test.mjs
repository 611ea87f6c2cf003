/** Headless in Node: real requests, to the collector. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AppizerWeb, memoryStorage, nodeHost } from '../../dist/index.mjs';
import { createWorld } from '../../dist/testing.mjs';
import { createCollector } from '../../examples/collector/server.mjs';

test('nodeHost delivers with a server key, and keeps the id in the storage it is given', async () => {
  const collector = createCollector({ db: ':memory:' });
  const apiBase = await collector.listen();
  try {
    const storage = memoryStorage();
    const ids = [];
    for (const name of ['first_run', 'second_run']) {
      const host = nodeHost({ storage, apiKey: 'sk_test_demo', userAgent: 'tests' });
      const app = AppizerWeb.create({ appId: 'demo', apiBase, host });
      app.trackEvent(name, { n: 1 });
      assert.deepEqual(await app.flush(), { delivered: 1, dropped: 0, pending: 0 });
      ids.push(app.getUserId());
    }
    assert.equal(ids[0], ids[1]);
    assert.deepEqual(
      collector.store
        .newest('events', 'demo', 10)
        .map((/** @type {any} */ { event_name, user_id, ua }) => [event_name, user_id, ua]),
      [
        ['first_run', ids[0], 'tests'],
        ['second_run', ids[0], 'tests'],
      ],
    );
  } finally {
    await collector.close();
  }
});

test('where random numbers are not allowed yet, the client starts with the first call that may have them', async () => {
  const world = createWorld();
  let allowed = false;
  /** @type {string[]} */
  const said = [];
  const host = {
    ...world.host,
    /** @param {Uint8Array<ArrayBuffer>} bytes */
    random(bytes) {
      if (!allowed) throw new Error('Disallowed operation called within global scope.');
      world.host.random(bytes);
    },
    log: (/** @type {string} */ sentence) => said.push(sentence),
  };
  const app = AppizerWeb.create({ appId: 'demo', host, debug: true });
  app.trackEvent('at_the_start');
  assert.equal(app.getUserId(), undefined);
  allowed = true;
  app.trackEvent('in_a_request');
  world.advance(5000);
  assert.deepEqual(
    world.events().map(({ event_name }) => event_name),
    ['at_the_start', 'in_a_request'],
  );
  assert.ok(app.getUserId());
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.match(String(said[0]), /no random numbers/);
});

test('a flush starts a client that was made too early', async () => {
  const world = createWorld();
  let allowed = false;
  const host = {
    ...world.host,
    /** @param {Uint8Array<ArrayBuffer>} bytes */
    random(bytes) {
      if (!allowed) throw new Error('Disallowed operation called within global scope.');
      world.host.random(bytes);
    },
  };
  const app = AppizerWeb.create({ appId: 'demo', host });
  app.trackEvent('at_the_start');
  allowed = true;
  const flushed = app.flush();
  world.advance(5000);
  assert.deepEqual(await flushed, { delivered: 1, dropped: 0, pending: 0 });
});
