/** Which parts of URLs and which bots are recorded: over the real module, with simulated time. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AppizerWeb } from '../../dist/index.mjs';
import { createWorld } from '../../dist/testing.mjs';

const SECRET =
  'https://shop.example/jane@mail.example/cart?token=s3cret&q=shoes#access_token=s3cret';

/** @param {object} [options] */
function visit(options = {}) {
  const world = createWorld({ url: SECRET, referrer: 'https://other.example/?code=s3cret' });
  const autoEvents = { outboundLinks: true };
  AppizerWeb.create({ appId: 'demo', host: world.host, autoEvents, ...options });
  world.advance(1000);
  world.navigate('/next?email=jane@mail.example&page=2', { title: 'Next' });
  world.advance(1000);
  world.click('https://user:s3cret@other.example/?session=s3cret');
  world.advance(5000);
  return world;
}

/** @param {ReturnType<typeof visit>} world */
const urls = (world) =>
  world.events().map(({ properties: { url, page, referrer } }) => [url, page, referrer]);

test('no secret in a URL leaves the page', () => {
  const world = visit();
  assert.deepEqual(urls(world), [
    [
      'https://shop.example/REDACTED/cart?token=REDACTED&q=shoes#access_token=REDACTED',
      '/REDACTED/cart',
      'https://other.example/?code=REDACTED',
    ],
    [
      'https://shop.example/REDACTED/cart?token=REDACTED&q=shoes#access_token=REDACTED',
      '/REDACTED/cart',
      undefined,
    ],
    [
      'https://shop.example/next?email=REDACTED&page=2',
      '/next',
      'https://shop.example/REDACTED/cart?token=REDACTED&q=shoes#access_token=REDACTED',
    ],
    ['https://other.example/?session=REDACTED', '/next', undefined],
  ]);
  const stored = world.storage?.keys().map((key) => world.storage?.getItem(key));
  assert.doesNotMatch(JSON.stringify([world.requests, stored]), /s3cret|jane/);
});

test('a site can name more', () => {
  const world = visit({ redactParameters: ['q'] });
  assert.match(JSON.stringify(world.requests), /q=REDACTED#/);
});

test('a function of the site takes the place of our own rule, for every URL', () => {
  /** @type {string[]} */
  const seen = [];
  const world = visit({
    sanitizeUrl: (/** @type {string} */ url) => {
      seen.push(url);
      return `${url.split('?')[0]}?token=kept`;
    },
  });
  assert.deepEqual(urls(world), [
    [
      'https://shop.example/jane@mail.example/cart?token=kept',
      '/jane@mail.example/cart',
      'https://other.example/?token=kept',
    ],
    [
      'https://shop.example/jane@mail.example/cart?token=kept',
      '/jane@mail.example/cart',
      undefined,
    ],
    [
      'https://shop.example/next?token=kept',
      '/next',
      'https://shop.example/jane@mail.example/cart?token=kept',
    ],
    // User names and passwords are never sent, whatever the site's function returns.
    ['https://other.example/?token=kept', '/next', undefined],
  ]);
  assert.ok(seen.includes(SECRET));
});

test('where that function fails our own rule counts', () => {
  const expected = urls(visit());
  for (const sanitizeUrl of [
    () => {
      throw new Error('page');
    },
    () => undefined,
    async () => 'https://shop.example/',
    'no function',
  ]) {
    assert.deepEqual(urls(visit({ sanitizeUrl })), expected);
  }
});

test('events of a bot carry $bot, or are not recorded', () => {
  /** @param {object} options */
  const run = (options) => {
    const world = createWorld();
    world.host.webdriver = true;
    const app = AppizerWeb.create({
      appId: 'demo',
      host: world.host,
      autoEvents: true,
      ...options,
    });
    app.setConsent('granted');
    app.setUserId('user_1');
    app.trackEvent('plan_opened', { $bot: false });
    world.advance(10_000);
    return world;
  };
  const marks = (/** @type {object} */ options) =>
    run(options)
      .events()
      .map(({ properties }) => properties.$bot);
  assert.deepEqual(marks({}), [true, true]);
  assert.deepEqual(marks({ bots: 'mark' }), [true, true]);
  assert.deepEqual(marks({ bots: 'keep' }), [undefined, undefined]);

  const dropped = run({ bots: 'drop', rememberConsent: true });
  assert.deepEqual(dropped.requests, []);
  assert.deepEqual(dropped.storage?.keys(), []);
  assert.ok(dropped.isIdle());
});
