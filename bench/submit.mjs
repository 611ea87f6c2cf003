/**
 * What a form's submission costs the main thread: the call, which is what the visitor waits for, and everything.
 *
 * @typedef {Awaited<ReturnType<typeof import('./lab.mjs').openLab>>} Lab
 */
import { line, microseconds, number } from './lab.mjs';

const times = 60;
// From one to the next: until it has been counted, and sent.
const apart = 300;

/**
 * Submits a form that a script handles. Runs in the page, so it must not refer to anything outside.
 *
 * @param {number} count @param {number} pause
 * @returns {Promise<number[]>} milliseconds that `requestSubmit` took
 */
async function sample(count, pause) {
  document.body.innerHTML = `<form name="contact" action="/sent">
    <label>Name <input name="name" value="Ada Lovelace"></label>
    <label>Email <input name="email" type="email" required></label>
    <label>Phone <input name="phone" type="tel" value="+44 20 7946 0958"></label>
    <label>Company <input name="company" value="Analytical Engines"></label>
    <label>Topic <select name="topic"><option>Sales</option></select></label>
    <label>Message <textarea name="message">Hello</textarea></label>
    <label><input name="news" type="checkbox" checked> News</label>
    <input name="csrf" type="hidden" value="1"><button>Send</button></form>`;
  const form = /** @type {HTMLFormElement} */ (document.forms[0]);
  const email = /** @type {HTMLInputElement} */ (form.elements.namedItem('email'));
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    form.reset(); // by which the page shows that it handles it
  });
  const samples = [];
  for (let i = 0; i < count; ++i) {
    email.value = `ada${i}@example.com`;
    const began = performance.now();
    form.requestSubmit();
    samples.push(performance.now() - began);
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
  return samples;
}

/** @param {Lab} lab */
export async function measureSubmit(lab) {
  for (const [path, whose] of /** @type {const} */ ([
    ['/empty', 'no SDK'],
    ['/sdk', 'SDK'],
  ])) {
    const { samples, spent } = await lab.withPage(path, async (page, cpu) => {
      await new Promise((resolve) => setTimeout(resolve, 2000));
      const before = await cpu();
      const samples = await page.evaluate(sample, times, apart);
      return { samples, spent: ((await cpu()) - before) / times };
    });
    line(`submit, ${whose}: the call`, microseconds(samples));
    line(`submit, ${whose}: main thread for each`, `${number(spent, 2)} ms`);
  }
}
