/** What a world must offer for the SDK to live in it. */

/** A request the core wants made. */
export interface Outgoing {
  url: string;
  /** JSON text. */
  body: string;
  /** Whether it must survive the page. */
  keepalive: boolean;
}

/** What came back. */
export interface Answer {
  /** 0: no answer, for whatever reason. */
  status: number;
  /** The body as far as it could be read. */
  body: string;
  /** `Retry-After` in seconds, NaN where it is absent or hidden. */
  retryAfter: number;
  /** `X-RateLimit-Reset` in Unix seconds, NaN where it is absent or hidden. */
  reset: number;
}

/** A place for text that outlives the page. Its methods may throw: that counts as failure. */
export interface Storage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
  /** The names of all keys. */
  keys(): string[];
}

/** Locks shared by all documents of the origin. */
export interface Locks {
  /** Asks for a lock; `wait`: queue for it if somebody holds it. Answers once, later. */
  request(name: string, wait: boolean, answer: (granted: boolean) => void): void;
  /**
   * Gives it back, or stops waiting. A name that ends with a dot, or is empty, stands for all that start
   * with it.
   */
  release(name: string): void;
}

/** What a page says of itself. */
export interface Page {
  url: string;
  title: string;
  /** Where the document was reached from. */
  referrer: string;
  /**
   * The lower end of what was in view at the deepest, in percent of the page's height, since it was last
   * looked at; negative where it was not asked for.
   */
  scroll: number;
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

/** Tells of submission `id` of a form: `input` is one of `FORM_INPUT` (abi.ts), and says what the rest is. */
export type FormListener = (input: number, id: number, detail: number, text: string) => void;

/** Answers about forms, by way of the `FormListener`. */
export interface FormWatch {
  /** Tells the values of the fields with these numbers. */
  values(id: number, fields: string): void;
  /** Tells if the form is gone or the URL is another; or, if nothing further is wanted, forgets it. */
  check(id: number, further: boolean): void;
  /** Tells now what the end of a task would tell. */
  flush(): void;
}

/** What the world tells. */
export interface HostEvents {
  visibility(visible: boolean): void;
  online(online: boolean): void;
  /** The page goes away, perhaps to come back. */
  pagehide(): void;
  pageshow(): void;
  /** Another document wrote or removed a key; without a key it emptied the storage. */
  storage(key: string | null): void;
  /** The page's URL is another now. */
  navigation(url: string): void;
  click(link: Link): void;
  form: FormListener;
}

/** A world. Times are in milliseconds. */
export interface Host {
  /** A clock that never goes back. */
  monotonic(): number;
  /** Unix time. */
  wall(): number;
  /** Fills the array with bytes from a cryptographic generator. */
  random(bytes: Uint8Array<ArrayBuffer>): void;
  /** Makes a request; answers once, later. Returns what gives it up. */
  send(request: Outgoing, answer: (answer: Answer) => void): () => void;
  /** Calls back once after a time; returns what takes it back. */
  timer(delay: number, call: () => void): () => void;
  /** Calls back at the end of the running task. */
  defer(call: () => void): void;
  storage?: Storage | undefined;
  locks?: Locks | undefined;
  /** Leaves a request with the browser, for when the page ends; an empty body takes it back. */
  fetchLater?: ((url: string, body: string) => void) | undefined;
  /** Starts telling what happens; returns what ends it. */
  listen?(events: HostEvents): () => void;
  /** Looks at the page; `scroll` is whether the depth is wanted. */
  page?(scroll: boolean): Page;
  /** Starts telling what the page does: `what` is a sum of `WATCHED` (abi.ts); returns what ends it. */
  watch?(what: number, events: HostEvents): () => void;
  /** What a form holds, and what became of it. */
  forms?: FormWatch | undefined;
  /** Where debug sentences go. */
  log(sentence: string): void;
  userAgent: string;
  /**
   * Whether a request can survive the page. Where it cannot, nothing is handed over to the browser: the next page
   * sends what has not been acknowledged. Default: yes.
   */
  keepalive?: boolean;
  /** What the browser signals: Global Privacy Control, Do Not Track. Default: no. */
  gpc?: boolean;
  dnt?: boolean;
  /** Whether the browser says that a program controls it (`navigator.webdriver`). Default: no. */
  webdriver?: boolean;
  online: boolean;
  visible: boolean;
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
