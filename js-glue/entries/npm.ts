/** What the builds for npm have in common. */

import { version } from 'appizer:core';
import type { Build } from '../api/build.js';
import { instantiateFallback } from '../bridge/core.js';
import { browserHost, hasPage } from '../browser/host.js';

export const npm: Omit<Build, 'core'> = {
  host: () => (hasPage() ? browserHost() : undefined),
  coreLater: async () => instantiateFallback((await import('./fallback.js')).fallback),
  sentences: async () => (await import('../api/sentences.js')).sentences,
  version,
};
