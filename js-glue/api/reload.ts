/** When to load again what did not load. */

import { attempt } from './attempt.js';
import type { Host, HostEvents } from './host.js';

// Milliseconds.
const SOON = 3000;

/**
 * Calls `again` once, when loading may work: in a moment, where `soon` is true, as browsers give up what loads before
 * a navigation, be it one to a download (Firefox, WebKit); or when the page is online, seen, or back, as WebKit
 * keeps a page in its cache whose file it gave up. Returns what ends the wait.
 */
export function whenLoadingMayWork(host: Host, soon: boolean, again: () => void): () => void {
  let over = false;
  const end = () => {
    over = true;
    for (const one of ends) attempt(() => one?.());
  };
  const now = () => {
    // Engines without a signal for listeners listen on (natives.ts).
    if (over) return;
    end();
    again();
  };
  const onEvent = (what: unknown) => {
    if (what === true) now();
  };
  const events = {
    visibility: onEvent,
    online: onEvent,
    pagehide: onEvent,
    pageshow: now,
    storage: onEvent,
  };
  const ends = [
    attempt(() => host.listen?.(events as Partial<HostEvents> as HostEvents)),
    soon ? attempt(() => host.timer(SOON, now)) : undefined,
  ];
  return end;
}
