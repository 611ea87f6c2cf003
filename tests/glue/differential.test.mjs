/**
 * The module and its translation to JavaScript are one core: fed with the same, they ask their hosts for the
 * same, in the same order, to the last byte. What they are fed with is drawn from a seed, which a failure names.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AppizerWeb, memoryStorage } from '../../dist/index.mjs';
import { createWorld } from '../../dist/testing.mjs';
import { ran, useFallback } from './on-fallback.mjs';

const SEEDS = 80;
const STEPS = 60;

/** mulberry32. @param {number} seed */
function generator(seed) {
  let state = seed;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    /** @param {number} most */
    below: (most) => Math.floor(next() * most),
    /** @template T @param {readonly T[]} all @returns {T} */
    pick: (all) => /** @type {T} */ (all[Math.floor(next() * all.length)]),
  };
}

/** @typedef {ReturnType<typeof generator>} Rng */
/** @typedef {ReturnType<typeof start>} Side */

const numbers = [0, -0, 1, -1, 0.1, 1e21, 5e-324, 1.7976931348623157e308, 2 ** 53, -123.456, 29.99];
const texts = [
  '',
  'a',
  'ü',
  '\u0000',
  '"\\',
  '\ud800',
  '😀'.repeat(20),
  'x'.repeat(20_000),
  '\u2028',
];
const urls = [
  '/',
  '/plans?utm_source=news&utm_medium=e%20mail&gclid=x',
  '/reset?token=s3cret&email=a@example.com#/inbox',
  'https://user:pw@other.example/a.pdf?code=1',
  '/ü/%zz?a=b@c.de',
];

/** @param {Rng} rng @param {number} [depth] @returns {any} */
function value(rng, depth = 0) {
  switch (rng.below(depth > 4 ? 4 : 7)) {
    case 0:
      return rng.pick(numbers);
    case 1:
      return rng.pick(texts);
    case 2:
      return rng.pick([true, false, null, 10n, undefined]);
    case 3:
      return rng.below(1e9) / 1000;
    case 4:
      return Array.from({ length: rng.below(6) }, () => value(rng, depth + 1));
    default:
      return Object.fromEntries(
        Array.from({ length: rng.below(6) }, () => [
          rng.pick(['amount', '$lib', 'a b', 'ü', 'nested', 'currency']),
          value(rng, depth + 1),
        ]),
      );
  }
}

// A form as the glue describes it (`Facts` and `Field` in the core).
const form = (/** @type {Rng} */ rng) =>
  [
    'signup',
    'sign up',
    'https://example.com/join?token=1',
    'post',
    rng.pick(['', 'true', 'false']),
    rng.pick(['', 'other']),
    'https://example.com/plans?code=2',
    'email',
    'email',
    'email',
    'email|email',
    'e-mail',
    '',
    '',
    'text',
    'tel',
    '',
    'tel|phone',
    'phone number',
    rng.pick(['', 'phone', 'bad key']),
    rng.pick(['', '1']),
    'text',
    'card',
    'cc-number',
    'card|card',
    'card number',
    'card',
    '',
  ].join('\0');

/** One step, drawn once and done to both. @type {((rng: Rng) => (side: Side) => unknown)[]} */
const steps = [
  (rng) => {
    const name = rng.pick(['plan_chosen', 'Plan Chosen', '', 'x'.repeat(300), 'event1']);
    const properties = value(rng);
    return ({ app }) => app.trackEvent(name, properties);
  },
  (rng) => {
    const many = rng.below(150);
    return ({ app }) => {
      for (let i = 0; i < many; ++i) app.trackEvent('step_done', { i });
    };
  },
  (rng) => {
    const id = rng.pick(['user_1', 'user_2', 42, 'undefined', '', 'x'.repeat(300)]);
    return ({ app }) => app.setUserId(id);
  },
  (rng) => {
    const properties = value(rng);
    return ({ app }) => app.setUserProperties(properties);
  },
  () =>
    ({ app }) =>
      app.reset(),
  (rng) => {
    const state = rng.pick(/** @type {const} */ (['granted', 'granted', 'denied', 'pending']));
    return ({ app }) => app.setConsent(state);
  },
  () =>
    ({ app }) =>
      void app.flush(),
  (rng) => {
    const url = rng.pick(urls);
    return ({ world }) => world.navigate(url, { title: url });
  },
  (rng) => {
    const url = rng.pick(urls);
    const button = rng.below(3);
    return ({ world }) => world.click(url, { button });
  },
  (rng) => {
    const is = rng.below(2) === 1;
    return ({ world }) => world.setVisible(is);
  },
  (rng) => {
    const is = rng.below(3) > 0;
    return ({ world }) => world.setOnline(is);
  },
  (rng) => {
    const status = rng.pick([0, 200, 302, 400, 401, 413, 429, 500, 503]);
    const failure = {
      retryAfter: rng.below(100),
      delay: rng.below(40_000),
      body: { details: { retry_after: 2 } },
    };
    return ({ world }) => world.failNext(status, 2, failure);
  },
  (rng) => {
    const percent = rng.below(100);
    return ({ world }) => world.scroll(percent);
  },
  (rng) => {
    const millis = rng.pick([0, 1, 500, 3000, 40_000, 3_600_000]);
    return ({ world }) => world.advance(millis);
  },
  (rng) => {
    const facts = form(rng);
    const id = 1 + rng.below(5);
    const values = ['a@example.com', '+49 89 123456', '4111 1111 1111 1111'].join('\0');
    return ({ events }) => {
      events()?.form(1, id, 0, facts);
      events()?.form(2, id, 0, values);
      events()?.form(3, id, 3, '');
    };
  },
  () =>
    ({ world }) => {
      world.leave();
      world.comeBack();
    },
];

/** A client and all that it asks its host for. @param {boolean} onFallback @param {number} seed @param {object} options */
function start(onFallback, seed, options) {
  /** @type {unknown[][]} */
  const asked = [];
  const entropy = generator(seed);
  const storage = memoryStorage();
  /** @param {object} target @returns {any} */
  const recorded = (target) =>
    Object.fromEntries(
      Object.entries(target).map(([name, one]) => [
        name,
        typeof one !== 'function'
          ? one
          : (/** @type {any[]} */ ...given) => {
              const plain = given.filter(
                (each) => typeof each !== 'function' && !(each instanceof Uint8Array),
              );
              asked.push([name, ...plain]);
              return one(...given);
            },
      ]),
    );
  const world = createWorld({ storage: recorded(storage) });
  /** @type {any} */
  let events;
  const { monotonic, wall, watch, listen, ...rest } = world.host;
  const host = {
    ...recorded(rest),
    monotonic,
    wall,
    listen: (/** @type {any} */ heard) => {
      events = heard;
      return listen?.(heard);
    },
    watch: (
      /** @type {number} */ what,
      /** @type {any} */ heard,
      /** @type {(url: string) => string} */ sanitized,
    ) => {
      asked.push(['watch', what]);
      return watch?.(what, heard, sanitized);
    },
    forms: recorded({ values() {}, check() {}, flush() {} }),
    random: (/** @type {Uint8Array} */ bytes) => {
      for (let i = 0; i < bytes.length; ++i) bytes[i] = entropy.below(256);
    },
  };
  useFallback(onFallback);
  const app = AppizerWeb.create({ appId: 'demo', debug: true, host, ...options });
  useFallback(false);
  return { app, world, asked, events: () => events };
}

test('a client runs on the core that it is meant to run on', () => {
  const before = ran();
  start(false, 1, {});
  assert.equal(ran(), before);
  start(true, 1, {});
  assert.equal(ran(), before + 1);
});

test('the module and the fallback do the same', () => {
  const before = ran();
  let asked = 0;
  for (let seed = 1; seed <= SEEDS; ++seed) {
    const rng = generator(seed);
    const options = {
      autoEvents: rng.pick([
        false,
        true,
        { sessionStart: true, outboundLinks: true, downloads: true },
      ]),
      autoHook: rng.pick([false, true, { starts: true }]),
      consent: rng.pick(['granted', 'granted', 'pending']),
      confirmUnload: rng.below(2) === 1,
      maxQueueEvents: rng.pick([50, 20_000]),
    };
    const sides = [false, true].map((onFallback) => start(onFallback, seed, options));
    const [one, two] = /** @type {[Side, Side]} */ (sides);
    for (let i = 0; i < STEPS; ++i) {
      const step = rng.pick(steps)(rng);
      for (const side of sides) step(side);
      assert.deepEqual(two.asked, one.asked, `seed ${seed}, step ${i}`);
      assert.equal(two.app.getUserId(), one.app.getUserId(), `seed ${seed}, step ${i}`);
      asked += one.asked.length;
      one.asked.length = two.asked.length = 0;
    }
  }
  assert.equal(ran() - before, SEEDS, 'each seed ran on the fallback too');
  assert.ok(asked > SEEDS * STEPS, `${asked} things asked for`);
});
