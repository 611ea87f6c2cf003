/** Where the page is, when its URL changes, and how far it was scrolled. */

import type { Page } from '../api/host.js';
import { AbortController, listen, ofDocument } from '../api/natives.js';

export interface Navigation {
  /** The page as it is now, see `Host.page`. */
  look(measure: boolean, restart: boolean): Page;
  /** Starts to report each new URL; returns what ends it. */
  watch(listener: (url: string, gesture: boolean) => void): () => void;
}

const PERCENT = 100;

/** Some pages keep megabytes in an address or a title; the core takes a few KiB (config.h). */
export const LONGEST = 10_000;

export function openNavigation(): Navigation {
  let deepest = -1;
  // What was scrolled last, where that is not the document.
  let scroller: Element | undefined;
  // By the height that it has at this moment: later the element may hold another page. What was measured before
  // anybody scrolled does not count any more, as the page may have been empty then.
  const measureDepth = ({ scrollTop, clientHeight, scrollHeight }: Element) => {
    const depth = (PERCENT * (scrollTop + clientHeight)) / scrollHeight || 0;
    deepest = scroller ? Math.max(deepest, depth) : depth;
  };
  return {
    look(measure, restart) {
      // Not before it is wanted: merely asking where the page is scrolled to lays it out.
      if (measure) measureDepth(scroller ?? mainScroller());
      const page = {
        url: here(),
        title: ofDocument('title').slice(0, LONGEST),
        referrer: ofDocument('referrer'),
        landing: landing(),
        loaded: ofDocument('readyState') === 'complete',
        scroll: deepest,
      };
      if (restart) {
        deepest = -1;
        scroller = undefined;
      }
      return page;
    },
    watch(listener) {
      const stop = new AbortController();
      let url = here();
      let gesture = false;
      const changed = () => {
        if (stop.signal.aborted || url === here()) return;
        url = here();
        const by = gesture;
        gesture = false;
        listener(url, by);
      };
      const on = <E extends Event>(
        target: EventTarget,
        type: string,
        act: (event: E) => void = changed,
      ) => listen(target, type, act, stop.signal);
      on(window, 'scroll', ({ target }) => {
        const element = target === document ? root() : (target as Element);
        if (element !== root() && !isMost(element)) return;
        measureDepth(element);
        scroller = element;
      });
      // A click that only opens a menu is a gesture too: what follows without one is a redirect.
      for (const type of ['click', 'keydown']) {
        on(window, type, ({ isTrusted }) => {
          gesture ||= isTrusted;
        });
      }
      const unwrap: (() => void)[] = [];
      const { navigation } = window as { navigation?: EventTarget & { currentEntry?: unknown } };
      // An element of that id is there under its name too, and a sandboxed page has no entries.
      if (navigation?.currentEntry) {
        // The browser's own buttons as well.
        on(navigation, 'navigate', ({ userInitiated }: Event & { userInitiated?: boolean }) => {
          gesture ||= userInitiated === true;
        });
        on(navigation, 'currententrychange');
      } else {
        on(window, 'popstate');
        on(window, 'hashchange');
        unwrap.push(wrap('pushState', changed), wrap('replaceState', changed));
      }
      return () => {
        stop.abort();
        for (const one of unwrap) one();
      };
    },
  };
}

const root = () => document.scrollingElement ?? document.documentElement;

/** Whether an element that scrolls is most of what is seen: it is the page then, and not a list in it. */
const isMost = ({ clientWidth, clientHeight }: Element) =>
  2 * clientWidth * clientHeight > innerWidth * innerHeight;

/** What scrolls, where nobody has scrolled yet: the document, or where that does not, what is in its middle. */
function mainScroller(): Element {
  if (root().scrollHeight > innerHeight + 1) return root();
  let element = document.elementFromPoint(innerWidth / 2, innerHeight / 2);
  for (; element; element = element.parentElement) {
    if (element.scrollHeight > element.clientHeight + 1 && isMost(element)) return element;
  }
  return root();
}

/**
 * The URL that the browser navigated to: scripts strip its parameters, some before this one runs. Its fragment is
 * left out by some browsers, so it is the document's where the rest is the same.
 */
function landing(): string {
  const name = performance.getEntriesByType?.('navigation')[0]?.name ?? '';
  const url = here();
  return url.startsWith(`${name}#`) || !/^https?:/.test(name) ? url : name.slice(0, LONGEST);
}

const here = () => location.href.slice(0, LONGEST);

/**
 * Calls back after each successful call of a method of `history`. A proxy, because it is the method in
 * every respect: `this`, arguments, result, exceptions, name, length, and as text. It takes the place of
 * whatever is there, and gives it back only if nobody has wrapped it since.
 */
function wrap(name: 'pushState' | 'replaceState', after: () => void): () => void {
  try {
    const holder = Object.getOwnPropertyDescriptor(history, name) ? history : History.prototype;
    const original = holder[name];
    const wrapper = new Proxy(original, {
      apply(method, self, given) {
        const result: unknown = Reflect.apply(method, self, given);
        after();
        return result;
      },
    });
    holder[name] = wrapper;
    return () => {
      if (holder[name] === wrapper) holder[name] = original;
    };
  } catch {
    // Frozen: popstate and hashchange still fire.
    return () => {};
  }
}
