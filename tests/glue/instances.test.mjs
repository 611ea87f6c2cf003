/** Instances of the module: as many as clients that run, and used again. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AppizerWeb } from '../../dist/index.mjs';
import { createWorld } from '../../dist/testing.mjs';

test('400 clients, one after another in one task, all record', async () => {
  const world = createWorld();
  const app = AppizerWeb.create();
  for (let i = 0; i < 400; ++i) {
    app.init({ appId: 'demo', host: world.host });
    app.trackEvent(`cycle_${i}`);
    app.shutdown();
  }
  await new Promise((resolve) => setTimeout(resolve));
  world.advance(0);
  app.init({ appId: 'demo', host: world.host });
  world.advance(3_600_000);
  const names = new Set(world.events().map(({ event_name }) => event_name));
  assert.equal(names.size, 400);
  assert.equal(world.events().length, 400, 'none twice');
});

test('an instance that is used again remembers nothing', async () => {
  const { Instance } = WebAssembly;
  let made = 0;
  WebAssembly.Instance = /** @type {any} */ (
    new Proxy(Instance, {
      construct(target, given) {
        ++made;
        return Reflect.construct(target, given);
      },
    })
  );
  try {
    const worlds = Array.from({ length: 200 }, () => createWorld());
    worlds.forEach((world, i) => {
      const app = AppizerWeb.create({
        appId: `app_${i}`,
        host: world.host,
        globalProperties: { i },
      });
      app.trackEvent('once', { text: 'x'.repeat((i % 50) * 300) });
      app.shutdown();
    });
    await new Promise((resolve) => setTimeout(resolve));
    const ids = new Set();
    worlds.forEach((world, i) => {
      world.advance(1000);
      const events = world.events();
      assert.deepEqual(
        world.requests.map(({ body }) => body.app_id),
        [`app_${i}`],
      );
      assert.deepEqual(
        events.map(({ properties }) => [properties.i, String(properties.text).length]),
        [[i, (i % 50) * 300]],
      );
      ids.add(events[0]?.user_id);
      assert.ok(world.isIdle());
    });
    assert.equal(ids.size, 200);
    assert.ok(made < 50, `${made} instances`);
  } finally {
    WebAssembly.Instance = Instance;
  }
});

test('clients that nobody shuts down need not wait for one another', () => {
  for (let i = 0; i < 300; ++i) {
    const world = createWorld();
    const app = AppizerWeb.create({ appId: 'demo', host: world.host });
    assert.ok(app.getUserId());
  }
});
