// @ts-check
/** Group commit, on a real database whose statements are counted; and a store that fails. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DatabaseSync } from '@photostructure/sqlite';
import { createCommits } from '../../examples/collector/commits.mjs';
import { event, start, temporaryFile } from './support.mjs';

/** @param {import('node:test').TestContext} t */
function open(t) {
  const db = new DatabaseSync(temporaryFile(t));
  t.after(() => db.close());
  db.exec('CREATE TABLE notes (note TEXT UNIQUE ON CONFLICT FAIL)');
  // RAISE(ROLLBACK) does what a full disk does: the whole transaction is gone.
  db.exec(`CREATE TRIGGER fatal BEFORE INSERT ON notes WHEN new.note = 'fatal'
           BEGIN SELECT RAISE(ROLLBACK, 'disk full'); END`);
  const counted = { commits: 0 };
  const watched = new Proxy(db, {
    get(target, name) {
      if (name === 'isTransaction') return target.isTransaction;
      if (name === 'exec') return (/** @type {string} */ sql) => target.exec(sql);
      return (/** @type {string} */ sql) => {
        const statement = target.prepare(sql);
        const run = () => {
          if (sql === 'COMMIT') counted.commits += 1;
          return statement.run();
        };
        return { run };
      };
    },
  });
  const statement = db.prepare('INSERT INTO notes VALUES (?)');
  const insert = (/** @type {string} */ text) => statement.run(text);
  const commits = createCommits(watched);
  return {
    counted,
    ...commits,
    insert,
    note: (/** @type {string} */ text) => commits.write(() => insert(text)),
    notes: () =>
      db
        .prepare('SELECT note FROM notes ORDER BY rowid')
        .all()
        .map((row) => row.note),
  };
}

test('writes of one turn share a commit, and none is answered before it', async (t) => {
  const { note, notes, counted } = open(t);
  const commitsSeen = ['a', 'b', 'c'].map((text) => note(text).then(() => counted.commits));
  assert.equal(counted.commits, 0);
  assert.deepEqual(await Promise.all(commitsSeen), [1, 1, 1]);
  assert.deepEqual(notes(), ['a', 'b', 'c']);
});

test('writes of the next turn have a commit of their own', async (t) => {
  const { note, counted } = open(t);
  await note('a');
  await note('b');
  assert.equal(counted.commits, 2);
});

test('a write that throws is undone alone, with what it had done before', async (t) => {
  const { note, notes, insert, write } = open(t);
  const first = note('a');
  const half = write(() => {
    insert('half');
    throw new Error('no');
  });
  const twice = note('a');
  const last = note('b');
  await assert.rejects(half, /no/);
  await assert.rejects(twice, /UNIQUE/);
  await Promise.all([first, last]);
  assert.deepEqual(notes(), ['a', 'b']);
});

test('where the transaction fails nobody is acknowledged and nothing is stored', async (t) => {
  const { note, notes } = open(t);
  const results = await Promise.allSettled([note('a'), note('fatal'), note('b')]);
  assert.deepEqual(
    results.map(({ status }) => status),
    ['rejected', 'rejected', 'rejected'],
  );
  assert.deepEqual(notes(), []);
  await note('c');
  assert.deepEqual(notes(), ['c']);
});

test('a failing store is answered 500, stores nothing, and recovers', async (t) => {
  const { send, collector, db, reported } = await start(t);
  const other = new DatabaseSync(db);
  t.after(() => other.close());
  other.exec(`CREATE TRIGGER full BEFORE INSERT ON events WHEN new.event_name = 'last straw'
              BEGIN SELECT RAISE(ROLLBACK, 'database or disk is full'); END`);
  const straw = { ...event, event_name: 'last straw', properties: { $event_id: 'straw' } };
  const batch = { events: [event, straw, event] };

  const { status, body } = await send('/v1/events/batch', batch);
  assert.equal(status, 500);
  assert.deepEqual(body, {
    error: 'Internal Server Error',
    message: 'Something went wrong on our end.',
    code: 'INTERNAL_ERROR',
    details: {},
  });
  assert.match(String(reported[0]), /disk is full/);
  assert.equal(collector.store.count('events', null), 0);

  other.exec('DROP TRIGGER full');
  assert.equal((await send('/v1/events/batch', batch)).status, 200);
  assert.equal(collector.store.count('events', null), 3);
  assert.equal(collector.store.count('duplicates', null), 0);
  assert.deepEqual(
    collector.store.newest('requests', null, 9).map((request) => request.status),
    [500, 200],
  );
});

test('a store that cannot even log answers 500, and logs that once it can', async (t) => {
  const { send, collector, db } = await start(t);
  const other = new DatabaseSync(db);
  t.after(() => other.close());
  other.exec(`CREATE TRIGGER full BEFORE INSERT ON requests
              BEGIN SELECT RAISE(ROLLBACK, 'database or disk is full'); END`);
  assert.equal((await send('/v1/events', event)).status, 500);
  assert.equal((await send('/v1/events', {})).status, 400);
  assert.equal(collector.store.count('requests', null), 0);
  other.exec('DROP TRIGGER full');
  assert.equal((await send('/v1/events', event)).status, 200);
  const statuses = collector.store.newest('requests', null, 9).map(({ status }) => status);
  assert.deepEqual(statuses.sort(), [200, 400, 500]);
});
