/** How few requests a visit makes with `flushInterval`. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AppizerWeb } from '../../dist/index.mjs';
import { createWorld } from '../../dist/testing.mjs';

const pages = 5;

/**
 * A visit of five pages with a page view and an event each.
 *
 * @param {number} flushInterval
 */
async function visit(flushInterval) {
  /** @type {import('../../dist/testing.mjs').World | undefined} */
  let before;
  let requests = 0;
  /** @type {string[]} */
  const ids = [];
  for (let i = 0; i < pages; ++i) {
    const world = createWorld({
      url: `https://shop.example/${i}`,
      ...(before ? { storage: before.storage, now: before.host.wall() + 300 } : {}),
    });
    const app = AppizerWeb.create({
      appId: 'demo',
      host: world.host,
      flushInterval,
      autoEvents: { pageLeave: false },
    });
    world.advance(8000);
    app.trackEvent('add_to_cart');
    world.advance(5000);
    await world.leave();
    world.advance(1000);
    requests += world.requests.length;
    for (const { properties } of world.events()) ids.push(String(properties.$event_id));
    before = world;
  }
  return { requests, events: new Set(ids).size, copies: ids.length };
}

test('a visit of five pages makes at most six requests at an interval of 30 s, and loses nothing', async () => {
  const { requests, events, copies } = await visit(30_000);
  assert.equal(events, 2 * pages);
  assert.equal(copies, 2 * pages);
  assert.ok(requests <= 6, `${requests} requests`);
});

test('without an interval each event is sent soon', async () => {
  const { requests, events } = await visit(0);
  assert.equal(events, 2 * pages);
  assert.ok(requests > 6, `${requests} requests`);
});
