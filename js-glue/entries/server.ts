/** `appizer-web/server`: the API and the script from the site's own domain. */

export { renewIdCookie } from '../server/cookie.js';
export {
  type FirstParty,
  type FirstPartyOptions,
  firstParty,
  type IdCookie,
} from '../server/first_party.js';
export { firstPartyMiddleware } from '../server/node.js';
