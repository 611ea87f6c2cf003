/**
 * The script, with a time of its own that stands still until the page calls `pass(millis)`. A router takes as long as
 * the machine lets it, and the SDK waits a tenth of a second for it, or half of one: on a busy machine that is a race.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dist } from '../../../scripts/paths.mjs';

export const held = () => ({
  headers: { 'content-type': 'text/javascript' },
  body: `{
  const { setTimeout, clearTimeout, requestIdleCallback } = window;
  // How long the machine is busy is no matter of that time; nor do all browsers have it.
  window.requestIdleCallback = (call) => setTimeout(call);
  let now = 0;
  let last = 0;
  const timers = new Map();
  window.setTimeout = (call, delay) => {
    timers.set(++last, { at: now + delay, call });
    return last;
  };
  window.clearTimeout = (id) => timers.delete(id);
  performance.now = () => now;
  window.pass = (millis) => {
    const end = now + millis;
    for (;;) {
      const due = [...timers].filter(([, { at }]) => at <= end);
      if (due.length === 0) break;
      const [id, { at, call }] = due.reduce((first, one) => (one[1].at < first[1].at ? one : first));
      timers.delete(id);
      now = at;
      call();
    }
    now = end;
  };
${readFileSync(join(dist, 'appizer-web.js'), 'utf8')}
  // It has taken them; the page has the real ones.
  Object.assign(window, { setTimeout, clearTimeout, requestIdleCallback });
  delete performance.now;
}`,
});
