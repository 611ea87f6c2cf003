import { AppizerWeb } from 'appizer-web';
import { createWorld } from 'appizer-web/testing';
import { expect, test } from 'vitest';

test('a purchase is recorded', () => {
  const world = createWorld();
  const analytics = AppizerWeb.create({ appId: 'demo', host: world.host });
  analytics.trackEvent('purchase_completed', { amount: 30 });
  world.advance(5000);
  expect(world.events().map(({ event_name }) => event_name)).toEqual(['purchase_completed']);
});
