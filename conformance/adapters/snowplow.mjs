/** Snowplow keeps an event store in localStorage. */
import { measured } from './measured.mjs';

const store =
  'Docs, "Initialization options": the event store in localStorage keeps events until they are sent';
const retries =
  'Docs, "Initialization options": failed requests are retried (`retryFailedRequests`)';

export default measured('Snowplow', {
  outage: store,
  errors: retries,
  crash: store,
  closed: store,
  'leave-down': store,
});
