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
  const pairs = (request.headers.get('cookie') ?? '').split(/;\s*/);
  const found = pairs.find((pair) => pair.startsWith(`${key}=`));
  const value = found?.slice(key.length + 1);
  // As the SDK writes it; anything else is not passed on.
  if (!value || !/^[\w.~!*'()%-]{1,800}$/.test(value)) return undefined;
  const rules = [`${key}=${value}`, 'Path=/', `Max-Age=${MAX_AGE}`, 'SameSite=Lax'];
  if (domain) rules.push(`Domain=${domain}`);
  if (new URL(request.url).protocol === 'https:') rules.push('Secure');
  return rules.join('; ');
}
