/**
 * What a navigation inside a page costs the main thread: the router's own call, and the whole view.
 *
 * @typedef {Awaited<ReturnType<typeof import('./lab.mjs').openLab>>} Lab
 */
import { line, microseconds, number } from './lab.mjs';

// Chromium takes 200 changes of the URL in ten seconds, and drops what is beyond.
const calls = 90;
const views = 15;
// From one navigation to the next: until its view has been counted.
const settled = 650;

/**
 * Times each call alone. Runs in the page, so it must not refer to anything outside.
 *
 * @param {'pushState' | 'replaceState'} method @param {boolean} moves whether the URL changes
 * @param {number} times @returns {Promise<number[]>} milliseconds
 */
async function sample(method, moves, times) {
  const samples = [];
  for (let i = 0; i < times; ++i) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    const began = performance.now();
    history[method]({ i }, '', moves ? `/page/${i}` : undefined);
    samples.push(performance.now() - began);
  }
  return samples;
}

/** @param {Lab} lab */
export async function measureNavigation(lab) {
  for (const [path, whose] of /** @type {const} */ ([
    ['/empty', 'no SDK'],
    ['/sdk', 'SDK'],
  ])) {
    for (const [method, moves, what] of /** @type {const} */ ([
      ['pushState', true, 'pushState, new page'],
      ['replaceState', false, 'replaceState, only state'],
    ])) {
      const samples = await lab.withPage(path, (page) =>
        page.evaluate(sample, method, moves, calls),
      );
      line(`navigation, ${whose}: ${what}`, microseconds(samples));
    }
    const spent = await lab.withPage(path, async (page, cpu) => {
      await new Promise((resolve) => setTimeout(resolve, 2000));
      const before = await cpu();
      await page.evaluate(
        async (times, pause) => {
          for (let i = 0; i < times; ++i) {
            history.pushState(null, '', `/view/${i}`);
            document.title = `View ${i}`;
            await new Promise((resolve) => setTimeout(resolve, pause));
          }
        },
        views,
        settled,
      );
      return ((await cpu()) - before) / views;
    });
    line(`navigation, ${whose}: main thread for each`, `${number(spent, 2)} ms`);
  }
}
