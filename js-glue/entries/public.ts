/** What every entry of the package exports beside its client. */

export { type Host, memoryStorage, type Storage } from '../api/host.js';
export type {
  AnyEvents,
  Appizer,
  AutoEvents,
  AutoHook,
  AutomaticEvents,
  CommonProperties,
  Consent,
  ConsentDecision,
  Context,
  EventMap,
  FlushResult,
  FormFacts,
  Given,
  Landing,
  Options,
  OutgoingEvent,
  PageViewOptions,
  Properties,
  Reason,
  Registered,
  Report,
} from '../api/types.js';
export { type NodeHostOptions, nodeHost } from '../node/host.js';
