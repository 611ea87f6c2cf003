/** `Appizer`, the client of a server: any number of users, durable where it is given a folder. */

import type { Host } from '../api/host.js';
import { toJson } from '../bridge/json.js';
import { nodeHost } from '../node/host.js';
import { builtin, runningProcess } from './builtins.js';
import { type Disk, type Fsync, openDisk } from './disk.js';
import { type FileLocks, openFileLocks } from './file_locks.js';
import { openSender } from './http.js';
import { type AnyRequest, contextOf, type RequestContext } from './request_context.js';
import { runServer, type ServerFlushResult, type ServerRuntime } from './runtime.js';
import { SERVER_HINTS } from './sentences.js';

/**
 * Options of `new Appizer`.
 *
 * @example
 * const appizer = new Appizer({ apiKey: process.env.APPIZER_API_KEY, dir: '/var/lib/shop/appizer' });
 */
export interface AppizerOptions {
  /** Your server's API key. */
  apiKey: string;
  /** Where the API is, without `/v1`. Default: `https://api.appizer.com`. */
  apiBase?: string | undefined;
  /**
   * A folder for the queue, which is made if it is missing. Events are in it when `track` has returned, and outlive the
   * process. All processes of one machine may share one; those of several machines may, too, if its file system has hard
   * links. Needs Node 20.16, Bun or Deno. Default: events wait in memory.
   */
  dir?: string | undefined;
  /**
   * When what is written reaches the disk itself, which counts when the machine loses power; a process that is killed
   * loses nothing in any case. `always`: before `track` returns. `second`: once a second. `never`: when the operating
   * system sees fit. Default: `second`.
   */
  fsync?: Fsync | undefined;
  /** Events that may wait; beyond that the oldest are dropped, counted and reported. Default: 100,000. */
  maxQueueEvents?: number | undefined;
  /** Bytes that may wait. Default: 64,000,000. */
  maxQueueBytes?: number | undefined;
  /** Milliseconds that an event may wait for others of its request, at most a day. Default: 0.8 seconds at most. */
  flushInterval?: number | undefined;
  /**
   * Requests a second for long; 30 may go at once. One has up to 100 events. What the API answers with 429 is sent later.
   * Default: 10.
   */
  maxRequestsPerSecond?: number | undefined;
  /** Prints mistakes, and what becomes of events, on the console. Default: false. */
  debug?: boolean | undefined;
  /** Called with the events that ended otherwise than delivered. */
  onError?: ((report: ServerReport) => void) | undefined;
  /** The option `userIdStorageKey` of your pages, for `fromRequest`. Default: `appizer_user_id`. */
  userIdStorageKey?: string | undefined;
  /** `appizer-web/server.wasm`, compiled, where the runtime compiles nothing itself (Workers). Default: what is inside. */
  module?: WebAssembly.Module | undefined;
}

/** Events that were not delivered. */
export interface ServerReport {
  /** `refused` by the API, `evicted` by a full queue, or `unreadable` in the folder. */
  reason: string;
  count: number;
  status?: number;
  message?: string;
}

/** Facts of an event besides its properties. */
export interface EventFacts {
  /** Your unique identifier of the user. */
  userId: string | number;
  /** When it happened: a `Date`, ISO 8601, or milliseconds since 1970. Default: now. */
  timestamp?: Date | string | number | undefined;
  /** The user's address and user agent. */
  ip?: string | undefined;
  ua?: string | undefined;
  /** The visit, and the view of a page, that it belongs to: what `fromRequest` finds. */
  sessionId?: string | undefined;
  viewId?: string | undefined;
}

/** An event, as Appizer's documentation of its Node client has it. */
export interface TrackedEvent extends EventFacts {
  event: string;
  // biome-ignore lint/suspicious/noExplicitAny: interfaces have no index signature.
  properties?: Record<string, any> | undefined;
}

/** A client for one request: its visitor is known. */
export interface RequestClient extends RequestContext {
  /** Records an event of the visitor. Without an id, neither in the request nor in `facts`, nothing is recorded. */
  trackEvent(
    name: string,
    // biome-ignore lint/suspicious/noExplicitAny: interfaces have no index signature.
    properties?: Record<string, any>,
    facts?: Partial<EventFacts>,
  ): void;
}

/** Milliseconds that a process which has nothing else to do waits for what is pending. */
const LAST_WAIT = 2000;
const MILLIS_PER_SECOND = 1000;

/**
 * A server's client. No method ever throws; with `dir`, none takes longer than a write.
 *
 * @example
 * const appizer = new Appizer({ apiKey: process.env.APPIZER_API_KEY, dir: '/var/lib/shop/appizer' });
 * appizer.track({ event: 'purchase_completed', userId: 'user_123', properties: { amount: 29.99 } });
 */
export class Appizer {
  readonly #options: AppizerOptions;
  #runtime: ServerRuntime | undefined;
  #disk: Disk | undefined;
  #locks: FileLocks | undefined;
  #ends: (() => void)[] = [];

  constructor(options: AppizerOptions) {
    this.#options = options ?? {};
    try {
      this.#start();
    } catch (error) {
      this.#say(`The client could not be started, so nothing is recorded: ${messageOf(error)}`);
      this.#close();
    }
  }

  /** Records an event. */
  track(event: TrackedEvent): void {
    const { event: name, properties, ...facts } = event ?? ({} as TrackedEvent);
    this.trackEvent(name, properties, facts);
  }

  /** Records an event, in the form that the browser's `trackEvent` has. */
  trackEvent(
    name: string,
    // biome-ignore lint/suspicious/noExplicitAny: interfaces have no index signature.
    properties: Record<string, any> | undefined,
    facts: EventFacts,
  ): void {
    this.#call('track', (runtime) => {
      const { userId, timestamp, ip, ua, sessionId, viewId } = facts ?? ({} as EventFacts);
      const about = { user_id: userId, ip, ua, session_id: sessionId, view_id: viewId };
      const happened = this.#timeOf(timestamp);
      return runtime.track(String(name ?? ''), toJson(properties), about, happened);
    });
  }

  /** Records several events. */
  batchTrack(events: readonly TrackedEvent[]): void {
    if (!Array.isArray(events)) this.#say('batchTrack needs an array of events.');
    else for (const event of events) this.track(event);
  }

  /** Sets what is known about a user: `email` and `phone` are fields of the user, everything else are properties. */
  identify(user: {
    userId: string | number;
    // biome-ignore lint/suspicious/noExplicitAny: interfaces have no index signature.
    traits?: Record<string, any> | undefined;
  }): void {
    this.#call('identify', (runtime) => runtime.identify(user?.userId, toJson(user?.traits)));
  }

  /** Says that `previousId` is the same user's. */
  alias(ids: { userId: string | number; previousId: string | number }): void {
    this.#call('alias', (runtime) => runtime.alias(ids?.userId, ids?.previousId));
  }

  /**
   * The visitor of a request: their id and session, from the cookies that the page's SDK has set (`persistence: 'cookie'`
   * or `'both'`), and their address and user agent. What a request says can be made up; use your own id where the visitor
   * is logged in.
   */
  fromRequest(request: AnyRequest): RequestClient {
    let context: RequestContext = {};
    try {
      context = contextOf(request, this.#options.userIdStorageKey ?? 'appizer_user_id');
    } catch (error) {
      this.#say(`fromRequest was given no request: ${messageOf(error)}`);
    }
    return {
      ...context,
      trackEvent: (name, properties, facts = {}) =>
        this.trackEvent(name, properties, { ...context, ...facts } as EventFacts),
    };
  }

  /** Sends what is pending at once. Resolves when each record was answered, or has to wait. */
  async flush(): Promise<ServerFlushResult> {
    return (await this.#runtime?.flush()) ?? { delivered: 0, dropped: 0, pending: 0 };
  }

  /**
   * Sends what is pending, for `timeout` milliseconds at most, and ends the client. What is not delivered stays in `dir` for
   * the next process, and is lost without one. Default: 5000.
   */
  async shutdown({ timeout = 5000 } = {}): Promise<ServerFlushResult> {
    const result = await within(timeout, this.flush());
    this.#close();
    return result;
  }

  #start(): void {
    const {
      apiKey,
      apiBase,
      dir,
      fsync = 'second',
      flushInterval,
      maxQueueEvents = 100_000,
      maxQueueBytes = 64_000_000,
      maxRequestsPerSecond = 10,
      debug,
      module,
    } = this.#options;
    if (typeof apiKey !== 'string' || !apiKey) {
      this.#say('new Appizer needs an apiKey: new Appizer({apiKey: process.env.APPIZER_API_KEY}).');
    }
    const known = ['always', 'second', 'never'].includes(fsync);
    if (!known) {
      this.#say(`fsync is "always", "second" or "never", not ${toJson(fsync)}; "second" counts.`);
    }
    const http = builtin('node:http');
    const https = builtin('node:https');
    const sender = http && https && openSender(http, https, { Authorization: `Bearer ${apiKey}` });
    if (sender) this.#ends.push(sender.close);
    if (dir !== undefined) this.#openFolder(dir, known ? fsync : 'second');
    const host: Host = {
      ...nodeHost({ apiKey, storage: this.#disk }),
      ...(sender && { send: sender.send }),
      ...(this.#locks && { locks: this.#locks }),
      log: (sentence) => this.#say(sentence),
    };
    this.#runtime = runServer(
      host,
      {
        apiBase,
        flushInterval,
        maxQueueEvents,
        maxQueueBytes,
        debug: !!debug,
        cookieless: !this.#disk,
      },
      {
        space: apiKey,
        locks: !!this.#locks,
        keepalive: false,
        online: true,
        visible: true,
        request_interval: MILLIS_PER_SECOND / maxRequestsPerSecond,
      },
      {
        hint: (number, detail) =>
          this.#say((SERVER_HINTS[number] ?? `Hint ${number}: $`).replace('$', () => detail)),
        report: (json) => {
          try {
            this.#options.onError?.(JSON.parse(json));
          } catch (error) {
            this.#say(`onError threw: ${messageOf(error)}`);
          }
        },
      },
      module,
    );
    this.#listenToExit();
  }

  #openFolder(dir: string, fsync: Fsync): void {
    const fs = builtin('node:fs');
    const os = builtin('node:os');
    try {
      if (!fs || !os) throw new Error('it needs Node 20.16 or newer, Bun or Deno');
      fs.mkdirSync(dir, { recursive: true, mode: 0o700 });
      // First, as it is what fails where nothing can be written.
      this.#locks = openFileLocks(fs, dir, os.hostname().replace(/[^\w-]/g, '-'));
      this.#disk = openDisk(fs, dir, fsync);
      this.#ends.push(this.#disk.close, this.#locks.close);
    } catch (error) {
      this.#say(`The folder ${dir} cannot be used, so events wait in memory: ${messageOf(error)}`);
    }
  }

  /** A process that has nothing else to do waits a moment for what is pending, and no longer. */
  #listenToExit(): void {
    if (!runningProcess?.once) return;
    const last = async () => {
      await within(LAST_WAIT, this.flush());
    };
    runningProcess.once('beforeExit', last);
    this.#ends.push(() => runningProcess?.off('beforeExit', last));
  }

  #call(name: string, act: (runtime: ServerRuntime) => number): void {
    try {
      if (!this.#runtime)
        this.#say(`${name} does nothing, as the client has ended or never started.`);
      else if (act(this.#runtime) === NAME_MISSING) {
        this.#say('track needs a name that is not blank, so nothing was recorded.');
      }
    } catch (error) {
      this.#say(`${name} failed: ${messageOf(error)}`);
    }
  }

  #timeOf(timestamp: Date | string | number | undefined): number {
    if (timestamp === undefined) return Date.now();
    const time = new Date(timestamp).getTime();
    if (!Number.isNaN(time)) return time;
    this.#say(`The timestamp ${toJson(timestamp)} is no time, so now counts.`);
    return Date.now();
  }

  #say(sentence: string): void {
    if (this.#options.debug) console.info(`[Appizer] ${sentence}`);
  }

  #close(): void {
    this.#runtime?.stop();
    this.#runtime = undefined;
    for (const end of this.#ends.splice(0)) {
      try {
        end();
      } catch (error) {
        this.#say(messageOf(error));
      }
    }
  }
}

/** `Status::name_missing` */
const NAME_MISSING = -4;

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** Waits for a promise, keeping the process alive for that long. */
async function within<T extends ServerFlushResult>(
  millis: number,
  promise: Promise<T>,
): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<T>((resolve) => {
    timer = setTimeout(
      () => resolve({ delivered: 0, dropped: 0, pending: Number.NaN } as T),
      millis,
    );
  });
  const result = await Promise.race([promise, late]);
  clearTimeout(timer);
  return result;
}
