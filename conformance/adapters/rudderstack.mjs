/** RudderStack keeps its queue in localStorage, and takes over those of closed tabs. */
import { measured } from './measured.mjs';

const queue =
  'Docs, "JavaScript SDK", queue options: events are kept in localStorage and retried with backoff';
const preConsent =
  'Docs, "Pre-consent user tracking": `preConsent` with storage `none` and delivery `buffer`';

export default measured('RudderStack', {
  outage: queue,
  errors: queue,
  crash: queue,
  closed: queue,
  'leave-down': queue,
  tabs: queue,
  refused: 'Changelog: the type of storage is checked for availability, with memory as a fallback',
  'consent-sends': preConsent,
  'consent-stores': preConsent,
  'consent-keeps': preConsent,
});
