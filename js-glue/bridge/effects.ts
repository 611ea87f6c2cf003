/** Performs the core's effects, one at a time, in the order in which the core gives them. */

import { attempt } from '../api/attempt.js';
import type { Answer, Host, HostEvents } from '../api/host.js';
import { EFFECT } from './abi.js';
import type { Core, Effect } from './core.js';
import type { Inputs } from './inputs.js';
import type { ClientOutput } from './runtime.js';
import type { Stored } from './stored.js';

/** What performing an effect needs of the client around it. */
export interface Surroundings {
  core: Core;
  host: Host;
  inputs: Inputs;
  stored: Stored;
  output: ClientOutput;
  /** Whether the page is hidden or leaves. */
  isLeaving(): boolean;
  /** Takes an input that comes later than the effect. */
  dispatch(input: () => void): void;
  /** Where the host reports what it watches. */
  events: HostEvents;
  /** Keeps what ends a watch, until the client ends. */
  onEnd(end: (() => void) | undefined): void;
}

export interface Effects {
  perform(effect: Effect): void;
  /** Gives up every request. */
  cancelAll(): void;
}

export function performEffects(around: Surroundings): Effects {
  const { core, host, inputs, stored, output, dispatch, events, onEnd, isLeaving } = around;
  const { exports } = core;
  const { call } = inputs;
  const requests = new Map<number, () => void>();

  const respond = (
    id: number,
    { status, body, retryAfter, reset, retryAt = Number.NaN }: Answer,
  ) => {
    if (!requests.delete(id)) return;
    dispatch(() => call(exports.apz_response, [body], id, status, retryAfter, reset, retryAt));
  };

  const perform = ([kind, flag, number, text, more]: Effect) => {
    switch (kind) {
      case EFFECT.request:
        requests.set(
          number,
          host.send({ url: text, body: more, keepalive: flag, leaving: isLeaving() }, (answer) =>
            respond(number, answer),
          ),
        );
        break;
      case EFFECT.cancel:
        requests.get(number)?.();
        requests.delete(number);
        break;
      case EFFECT.store:
        stored.write(text, more);
        break;
      case EFFECT.erase:
        stored.erase(text);
        break;
      case EFFECT.read:
        stored.read(text);
        break;
      case EFFECT.scan:
        stored.scan(text);
        break;
      case EFFECT.lock:
        host.locks?.request(text, flag, (granted) =>
          dispatch(() => call(exports.apz_lock, [text], Number(granted))),
        );
        break;
      case EFFECT.unlock:
        host.locks?.release(text);
        break;
      case EFFECT.fetch_later:
        host.fetchLater?.(text, more);
        break;
      case EFFECT.page_facts: {
        const page = attempt(() => host.page?.(flag, !!number));
        if (!page) break;
        const { url, title, referrer, landing = '', scroll, loaded = true } = page;
        const texts = [
          output.url(url),
          title,
          output.url(referrer),
          landing && output.url(landing),
        ];
        call(exports.apz_page_facts, texts, scroll, Number(loaded));
        break;
      }
      case EFFECT.watch:
        onEnd(attempt(() => host.watch?.(number, events, output.url)));
        break;
      case EFFECT.form_values:
        attempt(() => host.forms?.values(number, text));
        break;
      case EFFECT.form_check:
        attempt(() => host.forms?.check(number, flag));
        break;
      case EFFECT.hint:
        output.hint(number, text);
        break;
      case EFFECT.report:
        output.report(text);
        break;
      case EFFECT.compose:
        output.compose(text, more);
        break;
      case EFFECT.flushed:
        output.flushed(number, text);
        break;
    }
  };

  return {
    perform,
    cancelAll: () => {
      for (const cancel of requests.values()) attempt(cancel);
    },
  };
}
