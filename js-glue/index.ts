/** The npm package. */

import { version } from 'appizer:core';
import { createAppizer } from './appizer';
import { browserHost, hasPage } from './browser';
import { instantiate } from './core';
import { compile } from './module';

export { type Host, memoryStorage, type Storage } from './host';
export { type NodeHostOptions, nodeHost } from './node';
export type {
  Appizer,
  FlushResult,
  Options,
  Properties,
  Reason,
  Report,
} from './types';

export const AppizerWeb = createAppizer({
  host: () => (hasPage() ? browserHost() : undefined),
  core: () => instantiate(compile()),
  sentences: async () => (await import('./sentences')).sentences,
  version,
});

export default AppizerWeb;
