/** The requests that a page makes. */

import { attempt } from '../../api/attempt.js';
import { setTimeout } from '../../api/natives.js';
import type { View } from './dom.js';

const MOMENT = 100;

export interface Requests {
  /** Those by `fetch` and `XMLHttpRequest` that have ended and were not taken yet. */
  take(): PerformanceResourceTiming[];
  stop(): void;
}

/** Follows the requests of a page from now on. `ended` is called a moment after some have ended. */
export function followRequests(view: View, ended: () => void): Requests {
  let entries: PerformanceEntryList = [];
  const observer = attempt(() => {
    const one = new view.PerformanceObserver((list) => {
      entries.push(...list.getEntries());
      // What the response was shows in what the page makes of it.
      setTimeout(() => attempt(ended), MOMENT);
    });
    one.observe({ type: 'resource' });
    return one;
  });
  return {
    take() {
      const all = entries.concat(observer?.takeRecords() ?? []) as PerformanceResourceTiming[];
      entries = [];
      return all.filter(({ initiatorType }) => /^(fetch|xmlhttprequest)$/.test(initiatorType));
    },
    stop: () => observer?.disconnect(),
  };
}
