/** Requests by fetch. */

import type { Answer, Outgoing } from '../api/host.js';
import { AbortController } from '../api/natives.js';

/**
 * Makes a POST. Without credentials: a request with cookies needs an answer that allows them by name, or
 * it is only preflighted. The body is always read to its end: until then a keepalive request's bytes count
 * against the quota of 64 KiB.
 */
export function send(
  fetch: typeof globalThis.fetch,
  { url, body, keepalive }: Outgoing,
  answer: (answer: Answer) => void,
  headers: Record<string, string> = {},
): () => void {
  const over = new AbortController();
  const ask = async () => {
    const got: Answer = { status: 0, body: '', retryAfter: Number.NaN, reset: Number.NaN };
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', ...headers },
        body,
        keepalive,
        credentials: 'omit',
        // Where the page is, is in the events, without its secrets; the header would tell it with them.
        referrerPolicy: 'strict-origin',
        // An answer from elsewhere acknowledges nothing.
        redirect: 'manual',
        signal: over.signal,
      });
      got.status = response.status;
      got.retryAfter = waitOf(response.headers.get('retry-after'));
      got.reset = numberOf(response.headers.get('x-ratelimit-reset'));
      got.body = await response.text();
    } catch {
      // No answer; or a body that breaks off, and the status says what became of the events.
      // Not in the task that asks, also where `fetch` throws at once.
      await null;
    }
    answer(got);
  };
  ask();
  return () => over.abort();
}

function numberOf(text: string | null): number {
  return text ? Number(text) : Number.NaN;
}

// Seconds, or a date (RFC 9110, 10.2.3).
function waitOf(text: string | null): number {
  const seconds = numberOf(text);
  return text && Number.isNaN(seconds)
    ? (Date.parse(text) - Date.now()) / MILLIS_PER_SECOND
    : seconds;
}

const MILLIS_PER_SECOND = 1000;
