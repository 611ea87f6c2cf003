/**
 * Adds the visitor to the page's requests to its own origin: a header, from which
 * `fromRequest` of `appizer-web/server` reads the visitor, the session and the view.
 */

import { attempt } from '../api/attempt.js';
import type { Context } from '../api/types.js';
import { headerOf, VISITOR_HEADER } from './header.js';

export interface PropagateOptions {
  /** Other origins of yours that get the header too. A server of another origin has to allow it (CORS). Default: none. */
  origins?: readonly string[];
}

/** A client, as far as it matters here. */
export interface Contextual {
  getContext(): Context;
}

/**
 * Adds the header to requests by `fetch` and `XMLHttpRequest` from now on. Nothing is added without a visitor's id, as
 * before consent. Returns what ends that.
 */
export function propagate(client: Contextual, { origins = [] }: PropagateOptions = {}): () => void {
  const own = new Set([location.origin, ...origins]);
  let on = true;

  const headerFor = (address: string | URL): string | undefined =>
    attempt(() => {
      if (!on || !own.has(new URL(address, document.baseURI).origin)) return undefined;
      return headerOf(client.getContext());
    });

  const { fetch } = window;
  const withHeader: typeof fetch = function (this: unknown, input, init) {
    // The page's own call goes out as it is where anything here fails.
    const more = attempt(() => {
      const request = typeof input === 'object' && 'headers' in input ? input : undefined;
      const value = headerFor(request ? request.url : (input as string | URL));
      if (!value) return undefined;
      const headers = new Headers(init?.headers ?? request?.headers);
      headers.set(VISITOR_HEADER, value);
      return { ...init, headers };
    });
    return fetch.call(this ?? window, input, more ?? init);
  };
  window.fetch = withHeader;

  const { prototype } = XMLHttpRequest;
  const { open } = prototype;
  const openWithHeader = function (this: XMLHttpRequest, ...given: unknown[]) {
    Reflect.apply(open, this, given);
    const value = headerFor(given[1] as string);
    if (value) attempt(() => this.setRequestHeader(VISITOR_HEADER, value));
  };
  prototype.open = openWithHeader as typeof open;

  return () => {
    on = false;
    // Where somebody has wrapped it since, a layer is left, which adds nothing.
    if (window.fetch === withHeader) window.fetch = fetch;
    if (prototype.open === openWithHeader) prototype.open = open;
  };
}
