/** The client's only timer. */

import { attempt } from '../api/attempt.js';
import type { Host } from '../api/host.js';

export interface Timer {
  /** Rings `delay` milliseconds after `moment`, which is now; never where `delay` is negative. */
  arm(delay: number, moment: number): void;
  stop(): void;
}

/** It is set only where it has to ring at another time than before: the events of a burst set it once. */
export function openTimer(host: Host, ring: () => void): Timer {
  let end: (() => void) | undefined;
  let rings = -1; // when, on the monotonic clock
  return {
    arm(delay, moment) {
      const wanted = delay < 0 ? delay : Math.floor(moment) + delay;
      if (wanted === rings) return;
      end?.();
      rings = wanted;
      end =
        delay < 0
          ? undefined
          : host.timer(delay, () => {
              rings = -1;
              ring();
            });
    },
    stop: () => attempt(() => end?.()),
  };
}
