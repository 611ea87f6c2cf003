/** `appizer-web/consent`: connects a consent banner with a client. */

export { followConsent } from '../consent/follow.js';
export type { Banner, Decision, FollowOptions } from '../consent/types.js';
