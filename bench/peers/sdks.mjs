/** Who is measured, in which set-up, and how their requests are read. */
import { gunzipSync } from 'node:zlib';

/**
 * @typedef {{ path: string, query: URLSearchParams, type: string, body: Buffer }} Request
 * @typedef {{ name?: string, properties?: any, id?: string }} Event by its `id` a server knows copies
 *
 * @typedef {object} Sdk
 * @property {string} name
 * @property {string} [npm]
 * @property {string} file in `pages/`
 * @property {string} setup what is documented as the way to start
 * @property {string} [batched] what is set in addition, where batches can be asked for
 * @property {(request: Request) => Event[]} read the events that a request carries
 */

/** @type {Sdk[]} */
export const sdks = [
  {
    name: 'Appizer',
    file: 'appizer',
    setup: 'script tag, `autoEvents` and `autoHook` on',
    read: ({ body }) => {
      const sent = JSON.parse(body.toString());
      return (sent.events ?? [sent]).map(({ event_name: name, properties }) => ({
        name,
        properties,
        id: properties.$event_id,
      }));
    },
  },
  {
    name: 'PostHog',
    npm: 'posthog-js',
    file: 'posthog',
    setup: '`defaults: "2026-08-30"`, with every feature that it enables',
    batched:
      '`request_queue_config.flush_interval_ms: 3000`, `rate_limiting` disabled (10 events a second otherwise)',
    read: ({ query, body }) => {
      const plain =
        query.get('compression') === 'gzip-js' || isGzip(body) ? gunzipSync(body) : body;
      const text = plain.toString();
      const json = text.startsWith('data=')
        ? Buffer.from(new URLSearchParams(text).get('data') ?? '', 'base64').toString()
        : text;
      const sent = JSON.parse(json);
      return [sent.batch ?? sent.data ?? sent].flat().map(({ event, properties, uuid }) => ({
        name: event,
        properties,
        id: uuid,
      }));
    },
  },
  {
    name: 'Segment',
    npm: '@segment/analytics-next',
    file: 'segment',
    setup: '`AnalyticsBrowser.load` and `page()`, no other destination',
    batched: '`deliveryStrategy: batching`, 100 events or 3 s',
    read: readSegment,
  },
  {
    name: 'Amplitude',
    npm: '@amplitude/analytics-browser',
    file: 'amplitude',
    setup: '`autocapture: true`, remote configuration',
    batched: '`flushQueueSize: 100`, `flushIntervalMillis: 3000`',
    read: ({ body }) =>
      (JSON.parse((isGzip(body) ? gunzipSync(body) : body).toString()).events ?? []).map(
        ({ event_type: name, event_properties: properties, insert_id: id }) => ({
          name,
          properties,
          id,
        }),
      ),
  },
  {
    name: 'Mixpanel',
    npm: 'mixpanel-browser',
    file: 'mixpanel',
    setup: '`autocapture: true`, as its README starts',
    batched: '`batch_size: 100`, `batch_flush_interval_ms: 3000`',
    read: ({ body }) => {
      const data = new URLSearchParams(body.toString()).get('data') ?? '[]';
      const json = /^[[{]/.test(data) ? data : Buffer.from(data, 'base64').toString();
      return [JSON.parse(json)].flat().map(({ event, properties }) => ({
        name: event,
        properties,
        id: properties.$insert_id,
      }));
    },
  },
  {
    name: 'Snowplow',
    npm: '@snowplow/browser-tracker',
    file: 'snowplow',
    setup: '`newTracker` and `trackPageView`, events as self-describing JSON',
    batched: '`bufferSize: 100`, `maxPostBytes: 60000`',
    read: ({ body }) =>
      JSON.parse(body.toString()).data.flatMap(({ ue_pr: plain, ue_px: base64, eid: id }) => {
        const json = plain ?? (base64 && Buffer.from(base64, 'base64url').toString());
        if (!json) return [];
        const { schema, data } = JSON.parse(json).data;
        return [{ name: schema.split('/')[1], properties: data, id }];
      }),
  },
  {
    name: 'RudderStack',
    npm: '@rudderstack/analytics-js',
    file: 'rudderstack',
    setup: 'the bundled export, `load` and `page()`, no destination',
    batched: '`queueOptions.batch`, 100 events or 3 s',
    read: readSegment,
  },
  {
    name: 'Plausible',
    npm: '@plausible-analytics/tracker',
    file: 'plausible',
    setup: '`init` with `domain`',
    read: ({ body }) => {
      const { n: name, p: properties } = JSON.parse(body.toString());
      return [{ name, properties }];
    },
  },
];

// RudderStack speaks Segment's protocol.
/** @param {Request} request @returns {Event[]} */
function readSegment({ body }) {
  const sent = JSON.parse(body.toString());
  return (sent.batch ?? [sent]).map(({ event: name, properties, messageId: id }) => ({
    name,
    properties,
    id,
  }));
}

/** @param {Buffer} body */
const isGzip = (body) => body[0] === 0x1f && body[1] === 0x8b;

/**
 * The answers of each SDK's server that the SDK depends on, by path; any other request is answered with
 * success.
 *
 * @type {[RegExp, unknown][]}
 */
export const answers = [
  // PostHog
  [/^\/array\/[^/]+\/config$/, { supportedCompression: ['gzip-js'], hasFeatureFlags: false }],
  [
    /^\/flags\//,
    { flags: {}, errorsWhileComputingFlags: false, supportedCompression: ['gzip-js'] },
  ],
  // Segment
  [/^\/v1\/projects\//, { integrations: { 'Segment.io': { apiKey: 'key' } }, plan: {} }],
  // Amplitude
  [/^\/config$/, { configs: {} }],
  [/^\/2\/httpapi$/, { code: 200, events_ingested: 1, payload_size_bytes: 1 }],
  // Mixpanel
  [/^\/track\//, { status: 1, error: null }],
  // RudderStack
  [
    /^\/sourceConfig\//,
    {
      source: {
        id: 'source',
        name: 'demo',
        writeKey: 'key',
        enabled: true,
        workspaceId: 'workspace',
        destinations: [],
        connections: [],
        config: {
          statsCollection: { errors: { enabled: false }, metrics: { enabled: false } },
        },
      },
    },
  ],
];
