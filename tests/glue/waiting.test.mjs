/** The script where WebAssembly is forbidden: what a page says waits for a file, which may not come at once. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createContext, runInContext } from 'node:vm';
import { createWorld } from '../../dist/testing.mjs';
import { dist } from '../../scripts/paths.mjs';

/** @param {string} name */
const textOf = (name) => readFileSync(join(dist, name), 'utf8');
const script = textOf('appizer-web.js');

/** As long as any chain of promises here. */
const turns = () => new Promise((resolve) => setImmediate(resolve));

/**
 * A page without WebAssembly, of which the script sees just what it takes to load a file beside itself.
 *
 * @param {Record<string, unknown>} [more] that the page has
 */
function page(more = {}) {
  /** Asked for, and neither come nor failed. @type {any[]} */
  const pending = [];
  /** @type {string[]} */
  const asked = [];
  class Document {
    get currentScript() {
      return { src: 'https://cdn.example/appizer-web.js', dataset: {} };
    }
    head = {
      /** @param {any} script */
      appendChild(script) {
        pending.push(script);
        asked.push(script.src);
      },
    };
    createElement() {
      return {};
    }
  }
  const window = createContext({ Document, document: new Document(), TextEncoder, TextDecoder });
  Object.assign(window, { window, WebAssembly: undefined, ...more });
  runInContext(script, window);
  return {
    /** @type {import('../../dist/index.mjs').Appizer} */
    app: window.AppizerWeb,
    world: createWorld(),
    asked,
    /** The files asked for do not come. */
    async fail() {
      await turns();
      for (const script of pending.splice(0)) script.onerror(new Error('as it is'));
      await turns();
    },
    /** They come. */
    async come() {
      await turns();
      for (const script of pending.splice(0)) {
        runInContext(textOf(script.src.replace('https://cdn.example/', '')), window);
        script.onload();
      }
      await turns();
    },
    window,
  };
}

/** @param {ReturnType<typeof createWorld>} world */
function named(world) {
  world.advance(3000);
  return world.events().map(({ event_name }) => event_name);
}

const fallback = 'https://cdn.example/appizer-web.fallback.js';

/** @type {Record<string, (world: ReturnType<typeof createWorld>) => void>} */
const moments = {
  'the page comes back from the back/forward cache': (world) => world.comeBack(),
  'the browser comes online': (world) => {
    world.setOnline(false);
    world.setOnline(true);
  },
  'the page is seen again': (world) => {
    world.setVisible(false);
    world.setVisible(true);
  },
  'a moment has passed': (world) => world.advance(3000),
};
for (const [moment, bring] of Object.entries(moments)) {
  test(`a fallback that did not come is asked for again, as ${moment}`, async () => {
    const { app, world, asked, fail, come } = page();
    app.init({ appId: 'demo', host: world.host });
    app.trackEvent('said_early');
    await fail();
    app.trackEvent('said_late');
    await turns();
    assert.deepEqual(asked, [fallback], 'not before');
    bring(world);
    await come();
    assert.deepEqual(asked, [fallback, fallback]);
    assert.deepEqual(named(world), ['said_early', 'said_late']);
    // And there it stays.
    bring(world);
    world.advance(3_600_000);
    await turns();
    assert.equal(asked.length, 2);
  });
}

test('nothing else brings it, and what never comes is asked for a few times at most', async () => {
  const { app, world, asked, fail } = page();
  app.init({ appId: 'demo', host: world.host });
  await fail();
  world.advance(3000);
  await fail();
  assert.equal(asked.length, 2);
  world.setOnline(false);
  world.setVisible(false);
  await world.leave();
  world.advance(3_600_000);
  await fail();
  assert.equal(asked.length, 2);
  for (let i = 0; i < 50; ++i) {
    world.setOnline(true);
    await fail();
  }
  assert.equal(asked.length, 5);
  assert.ok(world.isIdle());
});

test('a flush waits for it, and is answered where it does not come', async () => {
  const { app, world, fail, come } = page();
  app.init({ appId: 'demo', host: world.host });
  app.trackEvent('said_early');
  const first = app.flush();
  await fail();
  assert.deepEqual({ ...(await first) }, { delivered: 0, dropped: 0, pending: 1 });
  const second = app.flush();
  world.comeBack();
  await come();
  world.advance(0);
  assert.deepEqual({ ...(await second) }, { delivered: 1, dropped: 0, pending: 0 });
});

test('two clients ask for it together', async () => {
  const { app, asked, fail, come, world, window } = page();
  const other = createWorld();
  app.init({ appId: 'demo', host: world.host });
  window.AppizerWeb.create({ appId: 'other', host: other.host }).trackEvent('said_elsewhere');
  app.trackEvent('said_here');
  await fail();
  world.comeBack();
  other.comeBack();
  await come();
  assert.equal(asked.length, 2);
  assert.deepEqual([named(world), named(other)], [['said_here'], ['said_elsewhere']]);
});

test('after shutdown nothing is listened to, and nothing asked for', async () => {
  const { app, world, asked, fail } = page();
  let listening = 0;
  const listen = world.host.listen;
  assert.ok(listen);
  const host = {
    ...world.host,
    /** @type {typeof listen} */
    listen: (events) => {
      ++listening;
      const end = listen(events);
      return () => {
        --listening;
        end();
      };
    },
  };
  app.init({ appId: 'demo', host });
  app.init({ appId: 'once more', host });
  await fail();
  app.shutdown();
  assert.equal(listening, 0);
  assert.ok(world.isIdle());
  world.comeBack();
  await turns();
  assert.equal(asked.length, 1);
});

test('in engines that listen on, each moment counts once, and none after shutdown', async () => {
  const { app, world, asked, fail } = page();
  /** @type {import('../../dist/types/api/host.js').HostEvents[]} */
  const all = [];
  const listen = (/** @type {import('../../dist/types/api/host.js').HostEvents} */ events) => {
    all.push(events);
    return () => {};
  };
  app.init({ appId: 'demo', host: { ...world.host, listen } });
  await fail();
  for (const tries of [2, 3]) {
    for (const events of all) events.pageshow();
    await fail();
    assert.equal(asked.length, tries);
  }
  app.shutdown();
  for (const events of all) events.pageshow();
  await turns();
  assert.equal(asked.length, 3);
});

test('its policy of trusted types is made once, as many pages allow', async () => {
  /** @type {string[]} */
  const made = [];
  const { app, world, fail, come } = page({
    trustedTypes: {
      /** @param {string} name @param {any} rules */
      createPolicy(name, rules) {
        assert.ok(!made.includes(name), 'a policy of that name is there');
        made.push(name);
        return rules;
      },
    },
  });
  app.init({ appId: 'demo', host: world.host });
  app.trackEvent('said_early');
  await fail();
  world.comeBack();
  await come();
  assert.deepEqual(named(world), ['said_early']);
  assert.deepEqual(made, ['appizer-web-fallback']);
});

test('sentences that did not come are asked for with the next, a few times at most', async () => {
  const { app, world, asked, fail, come } = page();
  app.init({ appId: 'demo', host: world.host, debug: true });
  await come();
  const debug = () => asked.filter((url) => url.includes('.debug.')).length;
  app.trackEvent('');
  app.trackEvent('');
  await fail();
  assert.equal(debug(), 1);
  assert.deepEqual(world.log, ['[Appizer] the sentences of debug could not be loaded']);
  app.trackEvent('');
  await come();
  assert.equal(debug(), 2);
  assert.match(world.log[1], /needs a name/);
});
