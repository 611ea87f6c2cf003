/**
 * Stand-ins for consent banners, written after the documentation of their APIs. Each is loaded into a page, where it
 * knows what the visitor decided on an earlier page, if anything, and takes decisions.
 *
 * @typedef {import('./page.mjs').Page} Page
 * @typedef {{ decide(agreed: boolean): void }} Banner
 * @typedef {(page: Page, before?: boolean) => Banner} Load `before`: the decision of an earlier page
 */

/** Listeners, each with an id. https://github.com/InteractiveAdvertisingBureau/GDPR-Transparency-and-Consent-Framework @type {Load} */
function tcf({ window }, before) {
  const listeners = new Map();
  let next = 1;
  /** @param {boolean | undefined} agreed @param {string} eventStatus */
  const data = (agreed, eventStatus) => ({
    tcString: agreed === undefined ? '' : 'CP…',
    tcfPolicyVersion: 5,
    cmpStatus: 'loaded',
    eventStatus,
    gdprApplies: true,
    isServiceSpecific: true,
    purpose: { consents: agreed ? { 1: true, 2: true, 8: true } : {}, legitimateInterests: {} },
    vendor: { consents: agreed ? { 755: true } : {}, legitimateInterests: {} },
  });
  window.__tcfapi = (
    /** @type {string} */ command,
    /** @type {number} */ version,
    /** @type {Function} */ callback,
    /** @type {number} */ id,
  ) => {
    if (version !== 2) callback(null, false);
    else if (command === 'addEventListener') {
      const listenerId = next++;
      listeners.set(listenerId, callback);
      const status = before === undefined ? 'cmpuishown' : 'tcloaded';
      callback({ ...data(before, status), listenerId }, true);
    } else if (command === 'removeEventListener') callback(listeners.delete(id));
  };
  return {
    decide(agreed) {
      for (const status of ['cmpuishown', 'useractioncomplete']) {
        const state = status === 'cmpuishown' ? before : agreed;
        for (const [listenerId, call] of listeners) {
          call({ ...data(state, status), listenerId }, true);
        }
      }
      before = agreed;
    },
  };
}

/** https://developers.google.com/tag-platform/security/guides/consent @type {Load} */
function gtag({ window }, before) {
  window.dataLayer ??= [];
  /** @param {unknown[]} _ */
  function gtag(..._) {
    // biome-ignore lint/complexity/noArguments: so the documentation has it
    window.dataLayer.push(arguments);
  }
  gtag('consent', 'default', { analytics_storage: 'denied', wait_for_update: 500 });
  const decide = (/** @type {boolean} */ agreed) =>
    gtag('consent', 'update', { analytics_storage: agreed ? 'granted' : 'denied' });
  if (before !== undefined) decide(before);
  return { decide };
}

/** https://developer.onetrust.com/onetrust/docs/javascript-events-guide @type {Load} */
function onetrust({ window, fire }, before) {
  const apply = (/** @type {boolean | undefined} */ agreed) => {
    const groups = agreed ? ['C0001', 'C0002', 'C0003'] : ['C0001'];
    window.OnetrustActiveGroups = `,${groups.join()},`;
    window.OneTrust = { IsAlertBoxClosed: () => agreed !== undefined };
    window.OptanonWrapper?.();
    fire('OneTrustGroupsUpdated', groups);
  };
  apply(before);
  return { decide: apply };
}

/** https://www.cookiebot.com/en/developer/ @type {Load} */
function cookiebot({ window, fire }, before) {
  const apply = (/** @type {boolean | undefined} */ agreed) => {
    window.Cookiebot = {
      hasResponse: agreed !== undefined,
      consented: !!agreed,
      declined: agreed === false,
      consent: { necessary: true, preferences: false, statistics: !!agreed, marketing: false },
    };
    if (agreed === undefined) return;
    fire('CookiebotOnConsentReady');
    fire(agreed ? 'CookiebotOnAccept' : 'CookiebotOnDecline');
  };
  apply(before);
  return { decide: apply };
}

/** https://usercentrics.com/docs/web/features/v2/events_v2/events_v2/ @type {Load} */
function usercentrics2({ window, fire }, before) {
  const apply = (/** @type {boolean | undefined} */ agreed, action = 'onUpdateServices') => {
    window.UC_UI = {
      isInitialized: () => true,
      isConsentRequired: () => agreed === undefined,
      getServicesBaseInfo: () => [
        { id: 'a', name: 'Usercentrics Consent Management Platform', consent: { status: true } },
        { id: 'b', name: 'Appizer', consent: { status: !!agreed } },
      ],
    };
    fire('ucEvent', {
      event: 'consent_status',
      action,
      type: agreed === undefined ? 'implicit' : 'explicit',
      'Usercentrics Consent Management Platform': true,
      Appizer: !!agreed,
      ucCategory: { essential: true, functional: !!agreed },
    });
  };
  apply(before, 'onInitialPageLoad');
  fire('UC_UI_INITIALIZED');
  return { decide: apply };
}

/** https://support.usercentrics.com/hc/en-us/articles/17484523116572 @type {Load} */
function usercentrics3({ window, fire }, before) {
  const details = (/** @type {boolean | undefined} */ agreed) => ({
    consent: {
      status: agreed ? 'ALL_ACCEPTED' : 'ALL_DENIED',
      required: true,
      type: agreed === undefined ? 'IMPLICIT' : 'EXPLICIT',
    },
    services: {
      a: { name: 'Usercentrics CMP', category: 'essential', consent: { given: true } },
      b: { name: 'Appizer', category: 'functional', consent: { given: !!agreed } },
    },
  });
  const apply = (/** @type {boolean | undefined} */ agreed) => {
    window.__ucCmp = { getConsentDetails: async () => details(agreed) };
    fire('UC_CONSENT', details(agreed));
  };
  apply(before);
  return { decide: apply };
}

/** https://developers.didomi.io/cmp/web-sdk/reference/api @type {Load} */
function didomi({ window }, before) {
  /** @type {(() => void)[]} */
  const listeners = [];
  const Didomi = {
    on: (/** @type {string} */ event, /** @type {() => void} */ call) => {
      if (event === 'consent.changed') listeners.push(call);
    },
    shouldUserStatusBeCollected: () => before === undefined,
    getCurrentUserStatus: () => ({
      regulation: 'gdpr',
      purposes: {
        cookies: { id: 'cookies', enabled: !!before },
        measure_content_performance: { id: 'measure_content_performance', enabled: !!before },
      },
      vendors: {},
    }),
  };
  window.Didomi = Didomi;
  const queued = window.didomiOnReady ?? [];
  window.didomiOnReady = { push: (/** @type {Function} */ call) => call(Didomi) };
  for (const call of queued) call(Didomi);
  return {
    decide(agreed) {
      before = agreed;
      for (const call of listeners) call();
    },
  };
}

/** https://www.cookieyes.com/documentation/retrieving-consent-data-using-api-getckyconsent/ @type {Load} */
function cookieyes({ window, fireOnDocument }, before) {
  const state = () => ({
    activeLaw: 'gdpr',
    categories: { necessary: true, functional: false, analytics: !!before, advertisement: false },
    isUserActionCompleted: before !== undefined,
    consentID: 'bFl2',
    languageCode: 'en',
  });
  window.getCkyConsent = state;
  fireOnDocument('cookieyes_banner_load', state());
  return {
    decide(agreed) {
      before = agreed;
      const others = ['functional', 'advertisement'];
      fireOnDocument('cookieyes_consent_update', {
        accepted: agreed ? ['necessary', 'analytics'] : ['necessary'],
        rejected: agreed ? others : ['analytics', ...others],
      });
    },
  };
}

/** https://github.com/klaro-org/klaro-js/blob/master/src/consent-manager.js @type {Load} */
function klaro({ window }, before) {
  /** @type {Set<any>} */
  const watchers = new Set();
  const manager = {
    confirmed: before !== undefined,
    consents: { appizer: !!before },
    savedConsents: { appizer: !!before },
    watch: (/** @type {any} */ watcher) => void watchers.add(watcher),
    unwatch: (/** @type {any} */ watcher) => void watchers.delete(watcher),
  };
  const notify = (/** @type {string} */ name, /** @type {unknown} */ data) => {
    for (const watcher of watchers) watcher.update(manager, name, data);
  };
  window.klaro = { getManager: () => manager };
  return {
    decide(agreed) {
      // The visitor plays with the switch first.
      for (const value of [!agreed, agreed]) {
        manager.consents = { appizer: value };
        notify('consents', manager.consents);
      }
      manager.confirmed = true;
      manager.savedConsents = { ...manager.consents };
      notify('saveConsents', { changes: {}, consents: manager.consents, type: 'save' });
      notify('applyConsents', 1);
    },
  };
}

/** https://developers.osano.com/cmp/javascript-api/developer-documentation-consent-javascript-api @type {Load} */
function osano({ window }, before) {
  /** @type {Map<string, Set<Function>>} */
  const listeners = new Map();
  const consent = () =>
    before === undefined
      ? undefined
      : { ESSENTIAL: 'ACCEPT', ANALYTICS: before ? 'ACCEPT' : 'DENY', MARKETING: 'DENY' };
  window.Osano = {
    cm: {
      addEventListener(/** @type {string} */ type, /** @type {Function} */ call) {
        listeners.set(type, (listeners.get(type) ?? new Set()).add(call));
        // "If the CMP has already initialized, the callback is immediately fired."
        if (type === 'osano-cm-initialized') call(consent());
      },
      removeEventListener: (/** @type {string} */ type, /** @type {Function} */ call) =>
        listeners.get(type)?.delete(call),
    },
  };
  return {
    decide(agreed) {
      before = agreed;
      for (const call of listeners.get('osano-cm-consent-saved') ?? []) call(consent());
    },
  };
}

/** By what `followConsent` calls them. @type {Record<string, { from: string, load: Load }>} */
export const standIns = {
  tcf: { from: 'tcf', load: tcf },
  gtag: { from: 'gtag', load: gtag },
  OneTrust: { from: 'onetrust', load: onetrust },
  Cookiebot: { from: 'cookiebot', load: cookiebot },
  'Usercentrics 2': { from: 'usercentrics', load: usercentrics2 },
  'Usercentrics 3': { from: 'usercentrics', load: usercentrics3 },
  Didomi: { from: 'didomi', load: didomi },
  CookieYes: { from: 'cookieyes', load: cookieyes },
  Klaro: { from: 'klaro', load: klaro },
  Osano: { from: 'osano', load: osano },
};
