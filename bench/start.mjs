/** What a page pays for loading the SDK and calling `init`. */
import { line, median, milliseconds, number, pause } from './lab.mjs';

const rounds = 9;

/** Until what a start leaves for later is done: the look at what earlier pages left. */
const settled = 2500;

/** @typedef {{ started: number, init: number, work: number }} Run milliseconds */

/** @param {Awaited<ReturnType<typeof import('./lab.mjs').openLab>>} lab */
export async function measureStart(lab) {
  for (const slowdown of [1, 6]) {
    /** @param {'/sdk' | '/empty'} path @returns {Promise<Run>} */
    const open = async (path) => {
      for (;;) {
        const run = await visit(path);
        // A trace that began too late for the page's process has no marks.
        if (run.init > 0) return run;
      }
    };
    /** @param {'/sdk' | '/empty'} path @returns {Promise<Run>} */
    const visit = (path) =>
      lab.withPage(
        path,
        async (page, cpu) => {
          await pause(settled);
          const work = await cpu();
          const started = Number(await page.evaluate('started'));
          return { started, init: between(await page.tracing.stop()), work };
        },
        {
          slowdown,
          before: (page) => page.tracing.start({ categories: ['-*', 'blink.user_timing'] }),
        },
      );
    const empty = [];
    const full = [];
    // Interleaved, so that other load of the machine affects both alike.
    for (let i = 0; i < rounds; ++i) {
      empty.push(await open('/empty'));
      full.push(await open('/sdk'));
    }
    /** @param {Run[]} runs @param {keyof Run} name */
    const all = (runs, name) => runs.map((run) => run[name]);
    /** @param {keyof Run} name */
    const more = (name) => {
      const base = all(empty, name);
      const own = all(full, name);
      return `${number(median(own) - median(base), 1)} ms median, ${number(Math.min(...own) - Math.min(...base), 1)} ms fastest`;
    };
    const what = `start, ${slowdown === 1 ? 'full speed' : `CPU slowed ${slowdown}×`}`;
    line(`${what}: script and init, elapsed`, milliseconds(all(full, 'started')));
    line(`${what}: script and init, main thread`, more('init'));
    line(`${what}: main thread in total`, more('work'));
  }
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
