/**
 * Runs many files of browser tests one after another in one process, so that they share a browser.
 *
 *     node tests/browser/lane.mjs firefox             what is tested in every engine, in Firefox
 *     node tests/browser/lane.mjs chromium-alone      what needs only Chromium, or no browser at all
 *     node tests/browser/lane.mjs firefox --short     as `npm test` does
 *     node --test tests/browser/forms.test.mjs        one file, in every engine at once
 */
import { readdirSync, readFileSync } from 'node:fs';

/**
 * In the short form Firefox and WebKit leave out what they share with Chromium as far as this code is concerned: the
 * judgement of fields, policies, consent and files that fail to load, and some submissions (forms.test.mjs).
 * `npm run test:browsers` leaves out nothing.
 */
const inChromiumOnly = [
  'consent',
  'csp',
  'forms-cases',
  'forms-leaks',
  'integrity',
  'loading',
  'waiting',
];

const here = new URL('./', import.meta.url);
const [lane = '', form] = process.argv.slice(2);
const lanes = ['chromium-alone', 'chromium', 'firefox', 'webkit'];
if (!lanes.includes(lane) || (form !== undefined && form !== '--short')) {
  console.error(`Usage: node tests/browser/lane.mjs ${lanes.join('|')} [--short]`);
  process.exit(2);
}
const [engine = '', alone] = lane.split('-');
// Read by the tests that are imported now.
process.env.APPIZER_BROWSERS = engine;
process.env.APPIZER_SHORT = form !== undefined && engine !== 'chromium' ? 'yes' : 'no';

const files = readdirSync(here)
  .filter((name) => name.endsWith('.test.mjs'))
  .sort()
  // The other files start Chromium themselves, or no browser at all.
  .filter((name) => {
    const inEach = /\bengines\b|\binEngines\b/.test(readFileSync(new URL(name, here), 'utf8'));
    return inEach !== (alone !== undefined);
  })
  .filter(
    (name) =>
      form === undefined ||
      engine === 'chromium' ||
      !inChromiumOnly.includes(name.slice(0, -'.test.mjs'.length)),
  );
// `node:test` runs the suites of a process in the order in which they were imported.
for (const file of files) await import(new URL(file, here).href);
