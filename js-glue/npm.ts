/** What the builds for npm have in common. */

import { version } from 'appizer:core';
import type { Build } from './appizer.js';
import { browserHost, hasPage } from './browser.js';
import { instantiateFallback } from './core.js';

export const npm: Omit<Build, 'core'> = {
  host: () => (hasPage() ? browserHost() : undefined),
  fallback: async () => instantiateFallback((await import('./fallback.js')).fallback),
  sentences: async () => (await import('./sentences.js')).sentences,
  version,
};
