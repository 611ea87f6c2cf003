/**
 * Feeds inputs to the core. The rule: one input, then perform every effect, then arm the timer. What the page
 * says by API calls is drained at the end of its task, so that a burst is written in one go, unless a call waits
 * for storage; host events are drained at once.
 */

import type { Host } from '../api/host.js';
import { ANSWER, HOST_EVENT } from './abi.js';
import type { Core, Effect } from './core.js';
import type { Inputs } from './inputs.js';
import { openTimer } from './timer.js';

export interface Loop {
  /** Takes a host event. */
  dispatch(input: () => void): void;
  /** Takes an API call, and returns its status. */
  command(input: () => number): number;
  /** Calls into the core; `otherwise` where the client has ended, or ends by this very call. */
  guarded<T>(act: () => T, otherwise: T): T;
  /** Performs every effect, then arms the timer. */
  drain(): void;
  /**
   * Makes ready for another drain after the page was interrupted in the middle of one. Returns whether an
   * effect may have been lost: the core was giving it out.
   */
  resume(): boolean;
  /** Ends the client. */
  retire(): void;
}

/** What the loop needs of the client around it. */
export interface LoopEvents {
  perform(effect: Effect): void;
  /** Every effect has been performed. */
  drained(): void;
  /** The client has ended; `failed`: by a trap. */
  retired(failed: boolean): void;
}

export function openLoop(core: Core, host: Host, inputs: Inputs, on: LoopEvents): Loop {
  let deferred = false;
  let draining = false;
  let retired = false;
  let current: Effect | undefined; // being performed

  // A trap is a bug of our own. The page must not notice: the client ends.
  const guarded: Loop['guarded'] = (act, otherwise) => {
    if (retired) return otherwise;
    try {
      return act();
    } catch {
      retire(true);
      return otherwise;
    }
  };

  const drain = () => {
    if (draining) return;
    draining = true;
    try {
      // One that is there already was interrupted, see `resume`.
      for (current ??= core.poll(); current && !retired; current = core.poll()) {
        on.perform(current);
        current = undefined;
      }
    } finally {
      draining = false;
    }
    timer.arm(retired ? -1 : core.exports.apz_next_wake(), inputs.moment());
    on.drained();
  };

  const dispatch = (input: () => void) =>
    guarded(() => {
      input();
      drain();
    }, undefined);

  const retire = (failed: boolean) => {
    retired = true;
    timer.stop();
    on.retired(failed);
  };

  const timer = openTimer(host, () => dispatch(() => inputs.hostEvent(HOST_EVENT.wake)));

  return {
    dispatch,
    command: (input) =>
      guarded(() => {
        const status = input();
        if (status <= ANSWER.waits) {
          drain();
          return status - ANSWER.waits;
        }
        if (!deferred) {
          deferred = true;
          host.defer(() => {
            deferred = false;
            guarded(drain, undefined);
          });
        }
        return status;
      }, -1),
    guarded,
    drain,
    resume() {
      const torn = draining && !current;
      draining = false;
      return torn;
    },
    retire: () => retire(false),
  };
}
