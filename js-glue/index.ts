/** The npm package. */

import { version } from 'appizer:core';
import { createAppizer } from './appizer.js';
import { browserHost, hasPage } from './browser.js';
import { instantiate, instantiateFallback } from './core.js';
import { compile } from './module.js';

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

export const AppizerWeb = createAppizer({
  host: () => (hasPage() ? browserHost() : undefined),
  core: () => instantiate(compile()),
  fallback: async () => instantiateFallback((await import('./fallback.js')).fallback),
  sentences: async () => (await import('./sentences.js')).sentences,
  version,
});

export default AppizerWeb;
