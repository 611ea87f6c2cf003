/** `appizer-web/server`: a server's client, and the API and the script from the site's own domain. */

export {
  Appizer,
  type AppizerOptions,
  type EventFacts,
  type RequestClient,
  type ServerReport,
  type TrackedEvent,
} from '../server/appizer.js';
export { renewIdCookie } from '../server/cookie.js';
export type { Fsync } from '../server/disk.js';
export {
  type FirstParty,
  type FirstPartyOptions,
  firstParty,
  type IdCookie,
} from '../server/first_party.js';
export { firstPartyMiddleware } from '../server/node.js';
export type { AnyRequest, RequestContext } from '../server/request_context.js';
export type { ServerFlushResult } from '../server/runtime.js';
