/** PostHog retries in memory, and says so; it makes no promise about pages that end meanwhile. */
import { measured } from './measured.mjs';

const retries =
  'the retry queue of the library (retry-queue.d.ts): failed requests are tried again with growing pauses';
const optOut =
  'Docs, "Controlling data collection": opting out prevents all data from being captured and sent';

export default measured('PostHog', {
  outage: retries,
  errors: retries,
  leave: 'the library sends what is queued by sendBeacon as a page unloads',
  'consent-sends': `${optOut}; option \`advanced_disable_flags\``,
  'consent-stores': 'options `opt_out_persistence_by_default` and `advanced_disable_flags`',
});
