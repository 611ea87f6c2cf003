/** Promises of `flush`, by the token under which the core answers. */

import { parse } from './natives.js';
import type { FlushResult } from './types.js';

export interface Flushes {
  /** Asks the core through `ask`, which returns a status, and resolves with its answer. */
  add(resolve: (result: FlushResult) => void, ask: (token: number) => number): void;
  answer(token: number, json: string): void;
  /** Resolves all that wait, as there will be no answer. */
  giveUp(): void;
}

export const NOTHING_FLUSHED: FlushResult = { delivered: 0, dropped: 0, pending: 0 };

export function openFlushes(): Flushes {
  let last = 0;
  const waiting = new Map<number, (result: FlushResult) => void>();
  const settle = (token: number, result: FlushResult) => {
    waiting.get(token)?.(result);
    waiting.delete(token);
  };
  return {
    add(resolve, ask) {
      waiting.set(++last, resolve);
      if (ask(last)) settle(last, NOTHING_FLUSHED);
    },
    answer: (token, json) => settle(token, parse(json)),
    giveUp() {
      for (const token of waiting.keys()) settle(token, NOTHING_FLUSHED);
    },
  };
}
