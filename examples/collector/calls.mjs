// @ts-check
/**
 * The four documented calls: where each is found, what it counts against, and what it does.
 *
 * `plan` reads the body, and refuses it, before anything is written; the function it returns stores
 * what the body brought and has the answer.
 *
 * @typedef {import('./store.mjs').Store} Store
 * @typedef {import('./visit.mjs').Visit} Visit
 * @typedef {object} Call
 * @property {string} path
 * @property {keyof import('./config.mjs').RateLimits} kind
 * @property {string} permission
 * @property {(body: Record<string, unknown>, judge: import('./plan.mjs').Judge) =>
 *   (store: Store, visit: Visit) => Promise<object>} plan
 */
import { aliasLinked, batchTracked, eventTracked, userSaved } from './answers.mjs';
import { readAlias, readBatch, readEvent, readUser } from './validate.mjs';

/** @type {Call[]} */
export const calls = [
  {
    path: '/v1/events',
    kind: 'events',
    permission: 'events:write',
    plan(body, judge) {
      const event = judge(readEvent(body));
      return async (store, visit) => {
        const [eventId = ''] = await store.saveEvents([event], visit);
        return eventTracked(eventId);
      };
    },
  },
  {
    path: '/v1/events/batch',
    kind: 'batch',
    permission: 'events:write',
    plan(body, judge) {
      const batch = readBatch(body).map((event, i) => judge(event, `events[${i}].`));
      return async (store, visit) => {
        await store.saveEvents(batch, visit);
        return batchTracked(batch.length);
      };
    },
  },
  {
    path: '/v1/users',
    kind: 'users',
    permission: 'users:write',
    plan(body) {
      const input = readUser(body);
      return async (store, visit) => {
        const { created, user } = await store.saveUser(input, visit);
        return userSaved(user.user_id, user.external_id, created);
      };
    },
  },
  {
    path: '/v1/users/aliases',
    kind: 'users',
    permission: 'users:write',
    plan(body) {
      const input = readAlias(body);
      return async (store, visit) => {
        await store.linkAlias(input, visit);
        return aliasLinked(input.alias_id, input.user_id);
      };
    },
  },
];
