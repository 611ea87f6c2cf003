/** Every public method, in any order, any number of times, with any argument: it never throws. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AppizerWeb } from '../../dist/index.mjs';
import { createWorld } from '../../dist/testing.mjs';

class Hostile {
  get appId() {
    throw new Error('appId');
  }
}

/** @type {any[]} */
const anything = [
  undefined,
  null,
  true,
  false,
  0,
  -1,
  1.5,
  Number.NaN,
  Infinity,
  10n,
  '',
  ' ',
  '\0',
  'text',
  'undefined',
  '[object Object]',
  'x'.repeat(100_000),
  '\ud800',
  Symbol('s'),
  () => {},
  () => {
    throw new Error('called');
  },
  {},
  [],
  { appId: '' },
  { appId: 5 },
  { appId: 'demo' },
  new Hostile(),
  new Proxy(
    {},
    {
      get() {
        throw new Error('get');
      },
    },
  ),
  new Map([['a', 1]]),
  new Date(Number.NaN),
  new Error('e'),
  Object.create(null),
  globalThis,
];

test('no method throws, whatever it is given and whenever', async () => {
  /** @type {((app: any, a: any, b: any) => unknown)[]} */
  const methods = [
    (app, a) => app.init(a),
    (app, a, b) => app.trackEvent(a, b),
    (app, a) => app.setUserId(a),
    (app) => app.flush(),
    (app) => app.create(),
  ];
  for (const started of [false, true]) {
    const world = createWorld();
    const app = AppizerWeb.create();
    if (started) app.init({ appId: 'demo', host: world.host, debug: true });
    for (const method of methods) {
      for (const a of anything) {
        for (const b of method.length > 2 ? anything : [undefined]) method(app, a, b);
      }
    }
    world.advance(3_600_000);
    if (started) {
      app.trackEvent('alive');
      world.advance(3_600_000);
      assert.equal(world.events().at(-1)?.event_name, 'alive');
    }
  }
});

test('methods work when taken off the object', () => {
  const world = createWorld();
  const { init, trackEvent } = AppizerWeb.create();
  init({ appId: 'demo', host: world.host });
  trackEvent('loose');
  world.advance(1000);
  assert.equal(world.events().length, 1);
});

/**
 * What debug said, once it has: the sentences are loaded when they are first needed.
 *
 * @param {import('../../dist/testing.mjs').World} world
 */
async function said(world) {
  await import('../../dist/sentences.mjs');
  for (let turns = 0; turns < 100; ++turns) await null;
  return world.log.join('\n');
}

/** @type {[string, (app: import('../../dist/index.mjs').Appizer, world: import('../../dist/testing.mjs').World) => void, RegExp][]} */
const sentences = [
  ['a blank name', (app) => app.trackEvent(' '), /needs a name that is not blank/],
  ['no name', (app) => app.trackEvent(/** @type {any} */ (undefined)), /needs a name/],
  [
    'a name that is not snake_case',
    (app) => app.trackEvent('Purchase Completed'),
    /"Purchase Completed" is not snake_case/,
  ],
  [
    'a name that says nothing',
    (app) => app.trackEvent('event1'),
    /"event1" does not say what happened/,
  ],
  [
    'properties that are none',
    (app) => app.trackEvent('x_done', /** @type {any} */ ('text')),
    /"x_done" are not an object/,
  ],
  [
    'a reserved property',
    (app) => app.trackEvent('x_done', { $lib: 1 }),
    /"\$lib" belongs to the SDK/,
  ],
  [
    'a property that is cut',
    (app) => app.trackEvent('x_done', { a: 'x'.repeat(20_000) }),
    /"a" is too large/,
  ],
  ['a long name', (app) => app.trackEvent('x'.repeat(300)), /longer than 255 bytes/],
  [
    'a user id that is none',
    (app) => app.setUserId('undefined'),
    /setUserId was given "undefined"/,
  ],
  [
    'a user id of the wrong type',
    (app) => app.setUserId(/** @type {any} */ ({})),
    /setUserId was given \{\}/,
  ],
  [
    'a second init',
    (app, world) => app.init({ appId: 'other', host: world.host }),
    /init was called again/,
  ],
];

for (const [name, mistake, sentence] of sentences) {
  test(`debug says what is wrong: ${name}`, async () => {
    const world = createWorld();
    const app = AppizerWeb.create({ appId: 'demo', host: world.host, debug: true });
    mistake(app, world);
    world.advance(0);
    assert.match(await said(world), sentence);
  });
}

/** @type {[string, any, RegExp][]} */
const starts = [
  ['no app id', { debug: true }, /init needs an appId/],
  [
    'an unknown option',
    { appId: 'demo', apId: 'x', debug: true },
    /does not know the option "apId"/,
  ],
  [
    'an option of the wrong type',
    { appId: 'demo', maxQueueEvents: 'x', debug: true },
    /"maxQueueEvents" has a value of the wrong type/,
  ],
];

for (const [name, options, sentence] of starts) {
  test(`debug says what is wrong: ${name}`, async () => {
    const world = createWorld();
    AppizerWeb.create({ ...options, host: world.host });
    world.advance(0);
    assert.match(await said(world), sentence);
  });
}

test('without debug there are no hints', async () => {
  const world = createWorld();
  const app = AppizerWeb.create({ appId: 'demo', host: world.host });
  app.trackEvent('');
  app.setUserId('null');
  world.advance(1000);
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.deepEqual(world.log, []);
});
