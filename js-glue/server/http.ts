/** Requests by Node's own client: other than those of `fetch`, they do not keep a process alive. */

import type { Answer, Outgoing } from '../api/host.js';
import { MAX_BODY, readRetryHeaders } from '../bridge/network.js';
import type { ClientRequest, Http } from './builtins.js';

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
        const { headers } = response;
        readRetryHeaders(got, { get: (name) => headers[name]?.toString() ?? null });
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
