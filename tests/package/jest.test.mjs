/**
 * The package as Jest loads it: CommonJS in a context of its own, whose globals are those that its environment chose
 * (none of Node's in that of jsdom), and where `import()` is refused.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import vm from 'node:vm';
import { dist } from '../../scripts/paths.mjs';

/** A `require` for one context, as Jest has it. */
function openRequire() {
  /** @type {string[]} */
  const said = [];
  const context = vm.createContext({
    setTimeout,
    clearTimeout,
    performance,
    crypto,
    URL,
    console: { info: (/** @type {string} */ sentence) => said.push(sentence) },
  });
  const node = createRequire(import.meta.url);
  /** @type {Map<string, { exports: Record<string, any>, require: (name: string) => unknown }>} */
  const loaded = new Map();
  /** @param {string} file */
  const load = (file) => {
    const before = loaded.get(file);
    if (before) return before.exports;
    /** @param {string} name */
    const require = (name) => (name.startsWith('.') ? load(join(dirname(file), name)) : node(name));
    const module = { exports: {}, require };
    loaded.set(file, module);
    const run = vm.runInContext(
      `(function (module, exports, require) {${readFileSync(file, 'utf8')}\n})`,
      context,
    );
    run(module, module.exports, require);
    return module.exports;
  };
  return { load: (/** @type {string} */ name) => load(join(dist, name)), said, context };
}

test('events are recorded in the simulated environment, without the globals of Node', () => {
  const { load, context } = openRequire();
  assert.equal(vm.runInContext('typeof TextEncoder', context), 'undefined');
  const { AppizerWeb } = load('index.cjs');
  const { createWorld } = load('testing.cjs');
  const world = createWorld();
  const analytics = AppizerWeb.create({ appId: 'test', host: world.host });
  analytics.trackEvent('plan_chosen', { plan: 'prémium' });
  world.advance(5000);
  assert.equal(world.events()[0].properties.plan, 'prémium');
});

test('debug finds its sentences where import() is refused', async () => {
  const { load, said, context } = openRequire();
  await assert.rejects(vm.runInContext('import("node:util")', context));
  load('index.cjs').AppizerWeb.init({ appId: 'test', debug: true });
  for (let turns = 0; said.length === 0 && turns < 100; ++turns) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assert.match(said.join('\n'), /there is no page/);
});

test('the fallback is found where import() is refused', async () => {
  const { load, context } = openRequire();
  const { createWorld } = load('testing.cjs');
  vm.runInContext('delete globalThis.WebAssembly', context);
  const { AppizerWeb } = load('index.cjs');
  const world = createWorld();
  const analytics = AppizerWeb.create({ appId: 'test', host: world.host });
  analytics.trackEvent('plan_chosen');
  for (let turns = 0; world.events().length === 0 && turns < 300; ++turns) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    world.advance(5000);
  }
  assert.equal(world.events()[0].event_name, 'plan_chosen');
});
