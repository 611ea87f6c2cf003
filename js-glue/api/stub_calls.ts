/** The calls that a page made before the script had loaded. */

import { attempt } from './attempt.js';
import type { Call, Stub } from './build.js';

/** The stub's queue; none where it is no stub (`create` may be given the page's options instead), or replayed. */
export function queueOf(stub: Stub | undefined): Call[] | undefined {
  let queue: Call[] | undefined;
  attempt(() => {
    queue = stub?.q;
  });
  return queue;
}

/**
 * Makes the calls of a stub that has become the client, in order, through `replay`, and those as well that come
 * later: a page may have kept a method of the stub.
 */
export function replayCalls(stub: Stub, queue: Call[], replay: (call: Call) => void): void {
  delete stub.q;
  for (const call of queue.splice(0)) replay(call);
  queue.push = (call) => {
    replay(call);
    return 0;
  };
}
