/** Where a page keeps things: localStorage, and cookies for keys that start with `cookie:`. */

import type { Storage } from '../api/host.js';

const COOKIE = 'cookie:';
// The longest that browsers allow (RFC 6265bis, 400 days).
const MAX_AGE = 34_560_000;

/**
 * localStorage, which may be denied (private windows, sandboxed frames, cookies off): merely touching it can throw.
 * It is not touched before it is used, which may be never, as the first time waits for another process. Without
 * it, cookies may still work.
 */
export function openStorage(): Storage {
  let store: globalThis.Storage | undefined;
  const local = () => {
    store ??= window.localStorage;
    return store;
  };
  return {
    getItem: (key) => (key.startsWith(COOKIE) ? getCookie(nameOf(key)) : local().getItem(key)),
    setItem: (key, value) => {
      if (key.startsWith(COOKIE)) setCookie(nameOf(key), value, MAX_AGE);
      else local().setItem(key, value);
    },
    removeItem: (key) => {
      if (key.startsWith(COOKIE)) setCookie(nameOf(key), '', 0);
      else local().removeItem(key);
    },
    keys: () => Object.keys(local()),
  };
}

const nameOf = (key: string) => encodeURIComponent(key.slice(COOKIE.length));

function getCookie(name: string): string | null {
  for (const pair of document.cookie.split('; ')) {
    if (pair.startsWith(`${name}=`)) return decodeURIComponent(pair.slice(name.length + 1));
  }
  return null;
}

/**
 * Sets a cookie for the widest domain that the browser accepts, so that sub-domains share it: `example.com`
 * before `shop.example.com`. Public suffixes (`co.uk`) refuse, which shows only when it is read back.
 */
function setCookie(name: string, value: string, maxAge: number): void {
  const text = encodeURIComponent(value);
  const rules = `; path=/; max-age=${maxAge}; SameSite=Lax${location.protocol === 'https:' ? '; Secure' : ''}`;
  const labels = location.hostname.split('.');
  for (let first = labels.length - 1; first >= 0; --first) {
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is asynchronous, and not everywhere
    document.cookie = `${name}=${text}${rules}; domain=${labels.slice(first).join('.')}`;
    if (maxAge && getCookie(name) === value) return;
  }
  // An address or a single label takes no domain.
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is asynchronous, and not everywhere
  document.cookie = `${name}=${text}${rules}`;
  if (maxAge && getCookie(name) !== value) throw new Error('no cookies');
}
