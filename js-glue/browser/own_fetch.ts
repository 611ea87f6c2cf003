/**
 * The browser's own `fetch`, for requests while the page leaves.
 *
 * Scripts wrap `fetch` (error trackers do, often before this one loads), and some wrappers wait for something before
 * they pass a request on: after `pagehide` that is too late, and fails without an error. So what is sent then
 * goes past them. Everything else goes through the page's `fetch`, as the page wants it.
 */

import { attempt } from '../api/attempt.js';
import { fetch as early, setTimeout } from '../api/natives.js';

type Fetch = typeof globalThis.fetch;

export interface OwnFetch {
  /** Gets it in idle time, where it is not at hand. */
  prepare(): void;
  /** The browser's own; nothing where it cannot be had. */
  get(): Fetch | undefined;
  /** Gives back what it took of the page. */
  close(): void;
}

const print = Function.prototype.toString;

// A wrapper prints its own code; a proxy or a bound function prints as native, but without the name. Some libraries
// replace `toString`, so that their wrappers look native (Sentry does): then nothing is known of any function.
function isNative(one: unknown, name: string, by = print): boolean {
  if (typeof one !== 'function') return false;
  return new RegExp(`^function ${name}\\(\\)\\s*{\\s*\\[native code\\]\\s*}$`).test(by.call(one));
}

/** Whether requests through the page's `fetch` reach the browser at once. */
export function isPageFetchNative(): boolean {
  return isNative(print, 'toString') && isNative(globalThis.fetch, 'fetch');
}

export function openOwnFetch(): OwnFetch {
  let frame: HTMLIFrameElement | undefined;
  let borrowed: Fetch | undefined;

  // An empty frame has a `fetch` that no script of the page has seen. It works as long as the frame is there.
  const borrow = () => {
    if (frame?.isConnected) return;
    borrowed = undefined;
    frame = document.createElement('iframe');
    frame.hidden = true;
    // Behind all others: scripts know frames by their number.
    document.documentElement.appendChild(frame);
    const { Function: Frame, fetch } = frame.contentWindow as Window & typeof globalThis;
    if (isNative(fetch, 'fetch', Frame.prototype.toString)) borrowed = fetch;
  };
  const own = isNative(print, 'toString') && isNative(early, 'fetch') ? early : undefined;

  return {
    prepare() {
      if (own) return;
      const idle = window.requestIdleCallback ?? ((call: () => void) => setTimeout(call, IDLE));
      idle(() => attempt(borrow));
    },
    get() {
      if (own) return own;
      attempt(borrow);
      return borrowed;
    },
    close() {
      // Once what it sends is on its way.
      setTimeout(() => frame?.remove(), 0);
    },
  };
}

// Milliseconds after which most pages have settled, where the engine does not say when it is idle (WebKit).
const IDLE = 1000;
