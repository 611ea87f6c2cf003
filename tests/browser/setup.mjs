/** What most browser tests need: a collector, a bad day in front of it, a site, and a browser. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createCollector } from '../../examples/collector/server.mjs';
import { launch } from './harness/browsers.mjs';
import { createFaulty } from './harness/faulty.mjs';
import { createSink } from './harness/sink.mjs';
import { createSite } from './harness/site.mjs';
import { waitFor } from './harness/wait.mjs';

/**
 * A page that loads the SDK as a site does.
 *
 * @param {object} options of `AppizerWeb.init`
 * @param {string} [body] HTML
 */
export function pageWith(options, body = '') {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Test</title>
<script src="/appizer-web.js"></script>
<script>AppizerWeb.init(${JSON.stringify(options)});</script>
</head><body>${body}</body></html>`;
}

/**
 * @param {object} [wishes]
 * @param {string} [wishes.engine]
 * @param {object} [wishes.options] of `AppizerWeb.init`, beside `appId` and `apiBase`
 * @param {string} [wishes.body] of the page at `/`
 * @param {object} [wishes.config] of the collector
 */
export async function createStage({ engine = 'chromium', options = {}, body = '', config } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'appizer-'));
  const collector = createCollector({ db: join(folder, 'events.sqlite'), config });
  const proxy = await createFaulty(await collector.listen());
  const settings = { appId: 'demo', apiBase: proxy.address, ...options };
  const site = await createSite({
    pages: {
      '/': pageWith(settings, body),
      '/next': pageWith(settings, body),
      '/bare': '<!doctype html><title>No SDK here</title>',
    },
  });
  const browser = await launch(engine);
  return {
    collector,
    proxy,
    site,
    browser,
    settings,
    /** @param {string} [path] */
    async open(path = '/') {
      const page = await browser.newPage();
      await page.goto(site.address + path);
      return page;
    },
    /** The stored events, oldest first. @returns {any[]} */
    stored: () => collector.store.newest('events', 'demo', 100_000),
    /** Copies that arrived and were dropped. */
    copies: () => collector.store.count('duplicates', 'demo'),
    /** Waits until so many events are stored. @param {number} count @param {number} [timeout] */
    async storedCount(count, timeout = 60_000) {
      await waitFor(() => collector.store.count('events', 'demo') >= count, {
        timeout,
        what: `${count} stored events`,
      });
    },
    async close() {
      await browser.close();
      await site.close();
      await proxy.close();
      await collector.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/**
 * A test that has a stage of its own.
 *
 * @param {string} name
 * @param {(stage: Awaited<ReturnType<typeof createStage>>) => Promise<void>} body
 * @param {Parameters<typeof createStage>[0]} [wishes]
 */
export function onStage(name, body, wishes) {
  test(name, { timeout: 240_000 }, async () => {
    const stage = await createStage(wishes);
    try {
      await body(stage);
    } finally {
      await stage.close();
    }
  });
}

/**
 * For all tests of a `describe`: one page, a site for it, and a sink for its events. There once the first of
 * them runs, closed after the last.
 *
 * @param {string} engine
 * @param {object} [wishes]
 * @param {Parameters<typeof launch>[1]} [wishes.browser]
 * @param {NonNullable<Parameters<typeof createSite>[0]>['pages']} [wishes.pages]
 */
export function withPage(engine, { browser: options, pages } = {}) {
  const on = /** @type {{
   *   sink: Awaited<ReturnType<typeof createSink>>,
   *   site: Awaited<ReturnType<typeof createSite>>,
   *   browser: import('./harness/browsers.mjs').Browser,
   *   page: import('./harness/browsers.mjs').Page,
   * }} */ ({});
  before(async () => {
    on.sink = await createSink();
    on.site = await createSite({ pages });
    on.browser = await launch(engine, options);
    on.page = await on.browser.newPage();
  });
  after(async () => {
    await on.browser?.close();
    await on.site?.close();
    await on.sink?.close();
  });
  return on;
}

/**
 * Records events in the page: their names are the prefix and a number.
 *
 * @param {import('./harness/browsers.mjs').Page} page @param {string} prefix @param {number} count
 */
export function track(page, prefix, count) {
  return page.evaluate(
    (name, many) => {
      for (let i = 0; i < many; ++i) {
        /** @type {any} */ (window).AppizerWeb.trackEvent(`${name}_tracked`, { i, who: name });
      }
    },
    prefix,
    count,
  );
}

/** How often each event was sent, by `$event_id`. @param {any[]} events */
export function timesSent(events) {
  /** @type {Map<string, number>} */
  const times = new Map();
  for (const { properties } of events) {
    times.set(properties.$event_id, (times.get(properties.$event_id) ?? 0) + 1);
  }
  return times;
}
