/**
 * How a site tests its own tracking. In `appizer-web/testing` time passes only with `advance`, and the simulated server
 * accepts everything unless `failNext` says otherwise. Run it with `node --test examples/testing`.
 */
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { AppizerWeb } from 'appizer-web';
import { createWorld } from 'appizer-web/testing';
import { createTracking } from './tracking.mjs';

const coffee = { id: 'coffee', price: 9.9, quantity: 2 };
const cup = { id: 'cup', price: 12.5, quantity: 1 };

/** @type {import('appizer-web/testing').World} */
let world;
/** @type {ReturnType<typeof createTracking>} */
let tracking;
/** @type {import('appizer-web').Appizer} */
let analytics;

/** A page of the shop. Pages with the same `storage` belong to one visitor. @param {object} [options] */
function openPage(options = {}) {
  world = createWorld({ url: 'https://shop.example/', title: 'Shop', ...options });
  analytics = AppizerWeb.create({ appId: 'shop', autoEvents: true, host: world.host });
  tracking = createTracking(analytics);
}

/** The names of what has arrived. */
const names = () => world.events().map(({ event_name }) => event_name);

beforeEach(() => openPage());

test('a purchase is recorded with its amount', () => {
  tracking.purchased([coffee, cup], 'EUR');
  world.advance(1000);
  const event = world.events().find(({ event_name }) => event_name === 'purchase_completed');
  const { amount, currency, product_ids } = event?.properties ?? {};
  assert.deepEqual(
    { amount, currency, product_ids },
    { amount: 32.3, currency: 'EUR', product_ids: ['coffee', 'cup'] },
  );
});

test('each page of the shop counts once, with its title', () => {
  world.advance(1000);
  world.navigate('/coffee?color=red', { title: 'Coffee' });
  world.advance(1000);
  world.navigate('/coffee?color=blue');
  world.advance(10_000);
  assert.deepEqual(
    world
      .events()
      .filter(({ event_name }) => event_name === 'page_view')
      .map(({ properties }) => [properties.page, properties.title]),
    [
      ['/', 'Shop'],
      ['/coffee', 'Coffee'],
    ],
  );
});

test('what a visitor did before logging in belongs to the user', () => {
  tracking.addedToCart(coffee);
  const anonymous = analytics.getUserId();
  tracking.userChanged({ id: 'user_123' });
  tracking.purchased([coffee], 'EUR');
  world.advance(10_000);
  assert.deepEqual(
    world
      .events()
      .flatMap(({ event_name, user_id }) =>
        event_name === 'page_view' ? [] : [[event_name, user_id]],
      ),
    [
      ['product_added', anonymous],
      ['purchase_completed', 'user_123'],
    ],
  );
  const alias = world.requests.find(({ path }) => path === '/v1/users/aliases');
  assert.equal(alias?.body.alias_id, anonymous);
});

test('logging out begins another visitor', () => {
  tracking.userChanged({ id: 'user_123' });
  tracking.userChanged(undefined);
  assert.notEqual(analytics.getUserId(), 'user_123');
});

test('a purchase outlives a server in trouble, and is counted once', () => {
  world.advance(1000);
  world.failNext(503, 3);
  tracking.purchased([cup], 'EUR');
  world.advance(3_600_000);
  assert.equal(names().filter((name) => name === 'purchase_completed').length, 1);
  assert.equal(world.requests.filter(({ status }) => status === 503).length, 3);
  assert.ok(world.isIdle());
});

test('a purchase made offline is sent by the next page', async () => {
  world.setOnline(false);
  tracking.purchased([cup], 'EUR');
  await world.leave();
  assert.equal(world.requests.length, 0);
  openPage({ storage: world.storage, now: world.host.wall() + 60_000 });
  world.advance(60_000);
  assert.ok(names().includes('purchase_completed'));
});
