/** Reads what the site passes to `init`. */

import { toJson } from '../bridge/json.js';
import { attempt } from './attempt.js';
import { stringify } from './natives.js';
import type { Options } from './types.js';

/** Options that do not go into the core: JSON cannot carry them. */
const LIVE: (keyof Options)[] = [
  'host',
  'onError',
  'beforeSend',
  'globalProperties',
  'sanitizeUrl',
];

export type Hooks = Required<Pick<Options, 'beforeSend' | 'globalProperties'>>;

/** The site's hooks; none where it has none, so that events need not pass any. */
export function hooksOf(options: Options): Hooks | undefined {
  const beforeSend = option(options, 'beforeSend');
  const globalProperties = option(options, 'globalProperties');
  return beforeSend || globalProperties ? ({ beforeSend, globalProperties } as Hooks) : undefined;
}

/** The options that the core reads, as JSON. */
export function coreOptions(options: unknown): string {
  if (typeof options !== 'object' || options === null) return toJson(options) || 'null';
  const rest = { ...(options as Record<string, unknown>) };
  for (const name of LIVE) delete rest[name];
  // JSON has no infinity.
  if (rest.maxEventsPerSecond === Infinity) rest.maxEventsPerSecond = 'Infinity';
  return toJson(rest);
}

/** One option, whatever `init` was given in the options' place. */
export function option(options: unknown, name: keyof Options): unknown {
  return options ? (options as Record<string, unknown>)[name] : undefined;
}

/** All options, functions by their code; nothing where that does not say what they are. */
export function textOf(options: Options): string | undefined {
  return attempt(() =>
    stringify(options, (_, value) => (typeof value === 'function' ? String(value) : value)),
  );
}
