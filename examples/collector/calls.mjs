// @ts-check
/**
 * The four documented calls: where each is found, what it counts against, and what it does.
 *
 * `plan` reads the body, and refuses it, before anything is written; the function it returns makes
 * the changes, inside the transaction of the request.
 *
 * @typedef {import('./live.mjs').Changes} Changes
 * @typedef {import('./store.mjs').Store} Store
 * @typedef {import('./visit.mjs').Visit} Visit
 * @typedef {object} Outcome
 * @property {object} body the answer
 * @property {number} accepted events acknowledged, copies included
 * @property {Changes} changes what is new in the tables
 * @typedef {object} Call
 * @property {string} path
 * @property {keyof import('./config.mjs').RateLimits} kind
 * @property {string} permission
 * @property {(body: Record<string, unknown>, judge: import('./plan.mjs').Judge) =>
 *   (store: Store, visit: Visit) => Outcome} plan
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
      return (store, visit) => {
        const { event_id, stored } = store.events.save(event, visit);
        return {
          body: eventTracked(event_id),
          accepted: 1,
          changes: { events: stored ? [stored] : [] },
        };
      };
    },
  },
  {
    path: '/v1/events/batch',
    kind: 'batch',
    permission: 'events:write',
    plan(body, judge) {
      const batch = readBatch(body).map((event, i) => judge(event, `events[${i}].`));
      return (store, visit) => ({
        body: batchTracked(batch.length),
        accepted: batch.length,
        changes: {
          events: batch.flatMap((event) => store.events.save(event, visit).stored ?? []),
        },
      });
    },
  },
  {
    path: '/v1/users',
    kind: 'users',
    permission: 'users:write',
    plan(body) {
      const input = readUser(body);
      return (store, visit) => {
        const { created, user } = store.users.save(input, visit);
        return {
          body: userSaved(user.user_id, user.external_id, created),
          accepted: 0,
          changes: { users: [user] },
        };
      };
    },
  },
  {
    path: '/v1/users/aliases',
    kind: 'users',
    permission: 'users:write',
    plan(body) {
      const input = readAlias(body);
      return (store, visit) => {
        const alias = store.users.link(input, visit);
        return {
          body: aliasLinked(input.alias_id, input.user_id),
          accepted: 0,
          changes: { aliases: [alias] },
        };
      };
    },
  },
];
