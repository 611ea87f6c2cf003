/** The page, as scripts of consent banners find it. */

import { attempt } from '../api/attempt.js';
import { clearTimeout, setTimeout } from '../api/natives.js';

/** A global that another script makes, or not. */
export function globalOf<T>(name: string): Partial<T> | undefined {
  const value = (globalThis as unknown as Record<string, unknown>)[name];
  return value ? (value as Partial<T>) : undefined;
}

/** Listens; what the listener throws stays here. Returns what ends it. */
export function on(
  target: EventTarget,
  types: readonly string[],
  listener: (detail: unknown, type: string) => void,
): () => void {
  const listen = (event: Event) =>
    attempt(() => listener((event as CustomEvent<unknown>).detail, event.type));
  for (const type of types) target.addEventListener(type, listen);
  return () => {
    for (const type of types) target.removeEventListener(type, listen);
  };
}

/** Calls it after so many milliseconds, but does not keep a process alive for that. Returns what ends it. */
export function later(delay: number, call: () => void): () => void {
  const timer = setTimeout(call, delay);
  (timer as { unref?: () => void }).unref?.();
  return () => clearTimeout(timer);
}

// Milliseconds. A banner's script may load at any time, and not every API has an event for that.
const FIRST_LOOK = 50;
const SLOWEST_LOOK = 1000;

/** Calls `found` once there is what `search` looks for, now or later. Returns what ends the search, and calls what `found` returned. */
export function whenThere<T>(
  search: () => T | undefined | false,
  found: (it: T) => (() => void) | undefined,
): () => void {
  let stop: (() => void) | undefined;
  let end: (() => void) | undefined;
  const again = (delay: number) => {
    const it = attempt(search);
    if (it) {
      end = attempt(() => found(it));
      return;
    }
    stop = later(delay, () => again(Math.min(delay * 1.5, SLOWEST_LOOK)));
  };
  again(FIRST_LOOK);
  return () => {
    stop?.();
    attempt(() => end?.());
  };
}
