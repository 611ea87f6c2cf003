/** What every entry of the package exports beside its client. */

export { type Host, memoryStorage, type Storage } from './host.js';
export { type NodeHostOptions, nodeHost } from './node.js';
export type {
  Appizer,
  AutoEvents,
  AutoHook,
  Consent,
  FlushResult,
  Options,
  OutgoingEvent,
  PageViewOptions,
  Properties,
  Reason,
  Report,
} from './types.js';
