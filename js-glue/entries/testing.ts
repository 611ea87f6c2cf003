/**
 * `appizer-web/testing`: a simulated host without network, browser or waiting, to test your tracking in.
 *
 * Time stands still until `advance`. Requests are recorded and answered by a server that accepts everything,
 * unless `failNext` says otherwise. Everything is synchronous, except leaving the page: after `trackEvent`, `advance(1000)` has sent it.
 */

export type {
  Failure,
  SentEvent,
  SentRequest,
  World,
  WorldOptions,
} from '../testing/types.js';
export { createWorld } from '../testing/world.js';
