/** A trace is bounded: what came first is kept, what comes when it is full is counted. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
// Before the package itself.
import { trace } from '../../dist/trace.mjs';

const { AppizerWeb } = await import('../../dist/index.mjs');
const { createWorld, replay } = await import('../../dist/testing.mjs');

test('what a page does when the trace is full is counted, and what is kept can be replayed', async () => {
  const world = createWorld({ seed: 4 });
  const app = AppizerWeb.create({ appId: 'demo', host: world.host });
  const note = 'n'.repeat(15_000);
  let sent = 0;
  while (trace().lost < 100) {
    app.trackEvent('note_written', { note });
    world.advance(1000);
    assert.ok(++sent < 1000);
  }
  app.trackEvent('last_one');
  world.advance(10_000);
  assert.equal(world.events().at(-1)?.event_name, 'last_one', 'the client goes on');

  const text = await trace().save();
  assert.ok(text.length < 12_000_000, String(text.length));
  const [{ lost, steps, unlike }] = JSON.parse(text).clients;
  assert.equal(lost, trace().lost);
  assert.equal(steps.length, trace().steps);
  assert.deepEqual(unlike, []);
  assert.ok(!text.includes('last_one'));
  assert.deepEqual((await replay(text)).differences, []);
});
