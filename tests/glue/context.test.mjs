/** What `getContext` says, for servers that record events of the same visit. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AppizerWeb } from '../../dist/index.mjs';
import { createWorld } from '../../dist/testing.mjs';

const none = { userId: undefined, sessionId: undefined, viewId: undefined };

test('it is what the next event says', () => {
  const world = createWorld({ url: 'https://example.com/shop' });
  const app = AppizerWeb.create({ appId: 'demo', host: world.host, autoEvents: true });
  app.trackEvent('first_done');
  const context = app.getContext();
  app.trackEvent('second_done');
  app.setUserId('user 1');
  assert.equal(app.getContext().userId, 'user 1');
  world.advance(5000); // the first view counts
  world.navigate('/cart');
  world.advance(1000);
  const later = app.getContext();
  app.trackEvent('third_done');
  world.advance(60_000);
  const of = (/** @type {string} */ name) =>
    world.events().find(({ event_name }) => event_name === name);
  const second = of('second_done');
  assert.deepEqual(context, {
    userId: second?.user_id,
    sessionId: second?.properties.$session_id,
    viewId: second?.properties.$view_id,
  });
  const third = of('third_done');
  assert.equal(later.viewId, third?.properties.$view_id);
  assert.equal(later.sessionId, context.sessionId);
  assert.notEqual(later.viewId, context.viewId);
  app.shutdown();
});

test('a session that has ended has no id', () => {
  const world = createWorld();
  const app = AppizerWeb.create({ appId: 'demo', host: world.host, sessionTimeout: 60 });
  app.trackEvent('first_done');
  assert.ok(app.getContext().sessionId);
  world.advance(61_000);
  const { userId, sessionId, viewId } = app.getContext();
  assert.ok(userId);
  assert.equal(sessionId, undefined);
  assert.equal(viewId, undefined);
  app.shutdown();
});

test('without a client or without consent there is none', () => {
  const world = createWorld();
  const app = AppizerWeb.create();
  assert.deepEqual(app.getContext(), none);
  app.init({ appId: 'demo', host: world.host, consent: 'pending' });
  app.trackEvent('first_done');
  assert.deepEqual(app.getContext(), none);
  app.setConsent('granted');
  assert.ok(app.getContext().userId);
  app.setConsent('denied');
  assert.deepEqual(app.getContext(), none);
  app.shutdown();
  assert.deepEqual(app.getContext(), none);
});
