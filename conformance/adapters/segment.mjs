/** Segment keeps a queue that it writes to localStorage as a page is left. */
import { measured } from './measured.mjs';

const retries = 'Docs, "Analytics.js": failed requests are retried with backoff';
const persists =
  'Docs, "Client-side persistence": events that could not be sent are kept in localStorage';
const lazy =
  'README, "Lazy / Delayed Loading": nothing is requested before `load`, and buffered events are sent then';

export default measured('Segment', {
  outage: retries,
  errors: retries,
  closed: persists,
  leave: persists,
  'consent-sends': lazy,
  'consent-keeps': lazy,
});
