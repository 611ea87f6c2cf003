/** What followConsent does where banners are missing, malformed, hostile or several. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { followConsent } from '../../dist/consent.mjs';
import { waitFor } from '../browser/harness/wait.mjs';
import { openPage } from './page.mjs';
import { standIns } from './stand_ins.mjs';

/** @type {import('./page.mjs').Page} */
let page;
/** @type {() => void} */
let stop = () => {};
beforeEach(() => {
  page = openPage();
});
afterEach(() => {
  stop();
  page.close();
});

const pause = (milliseconds = 300) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** @param {Parameters<typeof followConsent>[1]} options */
const follow = (options) => {
  stop = followConsent(page.client, { onUnknown: page.onUnknown, ...options });
};
/** @param {string} name */
const load = (name, /** @type {boolean | undefined} */ before = undefined) =>
  /** @type {any} */ (standIns[name]).load(page, before);

test('on a server it does nothing', () => {
  page.close();
  followConsent(page.client, { from: 'auto' })();
  assert.deepEqual(page.decisions, []);
});

test('a client that throws, a hook that throws and an unknown name harm nobody', () => {
  load('OneTrust', true);
  const broken = () => {
    throw new Error('broken');
  };
  followConsent({ setConsent: broken }, { from: 'onetrust', onUnknown: broken })();
  followConsent(page.client, { from: /** @type {any} */ ('none'), onUnknown: broken })();
  follow({ from: /** @type {any} */ ('none') });
  assert.match(String(page.reasons), /no banner "none"/);
});

test('a banner that never comes is reported once, and consent stays pending', async (t) => {
  // The file keeps the timers that it found, so a fresh copy of it finds these.
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const url = new URL('../../dist/consent.mjs?timers', import.meta.url).href;
  const { followConsent } = await import(url);
  stop = followConsent(page.client, { onUnknown: page.onUnknown });
  t.mock.timers.tick(9_999);
  assert.deepEqual(page.reasons, []);
  for (let i = 0; i < 100; ++i) t.mock.timers.tick(1000);
  assert.equal(page.reasons.length, 1);
  assert.match(String(page.reasons), /no consent banner .* 10 seconds/);
  assert.deepEqual(page.decisions, []);
  load('Osano', true);
  t.mock.timers.tick(1000);
  assert.deepEqual(page.decisions, ['granted']);
});

describe('answers that mean nothing are reported, and decide nothing', () => {
  const broken = () => {
    throw new Error('broken');
  };
  /** @type {Record<string, [from: string, make: (page: import('./page.mjs').Page) => void]>} */
  const malformed = {
    'TCF without success': [
      'tcf',
      ({ window }) => {
        window.__tcfapi = (/** @type {any} */ _, /** @type {any} */ __, /** @type {any} */ call) =>
          call(null, false);
      },
    ],
    'TCF without purposes': [
      'tcf',
      ({ window }) => {
        window.__tcfapi = (/** @type {any} */ _, /** @type {any} */ __, /** @type {any} */ call) =>
          call({ eventStatus: 'tcloaded' }, true);
      },
    ],
    'gtag with another word': [
      'gtag',
      ({ window }) => {
        window.dataLayer = [null, 5, ['consent', 'update', { analytics_storage: 'maybe' }]];
      },
    ],
    'OneTrust with a number': ['onetrust', ({ fire }) => fire('OneTrustGroupsUpdated', 5)],
    'Cookiebot without categories': [
      'cookiebot',
      ({ window, fire }) => {
        window.Cookiebot = {};
        fire('CookiebotOnConsentReady');
      },
    ],
    'Usercentrics without the service': [
      'usercentrics',
      ({ fire }) => fire('UC_CONSENT', { consent: { type: 'EXPLICIT' }, services: {} }),
    ],
    'Usercentrics that rejects': [
      'usercentrics',
      ({ window }) => {
        window.__ucCmp = { getConsentDetails: () => Promise.reject(new Error('broken')) };
      },
    ],
    'Didomi without the purpose': [
      'didomi',
      ({ window }) => {
        const didomi = {
          on() {},
          shouldUserStatusBeCollected: () => false,
          getCurrentUserStatus: () => ({}),
        };
        window.didomiOnReady = { push: (/** @type {any} */ call) => call(didomi) };
      },
    ],
    'CookieYes with lists of nothing': [
      'cookieyes',
      ({ fireOnDocument }) => fireOnDocument('cookieyes_consent_update', { accepted: 5 }),
    ],
    'Klaro without the service': [
      'klaro',
      ({ window }) => {
        const manager = { confirmed: true, consents: {}, watch() {}, unwatch() {} };
        window.klaro = { getManager: () => manager };
      },
    ],
    'Osano with another word': [
      'osano',
      ({ window }) => {
        const addEventListener = (/** @type {any} */ _, /** @type {any} */ call) =>
          call({ ANALYTICS: 'MAYBE' });
        window.Osano = { cm: { addEventListener, removeEventListener: broken } };
      },
    ],
  };
  for (const [name, [from, make]] of Object.entries(malformed)) {
    test(name, async () => {
      // Once before, and once after.
      for (const early of [true, false]) {
        const before = page.reasons.length;
        if (early) make(page);
        follow({ from: /** @type {any} */ (from) });
        if (early && page.reasons.length === before) await pause(50);
        make(page);
        await waitFor(() => page.reasons.length > before, { what: name });
        stop();
        page.close();
        const { reasons, decisions } = page;
        page = openPage();
        assert.deepEqual(decisions, []);
        page.reasons.push(...reasons);
      }
    });
  }

  test('APIs that throw', async () => {
    Object.assign(page.window, {
      __tcfapi: broken,
      getCkyConsent: broken,
      klaro: { getManager: broken },
      UC_UI: { isInitialized: broken },
      __ucCmp: { getConsentDetails: broken },
      Osano: { cm: { addEventListener: broken } },
      OnetrustActiveGroups: ',C0001,',
      OneTrust: { IsAlertBoxClosed: broken },
      Cookiebot: {
        get hasResponse() {
          return broken();
        },
      },
    });
    follow({ from: 'auto' });
    await pause(150);
    assert.deepEqual(page.decisions, []);
  });
});

describe('TCF', () => {
  /** @param {object} data */
  const api = (data) => {
    page.window.__tcfapi = (/** @type {any} */ _, /** @type {any} */ __, /** @type {any} */ call) =>
      call({ eventStatus: 'tcloaded', gdprApplies: true, ...data }, true);
  };

  test('all purposes asked for, and the vendor, must be consented to', () => {
    api({ purpose: { consents: { 1: true, 8: true } }, vendor: { consents: { 7: true } } });
    for (const [options, decision] of /** @type {const} */ ([
      [{}, 'granted'],
      [{ purposes: [1] }, 'granted'],
      [{ purposes: [1, 8, 10] }, 'denied'],
      [{ vendor: 7 }, 'granted'],
      [{ vendor: 8 }, 'denied'],
    ])) {
      follow({ from: 'tcf', ...options });
      stop();
      assert.equal(page.decisions.at(-1), decision, JSON.stringify(options));
    }
  });

  test('where the GDPR does not apply it is granted, unless the browser signals otherwise', () => {
    api({ gdprApplies: false });
    const before = Object.getOwnPropertyDescriptor(globalThis, 'navigator');
    for (const [signal, decision] of /** @type {const} */ ([
      [undefined, 'granted'],
      [true, 'denied'],
    ])) {
      const value = { globalPrivacyControl: signal };
      Object.defineProperty(globalThis, 'navigator', { value, configurable: true });
      follow({ from: 'tcf' });
      stop();
      assert.equal(page.decisions.at(-1), decision);
    }
    if (before) Object.defineProperty(globalThis, 'navigator', before);
  });
});

describe('gtag', () => {
  /** @param {unknown[]} given */
  const push = (...given) => {
    page.window.dataLayer ??= [];
    page.window.dataLayer.push(given);
  };

  test('a default that grants counts once all defaults are known, and only where none denies or waits', async () => {
    for (const [defaults, decisions] of /** @type {[object[], string[]][]} */ ([
      [[{ analytics_storage: 'granted' }], ['granted']],
      [[{ analytics_storage: 'granted' }, { analytics_storage: 'denied', region: ['DE'] }], []],
      [[{ analytics_storage: 'granted', wait_for_update: 500 }], []],
      [[{ ad_storage: 'granted' }], []],
    ])) {
      page.window.dataLayer = [];
      page.decisions.length = 0;
      follow({ from: 'gtag' });
      for (const values of defaults) push('consent', 'default', values);
      await pause(20);
      stop();
      assert.deepEqual(page.decisions, decisions, JSON.stringify(defaults));
      // With `auto` it is the site's wish, not a visitor's decision.
      page.decisions.length = 0;
      follow({ from: 'auto' });
      await pause(20);
      stop();
      assert.deepEqual(page.decisions, []);
    }
  });

  test('push works as before, and is given back', () => {
    page.window.dataLayer = [1];
    const { push } = page.window.dataLayer;
    follow({ from: 'gtag' });
    assert.equal(page.window.dataLayer.push(2, 3), 3);
    stop();
    assert.equal(page.window.dataLayer.push, push);
    assert.deepEqual([...page.window.dataLayer], [1, 2, 3]);
  });
});

describe('several banners', () => {
  test('one by name counts before tcf, and that before gtag', async () => {
    load('gtag', true);
    load('tcf', true);
    load('OneTrust', false);
    follow({});
    await pause(100);
    assert.deepEqual(page.decisions, ['denied']);
  });

  test('one that comes later undecided takes nothing back that another granted', async () => {
    load('tcf', true);
    follow({});
    load('OneTrust');
    await pause(100);
    assert.deepEqual(page.decisions, ['granted']);
  });
});

test('a decision that the banner no longer knows is withdrawn', () => {
  load('OneTrust', true);
  follow({ from: 'onetrust' });
  page.window.OneTrust.IsAlertBoxClosed = () => false;
  page.fire('OneTrustGroupsUpdated', ['C0001']);
  assert.deepEqual(page.decisions, ['granted', 'denied']);
});

test('another category counts where it is named', () => {
  load('OneTrust', true);
  follow({ from: 'onetrust', category: 'C0004' });
  assert.deepEqual(page.decisions, ['denied']);
});

test('a decision has the name of the banner, also where it was found', () => {
  const banner = load('OneTrust');
  follow({});
  banner.decide(true);
  assert.deepEqual(page.deciders, ['onetrust']);
});

test('two clients follow one banner, and end on their own', () => {
  const banner = load('gtag');
  /** @type {string[]} */
  const others = [];
  const stopOther = followConsent(
    { setConsent: (/** @type {any} */ { state }) => void others.push(state) },
    { from: 'gtag' },
  );
  follow({ from: 'gtag' });
  banner.decide(true);
  stopOther();
  banner.decide(false);
  assert.deepEqual([others, page.decisions], [['granted'], ['granted', 'denied']]);
});
