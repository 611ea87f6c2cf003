/**
 * Stand-ins for what a page may lack: some embedders' browsers have no `fetch`, and pages delete or break things. As
 * much of each as the SDK uses. In the fallback's file, so that only such a page loads them.
 */

import type { StandIns } from '../api/natives.js';

class Encoder {
  encode(text: string): Uint8Array<ArrayBuffer> {
    // The one conversion to UTF-8 that every engine has; it refuses lone surrogates, which UTF-8 has no form for.
    const whole = text.replace(/[\uD800-\uDBFF][\uDC00-\uDFFF]|[\uD800-\uDFFF]/g, (unit) =>
      unit.length > 1 ? unit : '\uFFFD',
    );
    const bytes = encodeURIComponent(whole).replace(/%(..)/g, (_, hex) =>
      String.fromCharCode(+`0x${hex}`),
    );
    return Uint8Array.from(bytes, (unit) => unit.charCodeAt(0));
  }
  encodeInto(text: string, target: Uint8Array) {
    const bytes = this.encode(text);
    target.set(bytes);
    return { read: text.length, written: bytes.length };
  }
}

class Decoder {
  decode(bytes: Uint8Array = new Uint8Array()): string {
    let text = '';
    for (const byte of bytes) text += `%${(byte + 0x100).toString(16).slice(1)}`;
    try {
      return decodeURIComponent(text);
    } catch {
      // Not UTF-8, such as an answer that was cut: the ASCII of it is enough to read.
      return unescape(text);
    }
  }
}

type Ended = () => void;

class Signal {
  aborted = false;
  ends: Ended[] = [];
  addEventListener(_: string, ended: Ended) {
    this.ends.push(ended);
  }
}

class Controller {
  signal = new Signal();
  abort() {
    this.signal.aborted = true;
    for (const ended of this.signal.ends.splice(0)) ended();
  }
}

/** `fetch` by `XMLHttpRequest`. It cannot survive the page. */
function fetchByXhr(url: string, { method, headers, body, signal }: RequestInit) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(method as string, url);
    for (const [name, value] of Object.entries(headers as Record<string, string>)) {
      request.setRequestHeader(name, value);
    }
    signal?.addEventListener('abort', () => request.abort());
    request.onabort = request.onerror = reject;
    request.onload = () => {
      const { status, responseURL, responseText } = request;
      const chunks = [new Encoder().encode(responseText)];
      resolve({
        status,
        ok: status >= 200 && status < 300,
        url: responseURL,
        headers: { get: (name: string) => request.getResponseHeader(name) },
        body: {
          getReader: () => ({
            read: async () => ({ done: !chunks.length, value: chunks.pop() }),
            cancel: async () => {},
          }),
        },
      });
    };
    request.send(body as string);
  });
}

export const standIns = {
  AbortController: Controller,
  TextEncoder: Encoder,
  TextDecoder: Decoder,
  queueMicrotask: (call: () => void) => {
    Promise.resolve().then(call);
  },
  fetch: fetchByXhr,
} as unknown as StandIns;
