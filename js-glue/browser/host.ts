/** The page as a host. */

import type { Host } from '../api/host.js';
import {
  AbortController,
  clearTimeout,
  monotonic,
  now,
  pageFetch,
  queueMicrotask,
  requestIdleCallback,
  setTimeout,
} from '../api/natives.js';
import { WATCHED } from '../bridge/abi.js';
import { send } from '../bridge/network.js';
import { watchPresses } from './clicks.js';
import { openForms } from './forms/watch.js';
import { isPrerendering, isVisible, listenToPage } from './lifecycle.js';
import { watchLinks } from './links.js';
import { openLocks } from './locks.js';
import { openNavigation } from './navigation.js';
import { isPageFetchNative, openOwnFetch } from './own_fetch.js';
import { openStorage } from './storage.js';

// Milliseconds. A page may never be idle; and Safari does not say when it is.
const LONGEST_PAUSE = 1000;
const PAUSE = 50;

// `fetchLater` (Chromium 135) is not in TypeScript's DOM types yet.
type FetchLater = (url: string, init: RequestInit) => { readonly activated: boolean };

/** Whether there is a page. */
export function hasPage(): boolean {
  return typeof window === 'object' && typeof document === 'object';
}

type FormsOfPage = ReturnType<typeof openForms>;

export function browserHost(): Host {
  const { fetchLater } = window as { fetchLater?: FetchLater };
  const navigation = openNavigation();
  // Opened when they are watched: what the page lacks may not have been brought before.
  let forms: FormsOfPage | undefined;
  const openedForms = () => {
    forms ??= openForms();
    return forms;
  };
  const own = openOwnFetch();
  // Requests on their way through the page's `fetch`, while that is not the browser's.
  const held = new Set<object>();
  return {
    monotonic,
    wall: now,
    random: (bytes) => {
      crypto.getRandomValues(bytes);
    },
    send(request, answer) {
      const native = (request.leaving || undefined) && own.get();
      if (native) return send(native, request, answer);
      if (!isPageFetchNative()) held.add(request);
      const cancel = send(pageFetch, request, (got) => {
        held.delete(request);
        answer(got);
      });
      return () => {
        held.delete(request);
        cancel();
      };
    },
    leaving: () => ({ sure: !!own.get() || isPageFetchNative(), held: held.size > 0 }),
    timer: (delay, call) => {
      const id = setTimeout(call, delay);
      // Where a simulated page stands in Node, its process ends as it would without the SDK.
      (id as { unref?: () => void }).unref?.();
      return () => clearTimeout(id);
    },
    defer: (call) => queueMicrotask(call),
    idle: (call) => {
      if (requestIdleCallback) requestIdleCallback(call, { timeout: LONGEST_PAUSE });
      else setTimeout(call, PAUSE);
    },
    storage: openStorage(),
    locks: AbortController && openLocks(navigator.locks),
    fetchLater: AbortController && fetchLater ? fetchLaterOf(fetchLater.bind(window)) : undefined,
    listen(events) {
      own.prepare();
      const end = listenToPage(events);
      return () => {
        end();
        own.close();
      };
    },
    page: navigation.look,
    watch: (what, events, sanitized) => {
      const stops = [
        what & WATCHED.navigation && navigation.watch(events.navigation),
        what & WATCHED.links && watchLinks(events.click),
        what & WATCHED.presses && watchPresses(events.press),
        what & (WATCHED.forms | WATCHED.form_starts) &&
          openedForms().watch(
            events.form,
            sanitized,
            !!(what & WATCHED.forms),
            !!(what & WATCHED.form_starts),
          ),
      ];
      return () => {
        for (const stop of stops) if (stop) stop();
      };
    },
    get forms() {
      return forms;
    },
    log: (sentence) => console.info(sentence),
    userAgent: navigator.userAgent,
    // Firefox has it from 133 on.
    keepalive: 'keepalive' in (window.Request?.prototype ?? {}),
    gpc: (navigator as { globalPrivacyControl?: boolean }).globalPrivacyControl === true,
    dnt: navigator.doNotTrack === '1',
    webdriver: navigator.webdriver,
    // Asked for when the core starts, which may have had to be waited for.
    get online() {
      return navigator.onLine !== false;
    },
    get visible() {
      return isVisible();
    },
    get prerendering() {
      return isPrerendering();
    },
  };
}

function fetchLaterOf(fetchLater: FetchLater): (url: string, body: string) => void {
  let pending: AbortController | undefined;
  return (url, body) => {
    pending?.abort();
    pending = undefined;
    if (!body) return;
    pending = new AbortController();
    try {
      fetchLater(url, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body,
        credentials: 'omit',
        referrerPolicy: 'strict-origin',
        signal: pending.signal,
      });
    } catch {
      // Over the quota, or forbidden by a policy: the net under a crash is missing, nothing else.
    }
  };
}
