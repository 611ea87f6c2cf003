import { newTracker, trackPageView, trackSelfDescribingEvent } from '@snowplow/browser-tracker';

/** @param {string} server @param {boolean} batched */
export function start(server, batched) {
  newTracker('sp', server, {
    appId: 'demo',
    contexts: { webPage: true },
    ...(batched && { bufferSize: 100, maxPostBytes: 60_000 }),
  });
  trackPageView();
}

export const track = (name, properties) =>
  trackSelfDescribingEvent({
    event: { schema: `iglu:com.example/${name}/jsonschema/1-0-0`, data: properties },
  });
