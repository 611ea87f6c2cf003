/** What the builds for npm have in common. */

import { version } from 'appizer:core';
import type { Build } from '../api/build.js';
import { now, provide } from '../api/natives.js';
import { type Core, openFallback } from '../bridge/core.js';
import { browserHost, hasPage } from '../browser/host.js';

export const npm: Omit<Build, 'core' | 'coreLater'> & { fallback: () => Promise<Core> } = {
  host: () => (hasPage() ? browserHost() : undefined),
  // On a server not even the clock is asked: Next.js then takes a component for one that renders at request time.
  wall: () => (hasPage() ? now() : 0),
  fallback: async () => {
    const { fallback, standIns } = await import('./fallback.js');
    provide(standIns);
    return openFallback(fallback);
  },
  sentences: async () => (await import('../api/sentences.js')).sentences,
  version,
};
