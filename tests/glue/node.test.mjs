/** Headless in Node: real requests, to the collector. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { AppizerWeb, memoryStorage, nodeHost } from '../../dist/index.mjs';
import { createWorld } from '../../dist/testing.mjs';
import { createCollector } from '../../examples/collector/server.mjs';

/** Waits for files that are loaded. @param {() => boolean} condition */
async function until(condition) {
  for (let turns = 0; !condition() && turns < 1000; ++turns) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

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
  await until(() => said.length > 0);
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

test('debug says so where init failed', async () => {
  /** @type {string[]} */
  const said = [];
  const host = /** @type {any} */ ({
    log: (/** @type {string} */ sentence) => said.push(sentence),
    random: () => {},
  });
  AppizerWeb.create({ appId: 'demo', host, debug: true });
  await until(() => said.length > 0);
  assert.match(String(said[0]), /init failed/);
});

test('a process with a simulated page ends, though the server cannot be reached', () => {
  const script = `
    const target = new EventTarget();
    class Document extends EventTarget {
      get readyState() { return 'complete'; }
      get visibilityState() { return 'visible'; }
      get hidden() { return false; }
      get title() { return 'A page'; }
      get referrer() { return ''; }
      get cookie() { return ''; }
      get currentScript() { return null; }
      get documentElement() { return { scrollHeight: 1, clientHeight: 1 }; }
    }
    const items = new Map();
    Object.assign(globalThis, {
      Document,
      document: new Document(),
      addEventListener: target.addEventListener.bind(target),
      location: new URL('https://shop.example/'),
      history: { pushState() {}, replaceState() {} },
      localStorage: {
        getItem: (key) => items.get(key) ?? null,
        setItem: (key, value) => items.set(key, value),
        removeItem: (key) => items.delete(key),
      },
    });
    Object.defineProperty(globalThis, 'navigator', { value: { userAgent: 'a simulated browser' } });
    globalThis.window = globalThis;
    const { AppizerWeb } = await import(${JSON.stringify(new URL('../../dist/index.mjs', import.meta.url).href)});
    AppizerWeb.init({ appId: 'demo', apiBase: 'http://127.0.0.1:1' });
    AppizerWeb.trackEvent('anything_done');
    console.log(typeof AppizerWeb.getUserId());
    await new Promise((resolve) => setTimeout(resolve, 2000));
  `;
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--input-type=module', '-e', script],
    { encoding: 'utf8', timeout: 60_000 },
  );
  assert.equal(stdout, 'string\n', stderr);
  assert.equal(status, 0, stderr);
});
