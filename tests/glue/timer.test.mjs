/** The one timer: set when it is wanted at another time than it is set for, and only then. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AppizerWeb } from '../../dist/index.mjs';
import { createWorld } from '../../dist/testing.mjs';

function open() {
  const world = createWorld();
  /** @type {number[]} */
  const set = [];
  const { timer } = world.host;
  world.host.timer = (delay, call) => {
    set.push(delay);
    return timer(delay, call);
  };
  return { world, set, app: AppizerWeb.create({ appId: 'demo', host: world.host }) };
}

test('events that go out together need one timer', () => {
  const { world, set, app } = open();
  set.length = 0;
  for (let i = 0; i < 5; ++i) {
    app.trackEvent(`event_${i}`);
    world.advance(10);
  }
  assert.deepEqual(set, [800], 'set once, for the request');
  world.advance(1000);
  assert.equal(world.requests.length, 1);
  assert.equal(world.events().length, 5);
  assert.ok(world.isIdle());
});

test('a timer that has fired is set again', () => {
  const { world, app } = open();
  world.failNext(500, 3);
  app.trackEvent('tried');
  world.advance(60_000);
  assert.equal(world.requests.length, 4);
  assert.equal(world.events().length, 1);
  assert.ok(world.isIdle());
});
