/** What the browser reports of the page's life. */

import { attempt } from '../api/attempt.js';
import type { HostEvents } from '../api/host.js';
import { AbortController, listen } from '../api/natives.js';

/** Whether the page is prerendered: nobody has opened it yet. */
export function isPrerendering(): boolean {
  return (document as { prerendering?: boolean }).prerendering === true;
}

/** Whether somebody may see the page: it is not in the background, and not prerendered for later. */
export function isVisible(): boolean {
  return document.visibilityState !== 'hidden' && !isPrerendering();
}

/**
 * Listens to the page. `pagehide` and not `unload`, which keeps a page out of the back/forward cache;
 * `visibilitychange` because on phones it is often the last event that a page gets.
 */
export function listenToPage(events: HostEvents): () => void {
  const stop = new AbortController();
  const on = (target: EventTarget, type: string, listener: (event: Event) => void) =>
    listen(target, type, listener, stop.signal);
  on(document, 'visibilitychange', () => events.visibility(isVisible()));
  on(document, 'prerenderingchange', () => events.visibility(isVisible()));
  // More than once: with the last tab of a site Firefox ends the site's process, and interrupts the script that runs
  // then, or next. Neither `catch` nor `finally` runs then; the next listener does.
  for (let i = 0; i < 3; ++i) on(window, 'pagehide', () => events.pagehide());
  on(window, 'pageshow', (event) => {
    if ((event as PageTransitionEvent).persisted) events.pageshow();
  });
  on(window, 'online', () => events.online(true));
  on(window, 'offline', () => events.online(false));
  on(window, 'storage', (event) => {
    const { key, storageArea } = event as StorageEvent;
    // sessionStorage has the same event.
    if (key === null || storageArea === attempt(() => window.localStorage)) events.storage(key);
  });
  return () => stop.abort();
}
