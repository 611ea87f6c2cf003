/**
 * What the SDK needs of the place it runs in. `browser/` and `node/` are hosts, and so is `testing/`; yours goes into
 * `init({host})`.
 *
 * What must hold of a host:
 *
 * - **Storage is synchronous.** A write has to be done when `setItem` returns, since the page may end right after it;
 *   a read is answered at once. A storage that is asynchronous needs a copy in memory in front of it.
 * - Callbacks (`answer`, `call`, the methods of `HostEvents`) never run inside the method that takes them, always
 *   later.
 * - Every `send` is answered exactly once, unless it was given up before.
 * - Methods may throw where it is said here; elsewhere what they throw ends the client.
 */

/** A request the core wants made: a POST of JSON. */
export interface Outgoing {
  url: string;
  /** JSON text. */
  body: string;
  /** Whether it must survive the page (`keepalive` of `fetch`). */
  keepalive: boolean;
  /** Whether the page is hidden or leaves, so that this may be its last moment. */
  leaving: boolean;
}

/** What becomes of requests as the page leaves. */
export interface Handover {
  /** Whether those that are made from now on reach the browser, and not only code of the page. */
  sure: boolean;
  /** Whether some that were made earlier, and are not answered yet, may still be delayed by code of the page. */
  held: boolean;
}

/** What came back. */
export interface Answer {
  /** 0: no answer, for whatever reason. */
  status: number;
  /** The body, as far as it could be read; the beginning is enough. Of a 2xx `debug` looks at it. */
  body: string;
  /** `Retry-After` in seconds, NaN where it is absent or hidden. */
  retryAfter: number;
  /** The time that `Retry-After` names, in Unix seconds, where it cannot be said in seconds from now. */
  retryAt?: number;
  /** `X-RateLimit-Reset` in Unix seconds, NaN where it is absent or hidden. */
  reset: number;
}

/**
 * Text that outlives the page, shared by all documents of the origin. Synchronous. Its methods may throw (full,
 * blocked): the core then works on in memory and tries again later.
 */
export interface Storage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
  /** The names of all keys. */
  keys(): string[];
}

/** Exclusive locks shared by all documents of the origin. A document that ends loses its locks. */
export interface Locks {
  /** Asks for a lock; `wait`: queue for it if somebody holds it. Answers once, later, or never. */
  request(name: string, wait: boolean, answer: (granted: boolean) => void): void;
  /**
   * Releases a lock, or stops waiting for it. A name that ends with a dot, or is empty, stands for all that start
   * with it.
   */
  release(name: string): void;
}

/** Facts of the page. */
export interface Page {
  url: string;
  title: string;
  /** Where the document was reached from. */
  referrer: string;
  /** The URL that the browser navigated to, whatever scripts have made of it since. Default: not known. */
  landing?: string;
  /** Whether the document has loaded. Default: yes. */
  loaded?: boolean;
  /**
   * The lower end of what was in view at the deepest, in percent of the page's height, since the depth began
   * anew; negative where nothing is known.
   */
  scroll: number;
}

/** A marked element or a button that was clicked. */
export interface Press {
  /** Its `data-appizer-event`; empty for a button without one. */
  event: string;
  /** Its `data-appizer-event-…` attributes, by what follows that. */
  properties: Record<string, string>;
  /** What a screen reader would say. */
  text: string;
  id: string;
}

/** A link that was clicked. */
export interface Link {
  /** Absolute. */
  url: string;
  /** The attribute `download`, if it has one. */
  download: string | undefined;
  /** The mouse button: 0 for the main one and the keyboard. */
  button: number;
}

/** Reports submission `id` of a form: `input` is one of `FORM_INPUT` (abi.ts), and says what the rest is. */
export type FormListener = (input: number, id: number, detail: number, text: string) => void;

/** Answers questions about forms, through the `FormListener`. */
export interface FormWatch {
  /** Reports the values of the fields with these numbers. */
  values(id: number, fields: string): void;
  /** Reports whether the form is gone or the URL has changed; or, if nothing further is wanted, forgets the form. */
  check(id: number, further: boolean): void;
  /** Reports now what the end of a task would report. */
  flush(): void;
}

/** What the host reports. Each may be called at any time, and more often than needed. */
export interface HostEvents {
  visibility(visible: boolean): void;
  online(online: boolean): void;
  /** The page goes away, perhaps to come back. May be called twice. */
  pagehide(): void;
  /** The page is back from the back/forward cache. */
  pageshow(): void;
  /** Another document wrote or removed a key; without a key it emptied the storage. */
  storage(key: string | null): void;
  /** The page's URL has changed; `gesture` is whether the visitor did something since the last such change. */
  navigation(url: string, gesture: boolean): void;
  click(link: Link): void;
  press(press: Press): void;
  form: FormListener;
}

// What TypeScript up to 5.6 calls `Uint8Array` is generic from then on.
export type Bytes = ReturnType<typeof Uint8Array.of>;

/** A host. Times are in milliseconds. What is optional may be missing where the platform has nothing like it. */
export interface Host {
  /** A clock that never goes back, nor stops while the page lives. */
  monotonic(): number;
  /** Unix time, by the visitor's clock. */
  wall(): number;
  /** Fills the array with bytes from a cryptographic generator. */
  random(bytes: Bytes): void;
  /** Makes a request and answers once, later. Returns what gives it up: then it is not answered. */
  send(request: Outgoing, answer: (answer: Answer) => void): () => void;
  /** Asked as the page leaves. Default: all requests have reached the browser. May throw. */
  leaving?(): Handover;
  /** Calls back once after a time, not earlier; returns what takes it back. */
  timer(delay: number, call: () => void): () => void;
  /** Calls back at the end of the running task, before the page can end. */
  defer(call: () => void): void;
  /**
   * Calls back once, when there is nothing more urgent to do, and within a second. Where it is missing, the SDK starts
   * within `init`; where it is there, the host's methods are also called on an object whose prototype the host is.
   */
  idle?(call: () => void): void;
  storage?: Storage | undefined;
  locks?: Locks | undefined;
  /** Leaves a request with the browser, to be sent when the page ends; an empty body takes it back. */
  fetchLater?: ((url: string, body: string) => void) | undefined;
  /** Starts reporting; returns what ends it. May throw. */
  listen?(events: HostEvents): () => void;
  /**
   * Reads the page's facts. `measure` is whether what is in view counts now, which may cost a layout, and not only
   * what was scrolled to; `restart` is whether the depth begins anew after it. May throw.
   */
  page?(measure: boolean, restart: boolean): Page;
  /**
   * Starts reporting what the page does: `what` is a sum of `WATCHED` (abi.ts); returns what ends it. May throw.
   * `sanitized` passes a URL through what the site asks to be done with URLs: those among a form's facts.
   */
  watch?(what: number, events: HostEvents, sanitized: (url: string) => string): () => void;
  forms?: FormWatch | undefined;
  /** Prints a sentence of debug. May throw. */
  log(sentence: string): void;
  /** Sent as `ua`; empty for none. */
  userAgent: string;
  /**
   * Whether a request can survive the page. Where it cannot, nothing counts as handed over to the browser: the next
   * page sends what has not been acknowledged. Default: yes.
   */
  keepalive?: boolean;
  /** What the browser signals: Global Privacy Control, Do Not Track. Default: no. */
  gpc?: boolean;
  dnt?: boolean;
  /** Whether the browser says that a bot controls it (`navigator.webdriver`). Default: no. */
  webdriver?: boolean;
  /** Read once, when the core starts. */
  online: boolean;
  visible: boolean;
  /** Whether the page is prerendered: nobody has opened it yet. Default: no. */
  prerendering?: boolean;
}

/** Storage that lasts as long as the object does. */
export function memoryStorage(): Storage {
  const items = new Map<string, string>();
  return {
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => {
      items.set(key, value);
    },
    removeItem: (key) => {
      items.delete(key);
    },
    keys: () => [...items.keys()],
  };
}
