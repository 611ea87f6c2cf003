/** The proxy of the harness: do its faults happen as configured? What fails here is no fault of the SDK. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { createCollector } from '../../examples/collector/server.mjs';
import { createFaulty } from './harness/faulty.mjs';

const event = { app_id: 'demo', event_name: 'harness_checked', user_id: 'u1' };

describe('the proxy', () => {
  const collector = createCollector({ db: ':memory:' });
  let proxy;

  before(async () => {
    proxy = await createFaulty(await collector.listen());
  });

  after(async () => {
    await Promise.all([proxy?.close(), collector.close()]);
  });

  beforeEach(() => {
    proxy.recover();
    proxy.requests.length = 0;
  });

  const send = () =>
    fetch(`${proxy.address}/v1/events`, {
      method: 'POST',
      headers: { origin: 'http://localhost', 'content-type': 'application/json' },
      body: JSON.stringify(event),
      signal: AbortSignal.timeout(10_000),
    });
  const stored = () => collector.store.count('events', null);

  test('the proxy answers the given number of times, then forwards again', async () => {
    proxy.next({ times: 2, status: 429, headers: { 'Retry-After': '7' }, body: { code: 'X' } });
    for (const _ of [1, 2]) {
      const answer = await send();
      assert.equal(answer.status, 429);
      assert.equal(answer.headers.get('retry-after'), '7');
      assert.equal(answer.headers.get('access-control-allow-origin'), 'http://localhost');
      assert.deepEqual(await answer.json(), { code: 'X' });
    }
    assert.equal((await send()).status, 200);
    assert.deepEqual(
      proxy.requests.map(({ outcome }) => outcome),
      [429, 429, 200],
    );
  });

  test('the proxy hangs up before the collector had the event, or after', async () => {
    const before = stored();
    proxy.next({ drop: 'before' });
    await assert.rejects(send());
    assert.equal(stored(), before);
    proxy.next({ drop: 'after' });
    await assert.rejects(send());
    assert.equal(stored(), before + 1);
  });

  test('the proxy cuts an answer off', async () => {
    proxy.next({ cut: true });
    const answer = await send();
    assert.equal(answer.ok, true);
    await assert.rejects(answer.text());
  });

  test('the proxy takes its time', async () => {
    proxy.next({ delay: 150, hold: 150 });
    const began = performance.now();
    await send();
    assert.ok(performance.now() - began >= 295);
  });

  test('the proxy is gone, and comes back at the same address', async () => {
    await proxy.refuse();
    await assert.rejects(send());
    await proxy.comeBack();
    assert.equal((await send()).ok, true);
  });

  test('a fault meets only the requests it is meant for', async () => {
    proxy.next({ status: 500, path: '/v1/users' });
    proxy.next({ status: 418, method: 'OPTIONS' });
    assert.equal((await send()).ok, true);
    const preflight = await fetch(`${proxy.address}/v1/events`, { method: 'OPTIONS' });
    assert.equal(preflight.status, 418);
  });
});
