/** Calls into the core: what every input takes. */

import type { Host } from '../api/host.js';
import type { HOST_EVENT } from './abi.js';
import type { Core, Texts } from './core.js';

/** Calls one input: first the sizes of its texts, then its numbers, and last the moment. */
export type Call = <T>(input: (...all: number[]) => T, texts: Texts, ...numbers: number[]) => T;

export interface Inputs {
  call: Call;
  /** A host event that carries nothing else. */
  hostEvent(event: HOST_EVENT): void;
  /** Writes random bytes behind the first `offset` bytes of the input. */
  entropy(offset: number, size: number): void;
  /** The moment of the last input, on the monotonic clock. */
  moment(): number;
}

export function openInputs(core: Core, host: Host): Inputs {
  let moment = 0;
  const call: Call = (input, texts, ...numbers) => {
    moment = host.monotonic();
    return input(...core.write(texts), ...numbers, moment, host.wall());
  };
  return {
    call,
    hostEvent: (event) => call(core.exports.apz_host_event, [], event),
    entropy(offset, size) {
      const bytes = new Uint8Array(size);
      host.random(bytes);
      core.writeBytes(offset, bytes);
    },
    moment: () => moment,
  };
}
