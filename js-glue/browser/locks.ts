/** Web Locks. */

import type { Locks } from '../api/host.js';
import { AbortController, NativePromise } from '../api/natives.js';

/** Opens the origin's lock manager; none where the browser or the context (http, sandbox) has none. */
export function openLocks(manager: LockManager | undefined): Locks | undefined {
  if (!manager) return undefined;
  const held = new Map<string, () => void>();
  return {
    request(name, wait, answer) {
      const stop = new AbortController();
      let ended = false;
      held.set(name, () => {
        ended = true;
        stop.abort();
      });
      // `ifAvailable` and a signal exclude each other.
      const options: LockOptions = wait ? { signal: stop.signal } : { ifAvailable: true };
      const refused = () => {
        if (ended) return;
        held.delete(name);
        answer(false);
      };
      const ask = async () => {
        try {
          await manager.request(name, options, (lock) => {
            if (!lock || ended) {
              refused();
              return;
            }
            return new NativePromise<void>((release) => {
              held.set(name, () => {
                ended = true;
                release();
              });
              answer(true);
            });
          });
        } catch {
          refused();
        }
      };
      ask();
    },
    release(name) {
      for (const [one, release] of [...held]) {
        const all = !name || name.endsWith('.');
        if (one !== name && !(all && one.startsWith(name))) continue;
        held.delete(one);
        release();
      }
    },
  };
}
