/** What a page pays for loading the SDK and calling `init`. */
import { line, median, milliseconds, number, pause } from './lab.mjs';

const rounds = 9;

/** Until what a start leaves for later is done: the look at what earlier pages left. */
const settled = 2500;

/** @param {Awaited<ReturnType<typeof import('./lab.mjs').openLab>>} lab */
export async function measureStart(lab) {
  for (const slowdown of [1, 6]) {
    /** @param {'/sdk' | '/empty'} path */
    const open = (path) =>
      lab.withPage(
        path,
        async (page, cpu) => {
          await pause(settled);
          return { started: Number(await page.evaluate('started')), work: await cpu() };
        },
        slowdown,
      );
    const empty = [];
    const full = [];
    // In turns, so that what else the machine does meets both alike.
    for (let i = 0; i < rounds; ++i) {
      empty.push(await open('/empty'));
      full.push(await open('/sdk'));
    }
    const all = (runs, name) => runs.map((run) => run[name]);
    const what = `start, ${slowdown === 1 ? 'full speed' : `CPU slowed ${slowdown}×`}`;
    line(`${what}: script and init`, milliseconds(all(full, 'started')));
    const work = median(all(full, 'work')) - median(all(empty, 'work'));
    line(`${what}: main thread in all, over an empty page`, `${number(work, 1)} ms`);
  }
}
