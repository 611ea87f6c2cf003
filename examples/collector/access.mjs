// @ts-check
/**
 * Who is calling: a server by its key, or a page by its origin.
 *
 * @typedef {import('./config.mjs').Config} Config
 * @typedef {{ app_id: string, who: string }} Caller `who` is whose requests count together
 */
import { insufficientPermissions, originNotAuthorized, unauthorized } from './answers.mjs';
import { matchesOrigin } from './origins.mjs';

/** @param {Config} config */
export function createAccess(config) {
  const apps = new Map(config.apps.map((app) => [app.app_id, app]));
  const keys = new Map(config.keys.map((key) => [key.key, key]));

  return {
    missingAuth,

    /**
     * A caller with an Authorization header is a server, whatever else it sends: a browser cannot
     * add that header, because the preflight does not allow it.
     *
     * @param {string} authorization
     * @param {string} permission
     * @returns {Caller}
     */
    server(authorization, permission) {
      const token = /^Bearer +(\S+) *$/i.exec(authorization)?.[1];
      if (token === undefined) throw missingAuth();
      const key = keys.get(token);
      if (!key) throw unauthorized('INVALID_API_KEY', 'This API key is not known.');
      if (key.revoked) throw unauthorized('REVOKED_API_KEY', 'This API key has been revoked.');
      if (!key.permissions.includes(permission)) {
        throw insufficientPermissions(permission, key.permissions);
      }
      return { app_id: key.app_id, who: `key ${token}` };
    },

    /**
     * A page names its app in the body. An app that does not exist and one that does not list the
     * page's domain get the same answer, so that a stranger cannot find out which apps there are.
     *
     * @param {string} origin
     * @param {string} appId
     * @returns {Caller}
     */
    page(origin, appId) {
      const app = apps.get(appId);
      if (!app || !matchesOrigin(app.domains, origin)) {
        throw originNotAuthorized(
          `There is no app "${appId}", or ${origin} is not among its authorized domains.`,
          origin,
          { app_id: appId },
        );
      }
      return { app_id: app.app_id, who: `app ${app.app_id}` };
    },

    /** @param {string} origin */
    isKnownOrigin: (origin) => config.apps.some((app) => matchesOrigin(app.domains, origin)),
  };
}

const missingAuth = () =>
  unauthorized('MISSING_AUTH', 'Send "Authorization: Bearer <key>", or call from a web page.');
