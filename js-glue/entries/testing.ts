/**
 * `appizer-web/testing`: a simulated host without network, browser or waiting, to test your tracking in.
 *
 * Time stands still until `advance`. Requests are recorded and answered by a server that accepts everything,
 * unless `failNext` says otherwise. Everything is synchronous, except leaving the page: after `trackEvent`, `advance(1000)` has sent it.
 */

import type { Replay, ReplayOptions } from './replay.js';

export type {
  Failure,
  SentEvent,
  SentRequest,
  World,
  WorldOptions,
} from '../testing/types.js';
export { createWorld } from '../testing/world.js';
export type { Difference, Replay, ReplayOptions, Step, TraceFile } from './replay.js';

/**
 * Gives every input of a trace (`AppizerWeb.trace().save()`, its text or parsed) to the core of this package again, and
 * compares what comes of it. Only in Node. Rejects where the file is damaged or no trace.
 *
 * @example
 * const { differences } = await replay(readFileSync('visit.json', 'utf8'));
 * assert.deepEqual(differences, []);
 */
export async function replay(trace: string | object, options: ReplayOptions = {}): Promise<Replay> {
  const all = await import('./replay.js');
  return all.replay(trace, options);
}
