/** The requests by `fetch` and `XMLHttpRequest` that a page has made, from the browser's own timing. */

import { attempt } from '../../api/attempt.js';
import { setTimeout } from '../../api/natives.js';
import type { View } from './dom.js';

export interface Request {
  url: string;
  /** By the view's clock. */
  start: number;
  /** Of the answer; 0 where the browser does not report it. */
  status: number;
}

export interface Requests {
  /** Those that have ended, in the order in which they did; of very many the last. */
  all(): Request[];
  /** Called when there are more. */
  listeners: Set<() => void>;
  stop(): void;
}

const MOST = 200;
// What the answer was shows in what the page makes of it.
const A_MOMENT = 100;

export function openRequests(view: View): Requests {
  let log: Request[] = [];
  const listeners = new Set<() => void>();
  const add = (entries: PerformanceEntryList) => {
    for (const {
      name,
      startTime,
      initiatorType,
      responseStatus,
    } of entries as (PerformanceResourceTiming & {
      responseStatus?: number;
    })[]) {
      if (initiatorType === 'fetch' || initiatorType === 'xmlhttprequest') {
        log.push({ url: name, start: startTime, status: responseStatus ?? 0 });
      }
    }
    log = log.slice(-MOST);
  };
  const observer = attempt(() => {
    const one = new view.PerformanceObserver((list) => {
      add(list.getEntries());
      if (listeners.size) {
        setTimeout(() => {
          for (const listener of listeners) attempt(listener);
        }, A_MOMENT);
      }
    });
    one.observe({ type: 'resource', buffered: true });
    return one;
  });
  return {
    all: () => {
      add(observer?.takeRecords() ?? []);
      return log;
    },
    listeners,
    stop: () => observer?.disconnect(),
  };
}
