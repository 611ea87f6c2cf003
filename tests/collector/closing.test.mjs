// @ts-check
/** While closing: what is under way is answered, what is new is refused. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { DatabaseSync } from '@photostructure/sqlite';
import { event, key, start } from './support.mjs';

const body = JSON.stringify(event);
const head = [
  'POST /v1/events HTTP/1.1',
  'Host: 127.0.0.1',
  `Authorization: Bearer ${key}`,
  'Content-Type: application/json',
  `Content-Length: ${body.length}`,
].join('\r\n');

/** A connection on which the test sends bytes by hand. @param {string} address */
async function open(address) {
  const { hostname, port } = new URL(address);
  const socket = connect({ host: hostname, port: Number(port) });
  let text = '';
  socket.setEncoding('utf8').on('data', (chunk) => {
    text += chunk;
  });
  await once(socket, 'connect');
  return {
    write: (/** @type {string} */ data) => socket.write(data),
    answer: once(socket, 'close').then(() => text),
  };
}

test('a request that was under way is answered and stored, a later one is refused', async (t) => {
  const { collector, address, db } = await start(t);
  const underWay = await open(address);
  const idle = await open(address);
  const arrived = new Promise((resolve) => collector.app.server.once('request', resolve));
  // Of one request the head is there and its body is not; of the other not even all of the head.
  underWay.write(`${head}\r\n\r\n${body.slice(0, 5)}`);
  await arrived;
  const begun = new Promise((resolve) => {
    collector.app.server.once('connection', (socket) => socket.once('data', resolve));
  });
  const late = await open(address);
  late.write(`${head}\r\n`);
  await begun;

  const closed = collector.close();
  late.write(`\r\n${body}`);
  underWay.write(body.slice(5));
  assert.match(await underWay.answer, /^HTTP\/1\.1 200 OK\r\n/);
  const refused = await late.answer;
  assert.match(refused, /^HTTP\/1\.1 503 Service Unavailable\r\n/);
  assert.match(refused, /\r\nconnection: close\r\n/i);
  assert.deepEqual(JSON.parse(refused.slice(refused.indexOf('{'))), {
    error: 'Service Unavailable',
    message: 'The collector is closing.',
    code: 'SERVICE_UNAVAILABLE',
    details: {},
  });
  assert.equal(await idle.answer, '');
  await closed;

  const reader = new DatabaseSync(db);
  t.after(() => reader.close());
  assert.equal(reader.prepare('SELECT count(*) AS n FROM events').get().n, 1);
  const statuses = reader.prepare('SELECT status FROM requests ORDER BY status').all();
  assert.deepEqual(
    statuses.map(({ status }) => status),
    [200, 503],
  );
});

test('closing twice is closing once', async (t) => {
  const { collector } = await start(t);
  await Promise.all([collector.close(), collector.close()]);
  assert.equal(collector.address, null);
});
