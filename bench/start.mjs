/** What a page pays for loading the SDK and calling `init`. */
import { eventName, line, median, milliseconds, number, pause, payload } from './lab.mjs';

const rounds = 9;

/** Events that an earlier page left in the queue. */
const orphaned = 10_000;

/** Until what a start leaves for later is done: the look at what earlier pages left. */
const settled = 2500;

/** @typedef {{ started: number, init: number, work: number }} Run milliseconds */

/** @param {Awaited<ReturnType<typeof import('./lab.mjs').openLab>>} lab */
export async function measureStart(lab) {
  const leftovers = await leaveBehind(lab);
  for (const slowdown of [1, 6]) {
    /** @param {'/sdk' | '/empty'} path @param {Record<string, string>} [stored] @returns {Promise<Run>} */
    const open = async (path, stored) => {
      for (;;) {
        const run = await visit(path, stored);
        // A trace that began too late for the page's process has no marks.
        if (run.init > 0) return run;
      }
    };
    // From a page of the same site, which has what is in storage.
    /** @param {'/sdk' | '/empty'} path @param {Record<string, string>} stored @returns {Promise<Run>} */
    const visit = (path, stored = {}) =>
      lab.withPage(
        '/empty',
        async (page, cpu) => {
          await page.evaluate((items) => Object.assign(localStorage, items), stored);
          await page.tracing.start({ categories: ['-*', 'blink.user_timing'] });
          const before = await cpu();
          await page.goto(new URL(path, page.url()).href, { waitUntil: 'load' });
          await pause(settled);
          const work = (await cpu()) - before;
          const started = Number(await page.evaluate('started'));
          return { started, init: between(await page.tracing.stop()), work };
        },
        { slowdown },
      );
    const empty = [];
    const full = [];
    const behind = [];
    // Interleaved, so that other load of the machine affects all alike.
    for (let i = 0; i < rounds; ++i) {
      empty.push(await open('/empty'));
      full.push(await open('/sdk'));
      behind.push(await open('/sdk', leftovers));
    }
    /** @param {Run[]} runs @param {keyof Run} name */
    const all = (runs, name) => runs.map((run) => run[name]);
    /** @param {keyof Run} name @param {Run[]} [runs] @param {Run[]} [without] */
    const more = (name, runs = full, without = empty) => {
      const base = all(without, name);
      const own = all(runs, name);
      return `${number(median(own) - median(base), 1)} ms median, ${number(Math.min(...own) - Math.min(...base), 1)} ms fastest`;
    };
    const what = `start, ${slowdown === 1 ? 'full speed' : `CPU slowed ${slowdown}×`}`;
    line(`${what}: script and init, elapsed`, milliseconds(all(full, 'started')));
    line(`${what}: script and init, main thread`, more('init'));
    line(`${what}: main thread in total`, more('work'));
    const found = `${what}, ${number(orphaned)} orphaned events`;
    line(`${found}: script and init, more on the main thread`, more('init', behind, full));
    line(`${found}: more elapsed`, more('started', behind, full));
  }
}

/** What storage has of a page that tracked very many events offline, and ended. @param {Awaited<ReturnType<typeof import('./lab.mjs').openLab>>} lab */
function leaveBehind(lab) {
  return lab.withPage('/sdk', async (page) => {
    await page.setOfflineMode(true);
    const track = `AppizerWeb.trackEvent('${eventName}', ${JSON.stringify(payload)})`;
    await page.evaluate(`for (let i = 0; i < ${orphaned}; ++i) ${track}`);
    await pause(settled);
    return page.evaluate(() =>
      Object.fromEntries(Object.entries(localStorage).filter(([key]) => key.includes('.j.'))),
    );
  });
}

/**
 * What the main thread worked between the marks `began` and `ended`.
 *
 * @param {Uint8Array | undefined} trace
 */
function between(trace) {
  const { traceEvents } = JSON.parse(new TextDecoder().decode(trace));
  /** @param {string} name */
  const at = (name) => traceEvents.find((event) => event.name === name && event.tts)?.tts;
  return (at('ended') - at('began')) / 1000;
}
