/** What `appizer-web/testing` offers. */

import type { Host, Storage } from '../api/host.js';

/** An event as the server receives it. */
export interface SentEvent {
  event_name: string;
  user_id: string;
  properties: Record<string, unknown>;
  ua?: string;
}

/** A request that was made. */
export interface SentRequest {
  /** Unix time in milliseconds. */
  time: number;
  /** The path, e.g. `/v1/events/batch`. */
  path: string;
  url: string;
  /** The parsed body. */
  body: Record<string, unknown>;
  /** The body's bytes. */
  bytes: number;
  keepalive: boolean;
  /** What it was answered; 0 for a network error, -1 while it is on its way. */
  status: number;
}

export interface Failure {
  /** The answer's body. */
  body?: unknown | undefined;
  /** The `Retry-After` header, in seconds. */
  retryAfter?: number | undefined;
  /** Milliseconds until the answer comes. */
  delay?: number | undefined;
}

export interface WorldOptions {
  /** When it is, as Unix time in milliseconds. Default: 2026-01-01T00:00:00Z. */
  now?: number | undefined;
  /** What earlier pages left. Default: nothing. `null`: there is no storage. */
  storage?: Storage | null | undefined;
  userAgent?: string | undefined;
  /** Where the page is. Default: `https://example.com/`. */
  url?: string | undefined;
  title?: string | undefined;
  /** Where it was reached from. Default: nowhere. */
  referrer?: string | undefined;
  /** Whether it is seen from the start. Default: `true`. */
  visible?: boolean | undefined;
  /**
   * Makes all ids and pauses the same in each run: what the host draws comes of this number alone. Default: they differ,
   * as in browsers.
   */
  seed?: number | undefined;
}

export interface World {
  /** For `init({…, host})`. */
  host: Host;
  storage: Storage | null;
  /** What was sent, in order. */
  requests: SentRequest[];
  /** The events that the server has taken, in order. */
  events(): SentEvent[];
  /** Lets time pass, in milliseconds, and everything happen that is due. */
  advance(millis: number): void;
  /** The next `count` requests are answered so; 0 is a network error. */
  failNext(status: number, count?: number, failure?: Failure): void;
  /** Takes the network away, or gives it back. */
  setOnline(online: boolean): void;
  /** Switches to another tab and back. */
  setVisible(visible: boolean): void;
  /**
   * Changes the URL, as a router does (`history.pushState`, a hash, the back button): `url` may be
   * relative. A new title is set right after it. `gesture` is whether the visitor clicked or pressed a key
   * since the last change: otherwise it is a redirect, if the last change was less than 3 s ago. Default: yes,
   * unless it comes in the same moment as the last change.
   */
  navigate(url: string, options?: { title?: string; gesture?: boolean }): void;
  setTitle(title: string): void;
  /** Scrolls until so much of the page has been in view, in percent of its height. */
  scroll(percent: number): void;
  /** Clicks on a link. */
  click(url: string, options?: { download?: string; button?: number }): void;
  /**
   * Leaves the page. Once the promise says that it is gone, another world with the same storage is the
   * next page.
   */
  leave(): Promise<void>;
  /** Comes back to the page that was left, as the back/forward cache has kept it. */
  comeBack(): void;
  /** Whether nothing is planned any more: no timer, no request. */
  isIdle(): boolean;
  /** What debug said. */
  log: string[];
}
