// @ts-check
/** The counts that SQLite keeps for the live page: bounded, and made for files of earlier versions. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { DatabaseSync } from '@photostructure/sqlite';
import { openStore } from '../../examples/collector/sqlite_store.mjs';
import { event, start, temporaryFile } from './support.mjs';

const hour = 3_600_000;

test('names that strangers choose do not fill the counts', async (t) => {
  const running = await start(t, { config: undefined });
  const { send, db } = running;
  const key = { authorization: 'Bearer sk_test_demo' };
  for (let i = 0; i < 30; i += 1) {
    const events = Array.from({ length: 100 }, (_, j) => ({
      ...event,
      event_name: i === 0 ? 'x'.repeat(300 + j) : `event ${i} ${j}`,
    }));
    await send('/v1/events/batch', { events }, key);
  }
  const reader = new DatabaseSync(db);
  t.after(() => reader.close());
  const { n, longest } = reader
    .prepare(`SELECT count(*) AS n, max(length(name)) AS longest FROM hours WHERE kind = 'event'`)
    .get();
  // An hour may end meanwhile, and the next one has names of its own.
  assert.ok(n >= 2001 && n <= 2902, `${n}`);
  assert.equal(longest, 200);
});

test('a file of an earlier version is counted when it is opened', async (t) => {
  const file = temporaryFile(t);
  const old = new DatabaseSync(file);
  for (const name of ['1-tables.sql', '2-totals.sql']) {
    const path = new URL(`../../examples/collector/migrations/${name}`, import.meta.url);
    old.exec(readFileSync(path, 'utf8'));
  }
  const now = Date.now();
  const insert = old.prepare(`
    INSERT INTO events (event_id, app_id, event_name, user_id, properties, request_id, received_at)
    VALUES (?, 'demo', 'page_view', 'u', ?, 'req_0', ?)`);
  for (let i = 0; i < 5; i += 1) {
    insert.run(`evt_${i}`, i === 0 ? '{}' : '{"page":"/a"}', new Date(now).toISOString());
  }
  old.exec('PRAGMA user_version = 2');
  old.close();
  const { views, close } = openStore(file);
  t.after(close);
  const since = now - 24 * hour;
  const plain = (/** @type {unknown} */ rows) => JSON.parse(JSON.stringify(rows));
  assert.deepEqual(plain(views.minutes(since)), [{ minute: Math.floor(now / 60_000), events: 5 }]);
  assert.deepEqual(plain(views.top('event', since, 9)), [{ name: 'page_view', count: 5 }]);
  assert.deepEqual(plain(views.top('page', since, 9)), [{ name: '/a', count: 4 }]);
});
