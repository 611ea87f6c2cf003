/** What the browser tells of the page's life. */

import { attempt } from '../api/attempt.js';
import type { Ears } from '../api/host.js';
import { AbortController, listen } from '../api/natives.js';

/** Whether somebody may see the page: it is not in the background, and not prerendered for later. */
export function isVisible(): boolean {
  const { visibilityState, prerendering } = document as Document & { prerendering?: boolean };
  return visibilityState !== 'hidden' && prerendering !== true;
}

/**
 * Listens to the page. `pagehide` and not `unload`, which keeps a page out of the back/forward cache;
 * `visibilitychange` because on phones it is often the last that a page hears.
 */
export function listenToPage(ears: Ears): () => void {
  const over = new AbortController();
  const on = (target: EventTarget, type: string, heard: (event: Event) => void) =>
    listen(target, type, heard, over.signal);
  on(document, 'visibilitychange', () => ears.visible(isVisible()));
  on(document, 'prerenderingchange', () => ears.visible(isVisible()));
  // Twice: with the last tab of a site Firefox ends the site's process, and interrupts the script that runs
  // then, or next. Neither `catch` nor `finally` hears of that; the next listener runs again.
  for (let i = 0; i < 2; ++i) on(window, 'pagehide', () => ears.leaving());
  on(window, 'pageshow', (event) => {
    if ((event as PageTransitionEvent).persisted) ears.returned();
  });
  on(window, 'online', () => ears.online(true));
  on(window, 'offline', () => ears.online(false));
  on(window, 'storage', (event) => {
    const { key, storageArea } = event as StorageEvent;
    // sessionStorage tells of itself by the same event.
    if (key === null || storageArea === attempt(() => window.localStorage)) ears.stored(key);
  });
  return () => over.abort();
}
