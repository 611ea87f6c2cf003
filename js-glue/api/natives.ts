/**
 * What the SDK needs of its surroundings, as it was when the script ran: pages and their libraries replace
 * such things later, and not always by what works.
 */

export const { parse, stringify } = JSON;
export const { now } = Date;
export const monotonic = globalThis.performance?.now.bind(performance);
// The language's own, whatever a page has put under its name.
export const NativePromise = (async () => {})().constructor as PromiseConstructor;

/**
 * What zone.js has replaced is still there under this name. Through its replacements each of our timers and events would
 * make Angular look for changes. https://github.com/angular/angular/tree/main/packages/zone.js
 */
function native<T extends object, Name extends string & keyof T>(owner: T, name: Name): T[Name] {
  return (owner as Record<string, T[Name]>)[`__zone_symbol__${name}`] ?? owner[name];
}

export const setTimeout = native(globalThis, 'setTimeout');
export const clearTimeout = native(globalThis, 'clearTimeout');
export const requestIdleCallback = native(globalThis, 'requestIdleCallback') as
  | typeof globalThis.requestIdleCallback
  | undefined;

// What a page may lack; the fallback file brings stand-ins (stand_ins.ts).
export let { AbortController, TextEncoder, TextDecoder } = globalThis;
export let queueMicrotask = native(globalThis, 'queueMicrotask');
export let fetch = native(globalThis, 'fetch');

export type StandIns = Pick<
  typeof globalThis,
  'AbortController' | 'TextEncoder' | 'TextDecoder' | 'queueMicrotask' | 'fetch'
>;

/** The names of what the page lacks: of what the core needs, and of what the browser's host needs if that is in use. */
export function missing(inBrowser: boolean): string {
  const needed = {
    TextEncoder,
    TextDecoder,
    ...(inBrowser && { AbortController, queueMicrotask, fetch }),
  };
  return Object.entries(needed)
    .filter(([, value]) => !value)
    .map(([name]) => name)
    .join(', ');
}

/** Puts stand-ins in the places of what the page lacks. */
export function provide(all: StandIns): void {
  AbortController ??= all.AbortController;
  TextEncoder ??= all.TextEncoder;
  TextDecoder ??= all.TextDecoder;
  queueMicrotask ??= all.queueMicrotask;
  fetch ??= all.fetch;
}

/**
 * The page's `fetch` as it is at each call: a script that wraps it wants to see requests, and may unwrap it. Where that
 * does not work at all, it is the one that was there before.
 */
export const pageFetch: typeof fetch = async (...given) => {
  let response: Promise<Response> | undefined;
  try {
    response = globalThis.fetch(...given);
  } catch {
    // It is broken, or gone.
  }
  const answer = await response;
  return answer?.status === undefined ? fetch(...given) : answer;
};

// Not every server has event targets.
const events = (globalThis.EventTarget ?? Object).prototype as EventTarget;
const addEventListener = native(events, 'addEventListener');
const removeEventListener = native(events, 'removeEventListener');

/**
 * Listens until the signal says otherwise. Engines that take no signal here (Chrome before 90, Firefox before
 * 86, Safari before 15) listen on; so a listener has to know by itself when it is over.
 */
export function listen<E extends Event>(
  target: EventTarget,
  type: string,
  listener: (event: E) => void,
  signal: AbortSignal,
  capture = true,
): void {
  const given = listener as EventListener;
  const options = { capture, passive: true };
  try {
    addEventListener.call(target, type, given, { ...options, signal });
  } catch {
    // No engine takes a stand-in's signal.
    addEventListener.call(target, type, given, options);
    signal.addEventListener('abort', () => removeEventListener.call(target, type, given, options));
  }
}

/** A document's own property: `<form name="title">` puts itself before it. */
export function ofDocument<Name extends keyof Document>(name: Name): Document[Name] {
  return Reflect.get(Document.prototype, name, document);
}
