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

/** Written and removed at once, to see which domains take cookies. */
const PROBE = 'appizer_probe';
// Seconds, in case the page ends in between.
const PROBE_MAX_AGE = 9;
/** The widest domain, once it is known. */
let known: string | undefined;

/** What follows the value of a cookie. */
const rules = (maxAge: number, domain: string) =>
  `; path=/; max-age=${maxAge}; SameSite=Lax${location.protocol === 'https:' ? '; Secure' : ''}${domain}`;

/** All domains that the page may name, the widest first: `example.com` before `shop.example.com`. */
function domains(): string[] {
  const labels = location.hostname.split('.');
  return labels.map((_, i) => `; domain=${labels.slice(labels.length - 1 - i).join('.')}`);
}

/**
 * The widest domain that takes cookies, so that sub-domains share them. Public suffixes (`co.uk`) refuse, which shows only
 * when a cookie is read back; not with the cookie that is to be written, which may be there already. An address or a
 * single label may take none.
 */
function widest(): string {
  if (known !== undefined) return known;
  for (const domain of domains()) {
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is asynchronous, and not everywhere
    document.cookie = `${PROBE}=1${rules(PROBE_MAX_AGE, domain)}`;
    const taken = getCookie(PROBE);
    // biome-ignore lint/suspicious/noDocumentCookie: as above
    document.cookie = `${PROBE}=${rules(0, domain)}`;
    if (taken) {
      known = domain;
      return domain;
    }
  }
  return '';
}

/** Sets a cookie for the widest domain, or removes it from all. */
function setCookie(name: string, value: string, maxAge: number): void {
  for (const domain of maxAge ? [widest()] : [...domains(), '']) {
    // biome-ignore lint/suspicious/noDocumentCookie: as above
    document.cookie = `${name}=${encodeURIComponent(value)}${rules(maxAge, domain)}`;
  }
  if (maxAge && getCookie(name) !== value) throw new Error('no cookies');
}
