/** On a server that renders pages: nothing is called, nothing is kept, and debug says so once. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';

const dist = new URL('../../dist/', import.meta.url).href;

/** @param {string} code of a module @returns {string} what it prints */
const run = (code) =>
  execFileSync(process.execPath, ['--input-type=module', '--eval', code], { encoding: 'utf8' });

const calls = `
  AppizerWeb.trackEvent('plan_chosen');
  AppizerWeb.init({ appId: 'demo' });
  AppizerWeb.trackEvent('plan_chosen', { plan: 'pro' });
  AppizerWeb.setUserId('user_1');
  AppizerWeb.setUserProperties({ plan: 'pro' });
  AppizerWeb.setConsent('granted');
  AppizerWeb.getUserId();
  AppizerWeb.reset();
  AppizerWeb.create({ appId: 'demo' }).trackEvent('plan_chosen');
  AppizerWeb.create().trackEvent('plan_chosen');
  await AppizerWeb.flush();
  AppizerWeb.shutdown();
  AppizerWeb.trackEvent('plan_chosen');`;

for (const file of ['index.mjs', 'index.cjs', 'wasm.mjs']) {
  test(`${file}: neither clock, nor chance, nor network, nor timers are used`, () => {
    // Before the import, as the SDK keeps what it finds. Some frameworks only take note of the calls: so does this.
    const printed = run(`
      const used = [];
      for (const [owner, name] of [
        [Date, 'now'], [Math, 'random'], [performance, 'now'], [crypto, 'getRandomValues'], [crypto, 'randomUUID'],
        [globalThis, 'fetch'], [globalThis, 'setTimeout'], [globalThis, 'queueMicrotask'],
      ]) {
        const before = owner[name];
        const value = (...given) => { used.push(name); return before.apply(owner, given); };
        Object.defineProperty(owner, name, { value, configurable: true, writable: true });
      }
      const all = await import('${dist}${file}');
      const AppizerWeb = all.AppizerWeb ?? all.default?.AppizerWeb ?? all.fromWasm(() => { used.push('the module'); });
      // Node's own loader has used some.
      used.length = 0;
      ${calls}
      console.log(JSON.stringify(used));`);
    assert.deepEqual(JSON.parse(printed), []);
  });
}

test('debug says that there is no page once, however many pages are rendered', () => {
  const printed = run(`
    const { AppizerWeb } = await import('${dist}index.mjs');
    for (let i = 0; i < 5; ++i) AppizerWeb.init({ appId: 'demo', debug: true });
    AppizerWeb.create({ appId: 'demo', debug: true });
    await new Promise((resolve) => setTimeout(resolve, 200));`);
  assert.equal(printed.match(/there is no page/g)?.length, 1);
});
