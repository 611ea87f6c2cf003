/** The page's localStorage. */

import type { Storage } from './host.js';

/**
 * Opens localStorage, which may be denied (private windows, sandboxed frames, cookies off): merely touching
 * it can throw, so that is tried here once.
 */
export function openStorage(): Storage | undefined {
  try {
    const store = window.localStorage;
    // A missing key, to learn whether reading is allowed at all.
    store.getItem('');
    return {
      getItem: (key) => store.getItem(key),
      setItem: (key, value) => store.setItem(key, value),
      removeItem: (key) => store.removeItem(key),
      keys: () => Object.keys(store),
    };
  } catch {
    return undefined;
  }
}
