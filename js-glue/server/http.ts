/** Requests by Node's own client: other than those of `fetch`, they do not keep a process alive. */

import type { Answer, Outgoing } from '../api/host.js';
import type { ClientRequest, Http } from './builtins.js';

/** Bytes of a body that are read: more than any answer of the API has. */
const MAX_BODY = 8192;
const MILLIS_PER_SECOND = 1000;

export interface Sender {
  send(request: Outgoing, answer: (answer: Answer) => void): () => void;
  close(): void;
}

export function openSender(http: Http, https: Http, headers: Record<string, string>): Sender {
  const agents = {
    'http:': new http.Agent({ keepAlive: true, maxSockets: 1 }),
    'https:': new https.Agent({ keepAlive: true, maxSockets: 1 }),
  };
  return {
    send({ url, body }, answer) {
      const got: Answer = { status: 0, body: '', retryAfter: Number.NaN, reset: Number.NaN };
      let ended = false;
      const end = () => {
        if (ended) return;
        ended = true;
        answer(got);
      };
      const bytes = new TextEncoder().encode(body);
      const secure = url.startsWith('https:');
      let request: ClientRequest;
      try {
        request = (secure ? https : http).request(url, {
          method: 'POST',
          agent: agents[secure ? 'https:' : 'http:'],
          headers: {
            'Content-Type': 'application/json',
            'Content-Length': String(bytes.length),
            ...headers,
          },
        });
      } catch {
        // Not a URL: `apiBase` is wrong.
        queueMicrotask(end);
        return () => {
          ended = true;
        };
      }
      request.on('socket', (socket) => socket.unref());
      request.on('error', end);
      request.on('close', end);
      request.on('response', (response) => {
        got.status = response.statusCode ?? 0;
        const text = String(response.headers['retry-after'] ?? '');
        got.retryAfter = text === '' ? Number.NaN : Number(text);
        if (text && Number.isNaN(got.retryAfter)) {
          // A date (RFC 9110, 10.2.3), by the server's clock.
          const at = Date.parse(text);
          const sent = Date.parse(String(response.headers.date)) || Date.now();
          got.retryAfter = (at - sent) / MILLIS_PER_SECOND;
        }
        const reset = response.headers['x-ratelimit-reset'];
        got.reset = typeof reset === 'string' ? Number(reset) : Number.NaN;
        let size = 0;
        response.setEncoding('utf8');
        response.on('data', (part: string) => {
          if (size < MAX_BODY) got.body += part.slice(0, MAX_BODY - size);
          size += part.length;
          // An endless body acknowledges nothing more.
          if (size > MAX_BODY) request.destroy();
        });
        response.on('end', end);
        response.on('error', end);
      });
      request.end(bytes);
      return () => {
        ended = true;
        request.destroy();
      };
    },
    close() {
      for (const agent of Object.values(agents)) agent.destroy();
    },
  };
}
