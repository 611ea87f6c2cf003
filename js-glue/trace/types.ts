/** What a trace is: everything that went into the core, and everything that came out of it, in order. */

/** Text that the core was given in one call; `null` where there was none. */
export type Texts = (string | null)[];

/**
 * An input of the core: a function of the ABI (abi.h) without its prefix, the texts, random bytes in hexadecimal, the
 * numbers between the sizes of the texts and the moment, the moment on the monotonic clock and on the wall clock, and
 * what the function returned; `'trap'` where it ended the client.
 */
export type InputStep = [
  what: 'input',
  name: string,
  texts: Texts,
  random: string,
  numbers: number[],
  monotonic: number,
  wall: number,
  result: number | 'trap' | null,
];

/** An effect that the core gave out: its kind (`Effect::Kind` in effect.h), its flag, number and two texts. */
export type EffectStep = [
  what: 'effect',
  kind: number,
  flag: boolean,
  number: number,
  text: string,
  more: string,
];

/**
 * `none`: the core was asked for an effect and had none. `wake`: the milliseconds after which it wants to be called,
 * negative for never. `user`: the visitor's id that it was asked for.
 */
export type Step =
  | InputStep
  | EffectStep
  | [what: 'none']
  | [what: 'wake', millis: number]
  | [what: 'user', id: string];

/** One client of the page, from its start on. */
export interface ClientTrace {
  steps: Step[];
  /** How many further steps there were, for which there was no room. */
  lost: number;
  /** The steps in which the masked client did something else than the page's own, by their index. */
  unlike: number[];
}

/** The file. */
export interface TraceFile {
  format: 'appizer-web trace';
  /** Of the format. */
  version: number;
  /** The SDK's version. */
  sdk: string;
  /** Whether the core ran as WebAssembly, or as JavaScript. */
  core: 'wasm' | 'fallback';
  /** When it was saved: ISO 8601. */
  saved: string;
  masked: boolean;
  clients: ClientTrace[];
}

export interface SaveOptions {
  /**
   * Whether stand-ins take the place of what visitors typed and of who they are. Only turn it off for your own tests.
   * Default: `true`.
   */
  mask?: boolean | undefined;
  /** In a page: the name under which the browser downloads the file. Default: it is only returned. */
  file?: string | undefined;
}

/** What is recorded of a page's clients. */
export interface Trace {
  /** Steps recorded so far. */
  readonly steps: number;
  /** Steps for which there was no room. */
  readonly lost: number;
  /** Returns the trace as the text of a file, and downloads it if asked to. */
  save(options?: SaveOptions): Promise<string>;
}

/** Of the format that is written; `read` takes no other. */
export const FORMAT_VERSION = 1;
export const FORMAT = 'appizer-web trace';
