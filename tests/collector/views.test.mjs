// @ts-check
/** What the live page shows beside its list: counts of the last day, gaps, refusals, and one visitor. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { event, from, page, start } from './support.mjs';

const hour = 3_600_000;

/** @param {Awaited<ReturnType<typeof start>>} running @param {string} [path] */
async function view({ address, collector }, path = 'overview') {
  await collector.settled();
  return /** @type {Promise<any>} */ ((await fetch(`${address}/views/${path}`)).json());
}

/** @param {number} $seq @param {object} [more] */
const numbered = ($seq, more = {}, document = 'doc') => ({
  event_name: 'step',
  user_id: 'ada',
  properties: { $event_id: `${document}-${$seq}`, $view_id: `${document}.1`, $seq, ...more },
});

test('events are counted by minute and by name, and page views by path, for a day', async (t) => {
  const clock = { time: Date.now() - 30 * hour };
  const running = await start(t, { now: () => clock.time });
  const { send } = running;
  const visit = (/** @type {string} */ path) => ({
    ...{ event_name: 'page_view', user_id: 'ada', properties: { page: path } },
  });
  await send('/v1/events', { ...event, event_name: 'too_old' });
  clock.time += 20 * hour;
  const early = Math.floor(clock.time / 60_000);
  await send('/v1/events/batch', { events: [visit('/'), visit('/'), visit('/shop')] });
  clock.time = Date.now();
  const copy = { ...event, properties: { $event_id: 'once', page: 'not a page view' } };
  await send('/v1/events', copy);
  await send('/v1/events', copy);
  const { minutes, events, pages, gaps, refused, aside } = await view(running);
  assert.deepEqual(minutes, [
    { minute: early, events: 3 },
    { minute: Math.floor(clock.time / 60_000), events: 1 },
  ]);
  assert.deepEqual(events, [
    { name: 'page_view', count: 3 },
    { name: event.event_name, count: 1 },
  ]);
  assert.deepEqual(pages, [
    { name: '/', count: 2 },
    { name: '/shop', count: 1 },
  ]);
  assert.deepEqual([gaps, refused, aside.total], [[], [], 0]);
});

test('a document whose numbers have a gap is shown, unless the events are reported or arrive', async (t) => {
  const clock = { time: Date.now() - hour };
  const running = await start(t, { now: () => clock.time });
  const { send } = running;
  const events = [
    // Two are missing; out of order, and with a copy.
    ...[numbered(5), numbered(2), numbered(1), numbered(1)],
    // Reported as dropped on purpose.
    ...[numbered(1, {}, 'told'), numbered(4, { $dropped: 2 }, 'told')],
    // What the first one reports came before it.
    ...[numbered(7, { $dropped: 3 }, 'late'), numbered(8, {}, 'late')],
    // Not numbers of a document.
    ...[numbered(-3, {}, 'odd'), numbered(1.5, {}, 'odd'), numbered(1e300, {}, 'odd')],
  ];
  await send('/v1/events/batch', { events });
  clock.time += 60_000;
  const { gaps } = await view(running);
  assert.deepEqual(
    gaps.map((/** @type {any} */ gap) => [gap.document, gap.missing, gap.user_id]),
    [['doc', 2, 'ada']],
  );
  await send('/v1/events/batch', { events: [numbered(3), numbered(4)] });
  clock.time += 60_000;
  assert.deepEqual((await view(running)).gaps, []);
});

test('refused requests are shown with their reason, and counted by it', async (t) => {
  const running = await start(t);
  const { send } = running;
  await send('/v1/events', { user_id: 'u' });
  await send('/v1/events', { user_id: 'u' });
  await send('/v1/events', { ...event, app_id: 'shop' }, from(page));
  await send('/v1/events', event);
  const { refused, refused_by: reasons } = await view(running);
  assert.deepEqual(reasons, [
    { name: '400 MISSING_FIELD', count: 2 },
    { name: '403 ORIGIN_NOT_AUTHORIZED', count: 1 },
  ]);
  assert.equal(refused.length, 3);
  assert.match(refused[0].reason, /^ORIGIN_NOT_AUTHORIZED: There is no app "shop"/);
  assert.equal(refused[2].reason, 'MISSING_FIELD: event_name is required.');
  assert.deepEqual([refused[2].status, refused[2].app_id], [400, 'demo']);
});

test('a visitor has the events of all ids that aliases link', async (t) => {
  const running = await start(t);
  const { send, address } = running;
  for (const user_id of ['anon', 'ada', 'device', 'other']) {
    await send('/v1/events', { ...event, user_id, properties: { $session_id: user_id } });
  }
  await send('/v1/users', { user_id: 'ada' });
  await send('/v1/users', { user_id: 'anon' });
  await send('/v1/users/aliases', { user_id: 'ada', alias_id: 'anon' });
  await send('/v1/users/aliases', { user_id: 'anon', alias_id: 'device' });
  for (const user_id of ['ada', 'anon', 'device']) {
    const { ids, events } = await view(running, `visitor?app_id=demo&user_id=${user_id}`);
    assert.deepEqual([...ids].sort(), ['ada', 'anon', 'device']);
    assert.deepEqual(
      events.map((/** @type {any} */ one) => one.properties.$session_id),
      ['device', 'ada', 'anon'],
    );
  }
  assert.deepEqual(await view(running, 'visitor?app_id=shop&user_id=ada'), {
    ids: ['ada'],
    events: [],
  });
  const missing = await fetch(`${address}/views/visitor?app_id=demo`);
  assert.equal(missing.status, 400);
  assert.equal((await missing.json()).details.field, 'user_id');
});
