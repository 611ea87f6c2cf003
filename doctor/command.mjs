// @ts-check
/** `appizer-web doctor <url>`: exit code 0 if all is well, 1 if something fails. */
import { parseArgs } from 'node:util';
import { findBrowser, launch, loadDriver, UsageError } from './browser.mjs';
import { examine } from './examine.mjs';

const usage = `Usage: npx appizer-web doctor <url> [options]

Opens a page of your site in a browser, follows three links, and says what is wrong and how to fix it.
Nothing is recorded: requests to the API are answered on this machine.

  --json             prints the report as JSON, for CI
  --browser <path>   the Chrome or Chromium to use
  --consent          the site may store and send nothing before the visitor has decided
  --links <number>   how many links to follow (3)
  --timeout <ms>     how long to wait for a page (15000)

Exit code: 0 if nothing fails, 1 if something does, 2 if it cannot begin.`;

const marks = { ok: '✓', note: '·', warning: '!', failure: '✗' };

/** @param {string[]} args */
function read(args) {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        json: { type: 'boolean', default: false },
        consent: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
        browser: { type: 'string' },
        links: { type: 'string', default: '3' },
        timeout: { type: 'string', default: '15000' },
      },
    });
    if (values.help) return { values, url: '' };
    const [given, ...more] = positionals;
    if (given === undefined || more.length > 0) throw new UsageError(usage);
    const scheme = /^(localhost|127\.|\[::1\])/.test(given) ? 'http' : 'https';
    const url = /^https?:\/\//i.test(given) ? given : `${scheme}://${given}`;
    if (!URL.canParse(url)) throw new UsageError(`${given} is no address of a page.`);
    const numbers = [values.links, values.timeout].map(Number);
    if (!numbers.every((one) => Number.isInteger(one) && one >= 0)) throw new UsageError(usage);
    return { values, url };
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${/** @type {Error} */ (error).message}\n\n${usage}`);
  }
}

/** @param {Awaited<ReturnType<typeof examine>>} report */
function print(report) {
  const width = Math.max(...report.findings.map(({ check }) => check.length));
  const gap = ' '.repeat(width + 4);
  console.log(`${report.url}\n`);
  for (const { check, level, message, cure } of report.findings) {
    console.log(`${marks[level]} ${check.padEnd(width)}  ${message}`);
    if (cure) console.log(`${gap}Fix: ${cure}`);
  }
  const count = (/** @type {string} */ level) =>
    report.findings.filter((one) => one.level === level).length;
  const [failures, warnings] = [count('failure'), count('warning')];
  const many = (/** @type {number} */ n, /** @type {string} */ word) =>
    `${n} ${word}${n === 1 ? '' : 's'}`;
  console.log(
    `\n${many(failures, 'failure')}, ${many(warnings, 'warning')}. Nothing was recorded.`,
  );
}

/** @param {string[]} args behind `doctor` @returns {Promise<number>} the exit code */
export async function run(args) {
  try {
    const { values, url } = read(args);
    if (values.help) {
      console.log(usage);
      return 0;
    }
    const driver = await loadDriver(process.cwd());
    const browser = await launch(driver, findBrowser(values.browser));
    try {
      const context = await browser.createBrowserContext();
      const report = await examine(context, url, {
        links: Number(values.links),
        consent: values.consent,
        timeout: Number(values.timeout),
      });
      if (values.json) console.log(JSON.stringify(report, undefined, 2));
      else print(report);
      return report.ok ? 0 : 1;
    } finally {
      await browser.close();
    }
  } catch (error) {
    console.error(error instanceof UsageError ? error.message : error);
    return 2;
  }
}
