/**
 * What the SDK needs of its surroundings, as it was when the script ran: pages and their libraries replace
 * such things later, and not always by what works.
 */

export const { parse, stringify } = JSON;
export const { now } = Date;
export const monotonic = globalThis.performance?.now.bind(performance);
// The one that the language itself makes, whoever has taken its name.
export const NativePromise = (async () => {})().constructor as PromiseConstructor;
export const { AbortController, fetch, setTimeout, clearTimeout, queueMicrotask } = globalThis;

// Not every server has event targets.
const { addEventListener } = (globalThis.EventTarget ?? Object).prototype as EventTarget;

/**
 * Listens until the signal says otherwise. Engines that take no signal here (Chrome before 90, Firefox before
 * 86, Safari before 15) listen on; so whoever is called has to know by itself when it is over.
 */
export function listen<E extends Event>(
  target: EventTarget,
  type: string,
  listener: (event: E) => void,
  signal: AbortSignal,
  capture = true,
): void {
  addEventListener.call(target, type, listener as EventListener, {
    capture,
    passive: true,
    signal,
  });
}

/** A document's own property: `<form name="title">` puts itself before it. */
export function ofDocument<Name extends keyof Document>(name: Name): Document[Name] {
  return Reflect.get(Document.prototype, name, document);
}
