/** A server that records requests and accepts everything, unless a test wants it to fail. */

import type { Answer, Outgoing } from '../api/host.js';
import { TextEncoder } from '../api/natives.js';
import type { Clock } from './clock.js';
import type { Failure, SentEvent, SentRequest } from './types.js';

export interface Server {
  requests: SentRequest[];
  send(request: Outgoing, answer: (answer: Answer) => void): () => void;
  /** The events that it has accepted, in order. */
  events(): SentEvent[];
  failNext(status: number, count: number, failure: Failure): void;
  setOnline(online: boolean): void;
}

const OK = 200;
const REDIRECT = 300;

export function createServer(clock: Clock): Server {
  const requests: SentRequest[] = [];
  const failures: { status: number; failure: Failure }[] = [];
  let online = true;
  const outcome = () =>
    online
      ? (failures.shift() ?? { status: OK, failure: {} as Failure })
      : { status: 0, failure: {} as Failure };
  return {
    requests,
    send({ url, body, keepalive }, answer) {
      const { status, failure } = outcome();
      const request: SentRequest = {
        time: clock.now(),
        path: new URL(url).pathname,
        url,
        body: JSON.parse(body),
        bytes: new TextEncoder().encode(body).length,
        keepalive,
        status: -1,
      };
      requests.push(request);
      return clock.timer(failure.delay ?? 0, () => {
        request.status = status;
        answer({
          status,
          body: failure.body === undefined ? '' : JSON.stringify(failure.body),
          retryAfter: failure.retryAfter ?? Number.NaN,
          reset: Number.NaN,
        });
      });
    },
    events: () =>
      requests
        .filter(({ status, path }) => status >= OK && status < REDIRECT && path.includes('/events'))
        .flatMap(({ body }) => (body.events ?? [body]) as SentEvent[]),
    failNext(status, count, failure) {
      for (let i = 0; i < count; ++i) failures.push({ status, failure });
    },
    setOnline(is) {
      online = is;
    },
  };
}
