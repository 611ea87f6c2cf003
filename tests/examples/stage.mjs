/** What the tests of the examples share: a collector, a site, a browser. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCollector } from '../../examples/collector/server.mjs';
import { launch } from '../browser/harness/browsers.mjs';
import { createSite } from '../browser/harness/site.mjs';
import { waitFor } from '../browser/harness/wait.mjs';

export { waitFor };

/**
 * @param {import('node:test').TestContext} t
 * @param {(collector: string) => Parameters<typeof createSite>[0]} site of the collector's address
 */
export async function createStage(t, site) {
  const folder = mkdtempSync(join(tmpdir(), 'appizer-example-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const collector = createCollector({ db: join(folder, 'events.sqlite') });
  t.after(() => collector.close());
  const { address, close } = await createSite(site(await collector.listen()));
  t.after(close);
  const browser = await launch('chromium');
  t.after(() => browser.close());
  const page = await browser.newPage();
  await page.raw.setViewport({ width: 1280, height: 800 });

  /** @param {Parameters<typeof collector.store.newest>[0]} table @returns {any[]} oldest first */
  const stored = (table) => collector.store.newest(table, 'demo', 1000);

  return {
    address,
    stored,
    page,

    /**
     * Waits until so many events of a name are stored. @param {string} name @param {number} [count]
     * @returns {Promise<any[]>} all of that name
     */
    events: async (name, count = 1) => {
      const named = () => stored('events').filter(({ event_name }) => event_name === name);
      await waitFor(() => named().length >= count, { what: `${count} stored ${name}` });
      return named();
    },
  };
}

/** An event's properties without those that the SDK adds. @param {{ properties: object }} event */
export const own = ({ properties }) =>
  Object.fromEntries(Object.entries(properties).filter(([name]) => !name.startsWith('$')));
