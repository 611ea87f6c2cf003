/**
 * A server that takes every event from every page, one without an origin too (sandboxed, from a file), which the
 * collector must not.
 */
import { serve } from '../../../scripts/static.mjs';

export async function createSink() {
  /** @type {any[]} */
  const events = [];
  /** @type {any[]} */
  const users = [];
  const { address, close } = await serve(async (request, response) => {
    response.setHeader('access-control-allow-origin', '*');
    response.setHeader('access-control-allow-headers', 'content-type');
    let body = '';
    for await (const part of request) body += part;
    if (request.method === 'POST' && request.url?.startsWith('/v1/events')) {
      const { app_id, events: several, ...one } = JSON.parse(body);
      events.push(...(several ?? [one]).map((event) => ({ ...event, app_id })));
    }
    if (request.method === 'POST' && request.url?.split('?')[0] === '/v1/users')
      users.push(JSON.parse(body));
    response.end('{}');
  });
  return {
    address,
    close,
    /** What has arrived, in order. */
    events,
    /** The user records that have arrived (not the aliases), in order. */
    users,
    /** Those of a name. @param {string} name */
    named: (name) => events.filter(({ event_name }) => event_name === name),
  };
}
