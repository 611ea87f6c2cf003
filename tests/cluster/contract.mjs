// @ts-check
/**
 * The collector's contract, on a cluster of one node each: the very tests that SQLite is held to. Those of events are in
 * pipeline.test.mjs, as they need a new store each.
 */
import { after, test } from 'node:test';
import { runOn } from '../collector/support.mjs';
import { openEngines, whyNot } from './engines.mjs';

const reason = whyNot();
if (reason) {
  test(reason, () => {
    console.log(reason);
  });
} else {
  const opened = await openEngines();
  const shared = await opened.openShared();
  after(async () => {
    await shared.close();
    await opened.stop();
  });
  runOn(shared.empty);
  for (const name of ['answers', 'users', 'limits', 'views']) {
    await import(`../collector/${name}.test.mjs`);
  }
}
