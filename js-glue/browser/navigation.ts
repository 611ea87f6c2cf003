/** Where the page is, when its URL changes, and how far it was scrolled. */

import type { Page } from '../api/host.js';
import { AbortController, listen, ofDocument } from '../api/natives.js';

export interface Navigation {
  /** The page as it is now; `scroll` is whether the depth is wanted, which may cost a layout. */
  look(scroll: boolean): Page;
  /** Starts reporting each new URL; returns what ends it. */
  watch(listener: (url: string) => void): () => void;
}

const PERCENT = 100;

/** Some pages keep megabytes in an address or a title; the core takes a few KiB (config.h). */
export const LONGEST = 10_000;

export function openNavigation(): Navigation {
  let deepest = 0;
  return {
    look(scroll) {
      // Not before it is wanted: merely asking where the page is scrolled to lays it out.
      const depth = scroll ? (PERCENT * (Math.max(deepest, scrollY) + innerHeight)) / height() : -1;
      // What was scrolled before another page came is not the other page's.
      deepest = 0;
      return {
        url: here(),
        title: ofDocument('title').slice(0, LONGEST),
        referrer: ofDocument('referrer'),
        scroll: depth,
      };
    },
    watch(listener) {
      const stop = new AbortController();
      let url = here();
      const changed = () => {
        if (stop.signal.aborted || url === here()) return;
        url = here();
        listener(url);
      };
      const on = (target: EventTarget, type: string, capture = true, act = changed) =>
        listen(target, type, act, stop.signal, capture);
      // Not those of elements that scroll inside the page, which only a capture would see.
      on(window, 'scroll', false, () => {
        deepest = Math.max(deepest, scrollY);
      });
      const unwrap: (() => void)[] = [];
      const { navigation } = window as { navigation?: EventTarget & { currentEntry?: unknown } };
      // An element of that id is there under its name too, and a sandboxed page has no entries.
      if (navigation?.currentEntry) {
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

const here = () => location.href.slice(0, LONGEST);

function height(): number {
  return (document.scrollingElement ?? document.documentElement).scrollHeight;
}

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
