/** The page as a host. */

import type { Host } from '../api/host.js';
import {
  AbortController,
  clearTimeout,
  fetch,
  monotonic,
  now,
  queueMicrotask,
  setTimeout,
} from '../api/natives.js';
import { WATCHED } from '../bridge/abi.js';
import { send } from '../bridge/network.js';
import { openForms } from './forms.js';
import { isVisible, listenToPage } from './lifecycle.js';
import { watchLinks } from './links.js';
import { openLocks } from './locks.js';
import { openNavigation } from './navigation.js';
import { openStorage } from './storage.js';

// `fetchLater` (Chromium 135) is not in TypeScript's DOM types yet.
type FetchLater = (url: string, init: RequestInit) => { readonly activated: boolean };

/** Whether there is a page. */
export function hasPage(): boolean {
  return typeof window === 'object' && typeof document === 'object';
}

export function browserHost(): Host {
  const { fetchLater } = window as { fetchLater?: FetchLater };
  const navigation = openNavigation();
  const forms = openForms();
  return {
    monotonic,
    wall: now,
    random: (bytes) => {
      crypto.getRandomValues(bytes);
    },
    send: (request, answer) => send(fetch, request, answer),
    timer: (delay, call) => {
      const id = setTimeout(call, delay);
      return () => clearTimeout(id);
    },
    defer: (call) => queueMicrotask(call),
    storage: openStorage(),
    locks: openLocks(navigator.locks),
    fetchLater: fetchLater ? fetchLaterOf(fetchLater.bind(window)) : undefined,
    listen: listenToPage,
    page: navigation.look,
    watch: (what, events) => {
      const stops = [
        what & WATCHED.navigation && navigation.watch(events.navigation),
        what & WATCHED.links && watchLinks(events.click),
        what & (WATCHED.forms | WATCHED.form_starts) &&
          forms.watch(events.form, !!(what & WATCHED.forms), !!(what & WATCHED.form_starts)),
      ];
      return () => {
        for (const stop of stops) if (stop) stop();
      };
    },
    forms,
    log: (sentence) => console.info(sentence),
    userAgent: navigator.userAgent,
    // Firefox has it from 133 on.
    keepalive: 'keepalive' in Request.prototype,
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
