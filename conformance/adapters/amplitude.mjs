/** Amplitude keeps unsent events in localStorage. */
import { measured } from './measured.mjs';

const stored = 'Docs, "Browser SDK 2": unsent events are kept in localStorage and sent again';
const retries = 'Docs, "Browser SDK 2": `flushMaxRetries`, and the offline mode';
const later = 'Docs, "Cookies and consent management": call `init` once the visitor agrees';

export default measured('Amplitude', {
  outage: retries,
  errors: retries,
  crash: stored,
  closed: stored,
  'leave-down': stored,
  leave: 'Docs, "Browser SDK 2": what is queued is sent as a page is left',
  'consent-sends': later,
  'consent-stores': later,
});
