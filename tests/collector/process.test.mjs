// @ts-check
/** The collector as a process: what it has acknowledged is there after it was killed. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { test } from 'node:test';
import { DatabaseSync } from '@photostructure/sqlite';
import { openDatabase } from '../../examples/collector/database.mjs';
import { key, startProcess, temporaryFile } from './support.mjs';

const kills = 10;

/** @param {string} address @param {string} path @param {object} body */
async function post(address, path, body) {
  const response = await fetch(`${address}/v1/${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  assert.equal(response.status, 200);
  return response;
}

test('what was acknowledged is there after kill -9, every time', async (t) => {
  const db = temporaryFile(t);
  for (let round = 1; round <= kills; round += 1) {
    const { child, address, ended } = startProcess(t, ['--port', '0', '--db', db]);
    const events = Array.from({ length: 10 }, (_, i) => ({
      event_name: `round_${round}`,
      user_id: `user_${i}`,
      properties: { $event_id: `${round}-${i}` },
    }));
    // Killed on the answer's first byte: nothing that happens later may be needed.
    await post(await address, 'events/batch', { events });
    child.kill('SIGKILL');
    await ended;

    const reader = new DatabaseSync(db);
    const counted = reader
      .prepare('SELECT event_name, count(*) AS n FROM events GROUP BY event_name ORDER BY rowid')
      .all();
    const { requests } = reader.prepare('SELECT count(*) AS requests FROM requests').get();
    const [{ integrity_check: integrity }] = reader.prepare('PRAGMA integrity_check').all();
    reader.close();
    assert.deepEqual(
      counted.map((row) => [row.event_name, row.n]),
      Array.from({ length: round }, (_, i) => [`round_${i + 1}`, 10]),
    );
    assert.equal(requests, round);
    assert.equal(integrity, 'ok');
  }
});

test('a commit waits for the disk: a write-ahead log, synced each time', (t) => {
  const db = openDatabase(temporaryFile(t));
  t.after(() => db.close());
  assert.equal(db.prepare('PRAGMA journal_mode').get().journal_mode, 'wal');
  const full = 2;
  assert.equal(db.prepare('PRAGMA synchronous').get().synchronous, full);
});

test('it says in one line where it listens and how to stop it, and stops', async (t) => {
  const { child, address, ended } = startProcess(t, ['--port', '0', '--db', temporaryFile(t)]);
  const where = await address;
  child.kill('SIGINT');
  const { code, output, errors } = await ended;
  assert.equal(code, 0);
  assert.equal(errors, '');
  assert.match(
    output,
    /^Collecting into .*events\.sqlite; watch at \S+ and stop with Ctrl\+C\.\n$/,
  );
  assert.ok(output.includes(where));
});

test('no other machine can reach it', async (t) => {
  const { address } = startProcess(t, ['--port', '0', '--db', temporaryFile(t)]);
  const port = Number(new URL(await address).port);
  const outside = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  for (const { address: host } of outside.filter(({ internal }) => !internal)) {
    const socket = connect({ host, port });
    const [error] = await once(socket, 'error');
    assert.ok(error.code, `${host} answered`);
  }
});
