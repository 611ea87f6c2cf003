/** Headless in Node: real requests, to the collector. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AppizerWeb, memoryStorage, nodeHost } from '../../dist/index.mjs';
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
