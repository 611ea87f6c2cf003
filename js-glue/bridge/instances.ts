/**
 * Instances of the module: one for each client.
 *
 * An engine reserves gigabytes of addresses for the memory of each (V8 has room for some 120), and a client that was
 * shut down needs its own until the end of the task. So of clients that come and go within one task most wait for
 * the instance of another one. All other instances are left to the garbage collector.
 */

import { NativePromise } from '../api/natives.js';
import type { Exports } from './abi.js';
import { type Core, openCore } from './core.js';

/** Clients that are shut down, and not done yet. */
const MAX_ENDING = 32;

export interface Instances {
  /** Throws where the engine refuses to make one at once, or it is time to wait for others. */
  take(): Core;
  /** Waits for what `take` would not. */
  takeLater(): Promise<Core>;
}

export function openInstances(module: WebAssembly.Module): Instances {
  const waiting: ((exports?: Exports) => void)[] = [];
  let ending = 0;
  // Never runs: its memory is as every instance's is in the beginning.
  let unused: Exports | undefined;

  const make = () => new WebAssembly.Instance(module).exports as unknown as Exports;
  const open = (exports: Exports): Core => {
    let ended = 0;
    return openCore(exports, {
      end() {
        ++ending;
        ended = 1;
      },
      release(failed) {
        ending -= ended;
        waiting.shift()?.(failed ? undefined : exports);
      },
    });
  };
  // As if it had not run. Its stack is empty, unless the client failed.
  const renew = (exports: Exports) => {
    unused ??= make();
    const bytes = new Uint8Array(exports.memory.buffer);
    bytes.fill(0);
    bytes.set(new Uint8Array(unused.memory.buffer));
    return exports;
  };

  return {
    take() {
      if (ending >= MAX_ENDING) throw new Error('too many at once');
      return open(make());
    },
    async takeLater() {
      let exports: Exports | undefined;
      if (ending >= MAX_ENDING) {
        exports = await new NativePromise<Exports | undefined>((resolve) => waiting.push(resolve));
      }
      return open(
        exports
          ? renew(exports)
          : ((await WebAssembly.instantiate(module)).exports as unknown as Exports),
      );
    },
  };
}
