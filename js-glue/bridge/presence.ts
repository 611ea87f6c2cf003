/**
 * Where the page is.
 *
 * | from                 | what happens                               | to           |
 * |----------------------|--------------------------------------------|--------------|
 * | any but torn         | `pagehide`                                 | leaving      |
 * | leaving              | refusals have had the time to arrive       | handing_over |
 * | handing_over         | the core knows that the browser took over  | handed_over  |
 * | handed_over          | something else is sent                     | leaving      |
 * | any but torn         | `pageshow`, from the back/forward cache    | here         |
 * | any                  | `pagehide` interrupted while effects were polled | torn   |
 */
export enum PRESENCE {
  here = 0,
  leaving = 1,
  handing_over = 2,
  handed_over = 3,
  torn = 4,
}

// Turns of the microtask queue until a refused fetch has rejected. Firefox refuses one over the keepalive quota
// at once, and the rejection passes a few promises on its way; Chromium takes milliseconds, which are not there.
const TURNS = 8;

export interface Presence {
  /**
   * The page goes away, perhaps to come back. `torn`: what the core had decided to send is not known; `sure`: what
   * is sent reaches the browser.
   */
  leave(torn: boolean, sure: boolean): void;
  /** Whether it is anything but here. */
  isLeaving(): boolean;
  comeBack(): void;
  /** All effects have been performed. */
  drained(): void;
}

/**
 * Keeps track of it. What was sent while the page goes away counts as taken over by the browser once the browser
 * has had the chance to refuse it: then `handOver` is called. There is no task left to wait for, only turns of
 * this one.
 */
export function openPresence(handOver: (sure: boolean) => void): Presence {
  let presence = PRESENCE.here;
  let sure = true;
  const afterRefusals = async () => {
    for (let turns = 0; turns < TURNS; ++turns) await null;
    if (presence !== PRESENCE.leaving) return;
    presence = PRESENCE.handing_over;
    handOver(sure);
    presence = PRESENCE.handed_over;
  };
  const become = (next: PRESENCE) => {
    // The next page sends what this one may not have sent, whatever happens from now on.
    if (presence !== PRESENCE.torn) presence = next;
  };
  return {
    leave(torn, reaches) {
      sure = reaches;
      become(torn ? PRESENCE.torn : PRESENCE.leaving);
    },
    isLeaving: () => presence !== PRESENCE.here,
    comeBack: () => become(PRESENCE.here),
    drained() {
      if (presence !== PRESENCE.leaving && presence !== PRESENCE.handed_over) return;
      presence = PRESENCE.leaving;
      afterRefusals();
    },
  };
}
