/** Requests by fetch. */

import type { Answer, Outgoing } from '../api/host.js';
import { AbortController, clearTimeout, setTimeout, TextDecoder } from '../api/natives.js';

type Fetch = typeof globalThis.fetch;

/**
 * Makes a POST. Without credentials: a request with cookies needs an answer that allows them by name, or
 * it is only preflighted.
 *
 * A 2xx is an answer as soon as its status is known, whatever its body, which may never end. Of others the body's
 * beginning is part of the answer. The body is read on, within bounds, also where nobody needs it: until then a
 * keepalive request's bytes count against the quota of 64 KiB that all of the page's share.
 */
export function send(
  fetch: Fetch,
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
        // The events say where the page is, without its secrets; the header would have them.
        referrerPolicy: 'strict-origin',
        // An answer from elsewhere acknowledges nothing.
        redirect: 'manual',
        signal: over.signal,
      });
      if (isFrom(response, url)) {
        got.status = response.status;
        readRetryHeaders(got, response.headers);
      }
      const beginning = readBeginning(response);
      // Until a body is read its request counts against the quota of keepalive, and the next one may fail by that.
      // A 2xx counts all the same where its body does not end.
      got.body = await (response.ok ? orPause(beginning) : beginning);
    } catch {
      // No answer; or one that breaks off, whose status still says what became of the events.
      // Not in the task that asks, also where `fetch` throws at once.
      await null;
    }
    answer(got);
  };
  ask();
  return () => over.abort();
}

// A service worker that cannot reach the network may answer with a page from its cache, and with status 200. A
// response that a script made has no URL, or that of the request.
function isFrom(response: Response, url: string): boolean {
  const { url: from } = response;
  return !from || from === new URL(url, from).href;
}

/** Bytes of a body that are read: more than any answer of the API has, and WebAssembly's memory never shrinks. */
export const MAX_BODY = 8192;
/** Milliseconds for them. */
const MAX_WAIT = 5000;

/** Milliseconds that a 2xx waits for the end of its body. */
const MAX_PAUSE = 500;

async function orPause(end: Promise<string>): Promise<string> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const pause = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(''), MAX_PAUSE);
  });
  const text = await Promise.race([end, pause]);
  clearTimeout(timer);
  return text;
}

/** Returns the beginning of a body, as far as it arrives. Never throws. */
async function readBeginning(response: Response): Promise<string> {
  let text = '';
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    // Ends a read that waits.
    const stop = async () => {
      try {
        await reader.cancel();
      } catch {
        // It broke off.
      }
    };
    timer = setTimeout(stop, MAX_WAIT);
    const decoder = new TextDecoder();
    for (let bytes = 0; bytes < MAX_BODY; ) {
      const { done, value } = await reader.read();
      if (done) break;
      text += decoder.decode(value.subarray(0, MAX_BODY - bytes), { stream: true });
      bytes += value.length;
    }
    stop();
  } catch {
    // It has none, or breaks off.
  }
  clearTimeout(timer);
  return text;
}

const MILLIS_PER_SECOND = 1000;

// `Retry-After` is in seconds, or a date (RFC 9110, 10.2.3). A date is by the server's clock, and so is the header
// `Date`; where the server does not let the page read that, the core compares the date with the visitor's clock.
export function readRetryHeaders(got: Answer, headers: Pick<Headers, 'get'>): void {
  const text = headers.get('retry-after');
  got.retryAfter = numberOf(text);
  got.reset = numberOf(headers.get('x-ratelimit-reset'));
  if (!text || !Number.isNaN(got.retryAfter)) return;
  const at = Date.parse(text) / MILLIS_PER_SECOND;
  const sent = Date.parse(headers.get('date') ?? '') / MILLIS_PER_SECOND;
  if (Number.isNaN(sent)) got.retryAt = at;
  else got.retryAfter = at - sent;
}

// Not `Number`, which takes 'Infinity' and '0x10' as well.
function numberOf(text: string | null): number {
  return /^\d+(\.\d+)?$/.test(text ?? '') ? Number(text) : Number.NaN;
}
