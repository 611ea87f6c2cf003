/** Requests of pages to the API. */

import type { FirstPartyOptions } from './first_party.js';

const CALLS = ['v1/events', 'v1/events/batch', 'v1/users', 'v1/users/aliases'];
/** Characters: more than any batch of the SDK has. */
const MAX_BODY = 1_000_000;
/** Milliseconds, less than the SDK waits for an answer. */
const PATIENCE = 25_000;
/** What of an answer the SDK reads. */
const PASSED = ['content-type', 'retry-after', 'x-ratelimit-limit', 'x-ratelimit-remaining'];
PASSED.push('x-ratelimit-reset', 'date');

/** `rest`: the path behind that of the site. `address`: the visitor's, where it is known. */
export async function forward(
  options: FirstPartyOptions,
  request: Request,
  rest: string,
  address: string | undefined,
): Promise<Response> {
  if (!CALLS.includes(rest)) return new Response(null, { status: 404 });
  const origin = request.headers.get('origin');
  if (!origin || !options.origins.includes(origin)) return new Response(null, { status: 403 });
  const body = await request.text();
  if (body.length > MAX_BODY) return new Response(null, { status: 413 });
  const agent = request.headers.get('user-agent');
  // Nothing else of the visitor's request: no cookies, and no addresses that it claims.
  const headers: Record<string, string> = { 'Content-Type': 'application/json' };
  if (options.apiKey) headers.Authorization = `Bearer ${options.apiKey}`;
  else headers.Origin = origin;
  if (agent) headers['User-Agent'] = agent;
  if (address) headers['X-Forwarded-For'] = address;
  const answer = await fetch(`${options.apiBase ?? 'https://api.appizer.com'}/${rest}`, {
    method: 'POST',
    headers,
    body: options.apiKey && rest.startsWith('v1/events') ? addressed(body, address) : body,
    redirect: 'manual',
    signal: AbortSignal.timeout(PATIENCE),
  });
  const passed = new Headers({ 'Cache-Control': 'no-store' });
  for (const name of PASSED) {
    const value = answer.headers.get(name);
    if (value !== null) passed.set(name, value);
  }
  return new Response(await answer.text(), { status: answer.status, headers: passed });
}

/** The events with the visitor's address, and with none that the page claims. Text that is no JSON stays as it is. */
function addressed(body: string, address: string | undefined): string {
  try {
    const parsed = JSON.parse(body);
    for (const event of parsed.events ?? [parsed]) {
      delete event.ip;
      if (address) event.ip = address;
    }
    return JSON.stringify(parsed);
  } catch {
    return body;
  }
}
