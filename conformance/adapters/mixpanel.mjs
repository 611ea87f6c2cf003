/** Mixpanel keeps its batches in localStorage; the notes of its releases say what that promises. */
import { measured } from './measured.mjs';

const batches =
  'Release 2.36: after network failures, dirty page closures and the like queued data stays in localStorage and is retried';
const optOut = 'Docs, "Protecting User Data": `opt_out_tracking_by_default`';

export default measured('Mixpanel', {
  outage: batches,
  errors: batches,
  crash: batches,
  closed: batches,
  'leave-down': batches,
  refused: 'Release 2.36: without localStorage it falls back to immediate requests',
  quota: 'Release 2.36: without functional localStorage it falls back to immediate requests',
  leave: 'Release 2.42: queues are flushed at `visibilitychange` and `pagehide`',
  'consent-sends': optOut,
  'consent-stores': 'option `opt_out_persistence_by_default`',
});
