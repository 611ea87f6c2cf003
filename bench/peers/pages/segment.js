import { AnalyticsBrowser } from '@segment/analytics-next';

let analytics;

/** @param {string} server @param {boolean} batched @returns {[any, any]} */
const settings = (server, batched) => [
  { writeKey: 'key', cdnURL: server },
  {
    integrations: {
      'Segment.io': {
        apiHost: `${new URL(server).host}/v1`,
        protocol: 'http',
        ...(batched && {
          deliveryStrategy: { strategy: 'batching', config: { size: 100, timeout: 3000 } },
        }),
      },
    },
  },
];

/** @param {string} server @param {boolean} batched */
export function start(server, batched) {
  analytics = AnalyticsBrowser.load(...settings(server, batched));
  // The snippet that Segment gives out has this call.
  analytics.page();
}

export const track = (name, properties) => analytics.track(name, properties);

/** Before the visitor has decided: what is tracked until `load` is kept. */
export function startPending() {
  analytics = new AnalyticsBrowser();
}

export const grant = () => analytics.load(...settings(/** @type {any} */ (window).server, false));
