/**
 * `appizer-web/trace`: traces of the clients of the npm package. Import it before the package itself: what runs already
 * is not recorded.
 */

import { openTools } from '../trace/tools.js';
import type { Trace } from '../trace/types.js';

export type { SaveOptions, Trace } from '../trace/types.js';

const tools = openTools();
globalThis.AppizerWebTools ??= tools.watch;

/** What was recorded so far of all clients that were made since this was imported. */
export const trace = (): Trace => tools.trace();
