/** The host's storage, as the core uses it. */

import { attempt } from '../api/attempt.js';
import type { Host } from '../api/host.js';
import { type Exports, HOST_EVENT } from './abi.js';
import type { Inputs } from './inputs.js';

/**
 * Characters of a value that go into the core: more than any of its own has (config.h, `kPropertyLimits`). Other
 * scripts may write under its keys, and WebAssembly's memory never shrinks.
 */
const MAX_VALUE = 1 << 19;

export interface Stored {
  read(key: string): void;
  scan(prefix: string): void;
  write(key: string, value: string): void;
  erase(key: string): void;
  /** Another document wrote or removed the key, or emptied the storage. */
  changed(key: string | null): void;
}

export function openStored(
  host: Host,
  { apz_storage_value, apz_storage_keys, apz_store_failed }: Exports,
  { call, hostEvent }: Inputs,
): Stored {
  // What the core asked for is its own; all else is other scripts'.
  const own = new Set<string>();
  const prefixes = new Set<string>();
  const isOwn = (key: string) =>
    own.has(key) || [...prefixes].some((prefix) => key.startsWith(prefix));

  const read = (key: string) => {
    const value = attempt(() => host.storage?.getItem(key)?.slice(0, MAX_VALUE));
    call(apz_storage_value, [key, value]);
  };
  return {
    read(key) {
      if (!isOwn(key)) own.add(key);
      read(key);
    },
    scan(prefix) {
      prefixes.add(prefix);
      const keys = attempt(() => host.storage?.keys());
      call(apz_storage_keys, [keys?.filter((key) => key.startsWith(prefix)).join('\n')]);
    },
    write(key, value) {
      const written = attempt(() => {
        host.storage?.setItem(key, value);
        return !!host.storage;
      });
      if (!written) call(apz_store_failed, [key]);
    },
    erase: (key) => attempt(() => host.storage?.removeItem(key)),
    // The event's own value may be older than what this page has written since. All tabs have to end up with the
    // same value, so the value that counts is the one in storage now.
    changed(key) {
      if (key === null) hostEvent(HOST_EVENT.storage_cleared);
      else if (isOwn(key)) read(key);
    },
  };
}
