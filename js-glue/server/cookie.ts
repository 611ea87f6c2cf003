/** The cookie of the user id. */

import type { IdCookie } from './first_party.js';

/** Seconds: 400 days, the longest that browsers keep a cookie. */
const MAX_AGE = 400 * 24 * 60 * 60;

/**
 * Returns the value of a header `Set-Cookie` that keeps the visitor's id for 400 days from now; nothing where the request
 * brings no id, as before consent and after it is withdrawn. For a server that adds it to its pages itself.
 *
 * @example
 * const cookie = renewIdCookie(request, { domain: 'shop.example' });
 * if (cookie) response.headers.append('Set-Cookie', cookie);
 */
export function renewIdCookie(
  request: { readonly url: string; readonly headers: Pick<Headers, 'get'> },
  { domain, name = 'appizer_user_id' }: IdCookie,
): string | undefined {
  const key = encodeURIComponent(name);
  const value = cookiesIn(request.headers.get('cookie')).get(key);
  // As the SDK writes it; anything else is not passed on.
  if (!value || !/^[\w.~!*'()%-]{1,800}$/.test(value)) return undefined;
  const rules = [`${key}=${value}`, 'Path=/', `Max-Age=${MAX_AGE}`, 'SameSite=Lax'];
  if (domain) rules.push(`Domain=${domain}`);
  if (new URL(request.url).protocol === 'https:') rules.push('Secure');
  return rules.join('; ');
}

/** The cookies of a header, as they are written; of two with one name the first, which is the more specific. */
export function cookiesIn(header: string | null | undefined): Map<string, string> {
  const all = new Map<string, string>();
  for (const pair of (header ?? '').split(/;\s*/)) {
    const end = pair.indexOf('=');
    const name = pair.slice(0, Math.max(end, 0));
    if (end > 0 && !all.has(name)) all.set(name, pair.slice(end + 1));
  }
  return all;
}
