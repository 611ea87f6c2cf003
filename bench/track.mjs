/**
 * What one `trackEvent` costs the main thread, and what it writes.
 *
 * @typedef {Awaited<ReturnType<typeof import('./lab.mjs').openLab>>} Lab
 * @typedef {{ calls: number[], tasks: number[] }} Samples milliseconds a call, one of each a task
 */
import { AppizerWeb, nodeHost } from '../dist/index.mjs';
import {
  eventName,
  line,
  median,
  microseconds,
  milliseconds,
  number,
  openServer,
  pause,
  payload,
} from './lab.mjs';

const warmUp = 1000;
const calls = 4000;

/**
 * Calls `track` in tasks of their own, so many times in each, and takes the time: of the calls
 * themselves, and to the end of the task, where the SDK writes its journal. Runs in a page and in
 * Node, so it must not refer to anything outside.
 *
 * @param {(name: string, properties: Record<string, unknown>) => void} track
 * @param {string} name
 * @param {Record<string, unknown>} properties
 * @param {number} tasks
 * @param {number} each calls in a task
 * @returns {Promise<Samples>}
 */
function sample(track, name, properties, tasks, each) {
  return new Promise((resolve) => {
    const samples = { calls: /** @type {number[]} */ ([]), tasks: /** @type {number[]} */ ([]) };
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      const began = performance.now();
      for (let i = 0; i < each; ++i) track(name, properties);
      const called = performance.now();
      // The SDK's turn at the end of the task was asked for before this one.
      queueMicrotask(() => {
        samples.calls.push((called - began) / each);
        samples.tasks.push((performance.now() - began) / each);
        if (samples.tasks.length < tasks) port2.postMessage(null);
        else {
          port1.close();
          resolve(samples);
        }
      });
    };
    port2.postMessage(null);
  });
}

/**
 * @param {import('puppeteer-core').Page} page
 * @param {number} tasks
 * @param {number} each
 * @returns {Promise<any>} `Samples`
 */
const sampleInPage = (page, tasks, each) =>
  page.evaluate(
    `(${sample})(AppizerWeb.trackEvent, '${eventName}', ${JSON.stringify(payload)}, ${tasks}, ${each})`,
  );

/** @param {Lab} lab */
export async function measureTrack(lab) {
  for (const each of [1, 10]) {
    const how = `${each} a task`;
    const inPage = await lab.withPage('/sdk', async (page) => {
      await sampleInPage(page, warmUp / each, each);
      return sampleInPage(page, calls / each, each);
    });
    show('Chromium', how, inPage);
    const server = await openServer();
    const client = AppizerWeb.create({ appId: 'demo', apiBase: server.address, host: nodeHost() });
    await sample(client.trackEvent, eventName, payload, warmUp / each, each);
    show('Node', how, await sample(client.trackEvent, eventName, payload, calls / each, each));
    await client.flush();
    await server.close();
  }
}

/** @param {string} where @param {string} how @param {Samples} samples */
function show(where, how, samples) {
  line(`trackEvent, ${where}, ${how}: the call`, microseconds(samples.calls));
  line(`trackEvent, ${where}, ${how}: with the journal's write`, microseconds(samples.tasks));
}

/** With so many events waiting already. @param {Lab} lab */
export async function measureQueue(lab) {
  const wanted = 500;
  for (const waiting of [10, 100, 1000, 10_000]) {
    // Each sample adds to the queue, so a short one gives only a few before it is emptied and filled anew.
    const many = Math.min(wanted, waiting);
    const { samples, written } = await lab.withPage('/sdk', async (page) => {
      await sampleInPage(page, warmUp, 1);
      /** @type {Samples} */
      const all = { calls: [], tasks: [] };
      let characters = 0;
      for (let round = 0; round < wanted / many; ++round) {
        await empty(page);
        await page.setOfflineMode(true);
        const each = Math.min(50, waiting);
        await sampleInPage(page, waiting / each, each);
        const before = Number(await page.evaluate('written'));
        const { calls, tasks } = await sampleInPage(page, many, 1);
        characters += Number(await page.evaluate('written')) - before;
        all.calls.push(...calls);
        all.tasks.push(...tasks);
        await page.setOfflineMode(false);
      }
      return { samples: all, written: characters / all.calls.length };
    });
    const what = `trackEvent, Chromium, ${number(waiting)} waiting`;
    line(`${what}: the call`, microseconds(samples.calls));
    line(`${what}: with the journal's write`, microseconds(samples.tasks));
    line(`${what}: written to localStorage`, `${number(written)} characters an event`);
  }
}

/**
 * Calls `track` so many times in one task. Runs in a page, as do the two below.
 *
 * @param {(name: string, properties: Record<string, unknown>) => void} track
 * @param {string} name
 * @param {Record<string, unknown>} properties
 * @param {number} many
 */
async function loop(track, name, properties, many) {
  const began = performance.now();
  for (let i = 0; i < many; ++i) track(name, properties);
  const called = performance.now();
  await null; // the SDK's turn at the end of the task was asked for before this one
  return { began, called: called - began, written: performance.now() - began };
}

function watchTasks() {
  const { tasks } = Object.assign(window, { tasks: /** @type {PerformanceEntry[]} */ ([]) });
  new PerformanceObserver((list) => tasks.push(...list.getEntries())).observe({ type: 'longtask' });
}

/** How long the tasks were that began from then on. @param {number} began */
const tasksSince = (began) =>
  /** @type {any} */ (window).tasks
    .filter((/** @type {PerformanceEntry} */ task) => task.startTime >= began)
    .map((/** @type {PerformanceEntry} */ task) => task.duration);

/** Very many in one task, and the longest task that comes of it. @param {Lab} lab */
export async function measureLoop(lab) {
  const events = 10_000;
  const rounds = 5;
  const runs = [];
  for (let i = 0; i < rounds; ++i) {
    const run = await lab.withPage('/sdk', async (page, cpu) => {
      await page.evaluate(watchTasks);
      await pause(1000); // the page's own start is over
      const before = await cpu();
      const code = `(${loop})(AppizerWeb.trackEvent, '${eventName}', ${JSON.stringify(payload)}, ${events})`;
      const times = /** @type {Awaited<ReturnType<typeof loop>>} */ (await page.evaluate(code));
      const work = (await cpu()) - before;
      await pause(5000); // requests of a hundred events each, and their answers
      const later = await page.evaluate(tasksSince, times.began + times.written);
      return { ...times, work, later: Math.max(0, ...later) };
    });
    runs.push(run);
  }
  const what = `${number(events)} events in one loop`;
  const of = (name) => milliseconds(runs.map((run) => run[name]));
  line(`${what}: the calls`, of('called'));
  line(`${what}: with the journal's writes`, of('written'));
  line(`${what}: the same, time on a core`, of('work'));
  line(`${what}: the longest task after it`, of('later'));
}

/** Lets the page deliver what waits. @param {import('puppeteer-core').Page} page */
const empty = (page) =>
  page.evaluate(async () => {
    const { AppizerWeb } = /** @type {any} */ (window);
    while ((await AppizerWeb.flush()).pending > 0)
      await new Promise((done) => setTimeout(done, 50));
  });

/** @param {Lab} lab */
export async function measureDelivery(lab) {
  const events = 1000;
  const rounds = 5;
  const { counts } = lab.server;
  /** @param {'/sdk' | '/empty'} path */
  const deliver = (path) =>
    lab.withPage(path, async (page, cpu) => {
      const before = { ...counts };
      const [work, began] = [await cpu(), performance.now()];
      await sampleInPage(page, events / 10, 10);
      await page.evaluate('AppizerWeb.flush()');
      return {
        work: (await cpu()) - work,
        time: performance.now() - began,
        events: counts.events - before.events,
        requests: counts.requests - before.requests,
        preflights: counts.preflights - before.preflights,
        bytes: counts.bytes - before.bytes,
      };
    });
  const empty = [];
  const full = [];
  for (let i = 0; i < rounds; ++i) {
    empty.push(await deliver('/empty'));
    full.push(await deliver('/sdk'));
  }
  const of = (runs, name) => median(runs.map((run) => run[name]));
  const arrived = of(full, 'events');
  if (arrived !== events) throw new Error(`Of ${events} events ${arrived} arrived.`);
  const what = `${number(events)} events delivered`;
  line(`${what}: requests`, `${of(full, 'requests')}, and ${of(full, 'preflights')} preflights`);
  line(`${what}: uploaded`, `${number(of(full, 'bytes'))} bytes`);
  line(`${what}: main thread`, `${number(of(full, 'work') - of(empty, 'work'))} ms`);
  line(
    `${what}: from the first call to the last answer`,
    milliseconds(full.map(({ time }) => time)),
  );
}
