// Jest with jsdom as it comes: no TextEncoder, no Request, no fetch.
const { AppizerWeb } = require('appizer-web');
const { createWorld } = require('appizer-web/testing');

test('a chosen plan is tracked', () => {
  expect(typeof TextEncoder).toBe('undefined');
  const world = createWorld();
  const analytics = AppizerWeb.create({ appId: 'test', host: world.host });
  analytics.trackEvent('plan_chosen', { plan: 'prémium' });
  world.advance(5000);
  expect(world.events().map(({ event_name, properties }) => [event_name, properties.plan])).toEqual(
    [['plan_chosen', 'prémium']],
  );
});

test('the page’s own client starts, and knows its visitor', async () => {
  AppizerWeb.init({ appId: 'test', apiBase: 'http://127.0.0.1:9', autoEvents: true });
  AppizerWeb.trackEvent('plan_chosen');
  // Without fetch, the stand-in for it is loaded first.
  while (!AppizerWeb.getUserId()) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(AppizerWeb.getUserId()).toMatch(/^[0-9a-f-]{36}$/);
  const kept = Object.keys(localStorage).map((key) => localStorage.getItem(key));
  expect(kept.some((text) => text.includes('plan_chosen'))).toBe(true);
  AppizerWeb.shutdown();
});
