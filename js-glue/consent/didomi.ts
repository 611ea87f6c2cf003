/** Didomi. https://developers.didomi.io/cmp/web-sdk/reference/api */

import { attempt } from '../api/attempt.js';
import type { Follow } from './types.js';

interface Didomi {
  on(event: string, listener: () => void): void;
  getCurrentUserStatus(): { purposes?: Record<string, { enabled?: boolean } | undefined> };
  /** Whether the visitor has yet to answer. */
  shouldUserStatusBeCollected(): boolean;
}

export const followDidomi: Follow = ({ options, say, unknown }) => {
  const purpose = options.category ?? 'measure_content_performance';
  // Didomi's listeners cannot be removed.
  let over = false;
  const read = (didomi: Didomi) => {
    if (over) return;
    if (didomi.shouldUserStatusBeCollected()) {
      say(undefined);
      return;
    }
    const enabled = didomi.getCurrentUserStatus().purposes?.[purpose]?.enabled;
    if (typeof enabled === 'boolean') say(enabled ? 'granted' : 'denied');
    else unknown(`Didomi has no purpose ${purpose}`);
  };
  const page = globalThis as unknown as { didomiOnReady?: ((didomi: Didomi) => void)[] };
  page.didomiOnReady ??= [];
  // Didomi calls it now where it is ready.
  page.didomiOnReady.push((didomi) =>
    attempt(() => {
      didomi.on('consent.changed', () => attempt(() => read(didomi)));
      read(didomi);
    }),
  );
  return () => {
    over = true;
  };
};
