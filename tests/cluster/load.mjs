// @ts-check
/**
 * A load of events, as many pages would send them: batches of 100, some of them again, each until it is acknowledged.
 */
import { randomBytes } from 'node:crypto';
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { key } from '../collector/support.mjs';

const batchSize = 100;

/** A UUIDv7 of now. */
function uuidv7() {
  const time = Date.now().toString(16).padStart(12, '0');
  const random = randomBytes(10).toString('hex');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(0, 3)}-8${random.slice(3, 6)}-${random.slice(6, 18)}`;
}

/**
 * @param {object} options
 * @param {number} options.ids
 * @param {number} [options.resent] the share of batches that are sent a second time
 * @param {() => string[]} options.addresses of the collectors
 * @param {number} [options.senders]
 * @param {(acknowledged: number) => void} [options.onProgress]
 */
export async function sendLoad({ ids, resent = 0, addresses, senders = 8, onProgress }) {
  const agent = new Agent({ keepAlive: true, maxSockets: senders });
  /** @type {string[]} */
  const acknowledged = [];
  /** When batches were acknowledged. @type {number[]} */
  const times = [];
  /** @type {Record<string, number>} */
  const answers = {};
  let begun = 0;
  let turn = 0;
  const start = performance.now();
  await Promise.all(Array.from({ length: senders }, sender));
  agent.destroy();
  return { acknowledged, times, answers, seconds: (performance.now() - start) / 1000 };

  async function sender() {
    while (begun < ids) {
      const size = Math.min(batchSize, ids - begun);
      begun += size;
      const batch = Array.from({ length: size }, uuidv7);
      const body = JSON.stringify({ events: batch.map(eventOf) });
      await deliver(body);
      acknowledged.push(...batch);
      onProgress?.(acknowledged.length);
      if (Math.random() < resent) await deliver(body);
    }
  }

  /** @param {string} body */
  async function deliver(body) {
    for (;;) {
      const all = addresses();
      turn += 1;
      const status = await post(all[turn % all.length] ?? '', body);
      answers[status] = (answers[status] ?? 0) + 1;
      if (status === 200) {
        times.push(performance.now());
        return;
      }
      await sleep(50 + Math.random() * 150);
    }
  }

  /** @param {string} address @param {string} body @returns {Promise<number>} 0 without an answer */
  function post(address, body) {
    return new Promise((resolve) => {
      const call = request(`${address}/v1/events/batch`, {
        ...{ method: 'POST', agent, timeout: 15_000 },
        headers: {
          authorization: `Bearer ${key}`,
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
        },
      });
      call.on('response', (answer) => {
        answer.resume();
        answer.on('close', () => resolve(answer.complete ? (answer.statusCode ?? 0) : 0));
      });
      call.on('timeout', () => call.destroy());
      call.on('error', () => resolve(0));
      call.end(body);
    });
  }
}

/** @param {string} $event_id */
const eventOf = ($event_id) => ({
  event_name: 'product_viewed',
  user_id: `user_${$event_id.slice(-3)}`,
  properties: {
    ...{ $event_id, $timestamp: new Date().toISOString(), $session_id: $event_id.slice(-8) },
    ...{ page: '/products/espresso-machine', title: 'Espresso machine', price: 249.9 },
  },
  ua: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0 Safari/537.36',
});
