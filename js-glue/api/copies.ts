/** Copies of the SDK on one page (a script tag and a bundle, or two bundles): one client for each app. */

import { attempt } from './attempt.js';
import type { Client, Running } from './client.js';
import { parse } from './natives.js';
import { option } from './options.js';
import type { Appizer, Options, Properties } from './types.js';

// Copies may be of different releases, so they share the public object and nothing else.
const SHARED = Symbol.for('appizer-web');

type Copies = Record<string, Appizer | undefined>;

function copies(): Copies {
  const holder = globalThis as unknown as Record<symbol, Copies | undefined>;
  holder[SHARED] ??= {};
  return holder[SHARED];
}

function nameOf(options: Options): string {
  return `${option(options, 'appId')} ${option(options, 'apiBase') ?? ''}`;
}

/** The object of another copy that runs with the same app already. */
export function otherCopy(options: Options, own: Appizer): Appizer | undefined {
  const other = attempt(() => copies()[nameOf(options)]);
  return other === own ? undefined : other;
}

/** From now on other copies forward to this one; returns what ends that. */
export function shareCopy(options: Options, own: Appizer): () => void {
  const name = nameOf(options);
  attempt(() => {
    copies()[name] = own;
  });
  return () =>
    attempt(() => {
      if (copies()[name] === own) delete copies()[name];
    });
}

/** A client that passes its calls on to another copy. To end it ends nothing of the other. */
export function forwardTo(other: Appizer): Client {
  const running = {
    record: (name: string, properties: unknown, _: number, frozen?: string) => {
      const given = frozen === undefined ? properties : frozen && parse(frozen);
      other.trackEvent(name, (given || undefined) as Properties);
    },
    setUserId: (json: string) => pass(() => other.setUserId(parse(json))),
    setUserProperties: (json: string) => pass(() => other.setUserProperties(parse(json))),
    setConsent: (json: string) => pass(() => other.setConsent(parse(json))),
    // What storage has is taken over.
    replaces: () => false,
    reset: () => pass(() => other.reset()),
    userId: () => other.getUserId() ?? '',
    visit: () => {
      const { sessionId = '', viewId = '' } = other.getContext?.() ?? {};
      return sessionId && `${sessionId} ${viewId}`;
    },
  };
  return {
    alive: () => true,
    running: () => running as unknown as Running,
    keep: () => undefined,
    isNews: () => false,
    flush: (resolve) => {
      other.flush().then(resolve);
    },
    stop() {},
  };
}

// The other copy says what is wrong with a call.
function pass(call: () => void): number {
  attempt(call);
  return 0;
}
