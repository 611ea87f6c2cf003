import { RudderAnalytics } from '@rudderstack/analytics-js/bundled';

const analytics = new RudderAnalytics();

/** @param {string} server @param {boolean} batched */
export function start(server, batched) {
  analytics.load('key', server, {
    configUrl: server,
    ...(batched && {
      queueOptions: { batch: { enabled: true, maxItems: 100, flushInterval: 3000 } },
    }),
  });
  // The snippet that RudderStack gives out has this call.
  analytics.page();
}

export const track = (name, properties) => analytics.track(name, properties);

/** Before the visitor has decided. @param {string} server */
export function startPending(server) {
  analytics.load('key', server, {
    configUrl: server,
    // Without lists: with them the visitor has decided.
    consentManagement: { enabled: true, provider: 'custom' },
    preConsent: { enabled: true, storage: { strategy: 'none' }, events: { delivery: 'buffer' } },
  });
  analytics.page();
}

export const grant = () =>
  analytics.consent({
    consentManagement: { enabled: true, allowedConsentIds: ['analytics'], deniedConsentIds: [] },
  });
