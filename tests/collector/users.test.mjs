// @ts-check
/** Users are created and updated field by field; aliases link other ids to them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { start } from './support.mjs';

test('a user is created once and then updated, only where fields are given', async (t) => {
  const clock = { time: Date.parse('2026-01-01T12:00:00.000Z') };
  const { send, collector } = await start(t, { now: () => clock.time });
  const created = await send('/v1/users', {
    user_id: 'user_123',
    email: 'ada@example.com',
    phone: '+49 30 1234',
    properties: { plan: 'free', seats: 1, company: { name: 'A' } },
    origin: { channel: 'ads', campaign: 'spring' },
  });
  clock.time += 1000;
  const updated = await send('/v1/users', {
    user_id: 'user_123',
    phone: '+49 30 5678',
    properties: { plan: 'premium', company: { size: 3 } },
  });
  assert.equal(updated.body.user_id, created.body.user_id);
  assert.equal(updated.body.external_id, 'user_123');
  assert.equal(updated.body.message, 'User updated successfully');
  assert.deepEqual(await collector.store.newest('users', null, 9), [
    {
      user_id: created.body.user_id,
      app_id: 'demo',
      external_id: 'user_123',
      email: 'ada@example.com',
      phone: '+49 30 5678',
      // Merged by name; a value is replaced whole.
      properties: { plan: 'premium', seats: 1, company: { size: 3 } },
      origin: { channel: 'ads', campaign: 'spring' },
      created_at: '2026-01-01T12:00:00.000Z',
      updated_at: '2026-01-01T12:00:01.000Z',
    },
  ]);
});

test('apps have users of their own', async (t) => {
  const { send, collector } = await start(t);
  const shop = { authorization: 'Bearer sk_shop' };
  const first = await send('/v1/users', { user_id: 'u' });
  const second = await send('/v1/users', { user_id: 'u' }, shop);
  assert.notEqual(first.body.user_id, second.body.user_id);
  assert.equal(await collector.store.count('users', 'shop'), 1);
  const elsewhere = await send('/v1/users/aliases', { user_id: 'u', alias_id: 'a' }, shop);
  assert.equal(elsewhere.status, 200);
  assert.equal(await collector.store.count('aliases', 'demo'), 0);
});

/**
 * Users a, b and c, then links in turn, each written `alias>user`; the row is about the last one.
 *
 * @type {[name: string, links: string, status: number][]}
 */
const rows = [
  ['a new id', 'x>a', 200],
  ['two ids of one user', 'x>a y>a', 200],
  ['the same two again', 'x>a x>a', 200],
  ['an id that belongs to another user', 'x>a x>b', 409],
  ['an id that is a user too', 'b>a', 200],
  ['a user to one of its own aliases', 'b>a a>b', 409],
  ['a user to an alias of its alias', 'b>a c>b a>c', 409],
  ['an alias to a user that is one itself', 'b>a x>b', 200],
];

for (const [name, text, status] of rows) {
  test(`linking ${name} is answered ${status}`, async (t) => {
    const { send, collector } = await start(t);
    for (const user_id of ['a', 'b', 'c']) await send('/v1/users', { user_id });
    const links = text.split(' ');
    const kept = new Set();
    for (const [i, link] of links.entries()) {
      const [alias_id, user_id] = link.split('>');
      const isLast = i === links.length - 1;
      const answer = await send('/v1/users/aliases', { user_id, alias_id });
      assert.equal(answer.status, isLast ? status : 200);
      if (answer.status === 200) {
        kept.add(link);
        assert.deepEqual([answer.body.alias_id, answer.body.user_id], [alias_id, user_id]);
      } else {
        assert.equal(answer.body.code, 'ALIAS_CONFLICT');
        assert.deepEqual(answer.body.details, { alias_id });
      }
    }
    const stored = await collector.store.newest('aliases', 'demo', 9);
    assert.deepEqual(
      stored.map(({ alias_id, user_id }) => `${alias_id}>${user_id}`),
      [...kept],
    );
  });
}
