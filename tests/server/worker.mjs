/**
 * A server's process for the tests of `Appizer`: records numbered events as fast as it can until it is killed, and says each
 * number once `track` has returned.
 *
 *     node tests/server/worker.mjs <apiBase> <folder> <name> [events] [pause]
 */
import { writeSync } from 'node:fs';
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import { Appizer } from '../../dist/server.mjs';

const [apiBase, dir, name, most = 'Infinity', wait = '0'] = process.argv.slice(2);
const appizer = new Appizer({
  apiKey: 'sk_test_demo',
  apiBase,
  dir,
  maxRequestsPerSecond: 1000,
  onError: (report) => writeSync(2, `${JSON.stringify(report)}\n`),
});
writeSync(1, 'ready\n');
for (let i = 0; i < Number(most); ++i) {
  appizer.track({
    event: 'order_placed',
    userId: `user_${i % 7}`,
    properties: { order: `${name}-${i}` },
  });
  writeSync(1, `${name}-${i}\n`);
  if (Number(wait) > 0) await pause(Number(wait));
  else await nextTurn();
}
await appizer.shutdown({ timeout: 60_000 });
