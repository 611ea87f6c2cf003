/** What the builds of the SDK differ in. */

import type { Core } from '../bridge/core.js';
import type { Host } from './host.js';
import type { Appizer } from './types.js';

/** Puts the core's numbers into words; see sentences.ts. */
export interface Sentences {
  /** Something the core noticed. */
  hint(number: number, detail: string): string;
  /** A call that was refused, or did something else than meant. Empty where a hint says it better. */
  mistake(status: number, detail?: string): string;
}

export interface Build {
  /** The host where `init` is given none; none where there is no page. */
  host(): Host | undefined;
  /** The time of calls before `init`, in Unix milliseconds; 0 where they are to have that of `init`. */
  wall(): number;
  /** Instantiates the core at once. Throws where that is not possible, such as where the page forbids WebAssembly. */
  core(): Core;
  /**
   * Instantiates it later, in whatever form the page allows. May be called again where it failed. `complete`: the
   * page lacks nothing that the fallback would have to bring. `pause`: resolves when there is time for another step.
   */
  coreLater(complete: boolean, pause: () => Promise<void>): Promise<Core>;
  /** Loads the sentences, for debug. May be called again where it failed. */
  sentences(): Promise<Sentences>;
  version: string;
  /** What `AppizerWeb` has beside what every build gives it. */
  more?: Partial<Appizer>;
}

declare global {
  /** Set by the debug entries (entries/debug.ts), where they run before the SDK does. */
  var AppizerWebTools: ((build: Build) => Build) | undefined;
}

/** The build, traced where the page wants that. */
export function traced(build: Build): Build {
  const tools = globalThis.AppizerWebTools;
  // An element with that id is a global, too.
  return typeof tools === 'function' ? tools(build) : build;
}

/** Stands in for an `Appizer` until the script has loaded (stub.ts). */
export interface Stub extends Omit<Appizer, 'version'> {
  /** The calls, in order; none once there is an `Appizer` that has replayed them. */
  q?: Call[];
  /** Where it keeps them in storage (early_key.ts); empty where it does not. */
  k?: string;
}

/**
 * A method's name, its arguments by number, the Unix time of the call, and the time in the key under which storage has
 * it, if it has.
 */
export type Call = [
  method: string,
  given: { [number: number]: unknown },
  time: number,
  kept?: number | undefined,
];

/** Mistakes that the core never sees: numbers after its own (status.h). sentences.ts has their words. */
export enum MISTAKE {
  /** `init` where there is neither a page nor a host. */
  no_page = -100,
  /** Neither the module nor the fallback could be loaded. */
  no_core = -101,
  /** The page lacks something that the fallback brings. */
  lacking = -102,
  /** `init` where the host gives no random numbers yet. */
  too_early = -103,
  /** `init` beside another copy of the SDK with the same appId: its calls are forwarded. */
  other_copy = -104,
  /** `init` threw. */
  failed = -105,
}

/** How often a file is asked for that does not load. Where a policy forbids it, each try is a violation report. */
export const MAX_TRIES = 5;
