// @ts-check
/** The browser that the doctor opens: puppeteer-core of the customer's project, and a Chromium that is installed. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Why the doctor cannot begin, as a sentence for the reader. */
export class UsageError extends Error {}

const drivers = ['puppeteer-core', 'puppeteer'];

const names = ['google-chrome-stable', 'google-chrome', 'chromium', 'chromium-browser', 'chrome'];

const places = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  ...['PROGRAMFILES', 'PROGRAMFILES(X86)', 'LOCALAPPDATA'].flatMap((name) => {
    const folder = process.env[name];
    return folder ? [join(folder, 'Google', 'Chrome', 'Application', 'chrome.exe')] : [];
  }),
];

// Nothing of the browser's own is to look like the page's traffic. What `fetchLater` leaves with the browser could
// not be intercepted, nor could what frames of other sites and prerendered pages send from processes of their own.
// A bot's events may be dropped, and the doctor has to see what a visitor's browser sends.
const flags = [
  `--disable-features=${[
    ...['FetchLaterAPI', 'Prerender2', 'IsolateOrigins', 'site-per-process'],
    // What an address bar that nobody sees would load with each window takes longer than most pages.
    ...['WebUIOmniboxPopup', 'WebUIOmniboxAimPopup', 'WebUIOmniboxFullPopup'],
    'PreloadTopChromeWebUI',
  ].join(',')}`,
  '--disable-site-isolation-trials',
  '--disable-blink-features=AutomationControlled,FetchLaterAPI',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** @param {string} folder of the project that has puppeteer-core @returns {Promise<any>} */
export async function loadDriver(folder) {
  for (const base of [join(folder, 'x.js'), import.meta.url]) {
    for (const name of drivers) {
      try {
        const path = createRequire(base).resolve(name);
        const all = await import(pathToFileURL(path).href);
        return all.default ?? all;
      } catch {
        // The next one, or the sentence below.
      }
    }
  }
  throw new UsageError(
    'The doctor drives a browser with puppeteer-core, which is not installed here. Run: npm install --save-dev puppeteer-core',
  );
}

/** @param {string} [given] what `--browser` says */
export function findBrowser(given) {
  if (given !== undefined) {
    if (existsSync(given)) return given;
    throw new UsageError(`There is no browser at ${given}.`);
  }
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  const candidates = [
    process.env.PUPPETEER_EXECUTABLE_PATH,
    process.env.CHROME_PATH,
    ...folders.flatMap((folder) => names.map((name) => join(folder, name))),
    ...places,
  ];
  const found = candidates.find((path) => path && existsSync(path));
  if (found) return found;
  throw new UsageError(
    'No Chrome or Chromium was found. Name one with --browser, such as --browser /usr/bin/chromium.',
  );
}

/** @param {any} driver @param {string} path of the browser @returns {Promise<any>} */
export function launch(driver, path) {
  // The sandbox of Chromium does not work for root, which is what containers usually run as.
  const root = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return driver.launch({ executablePath: path, headless: true, args: [...flags, ...root] });
}
