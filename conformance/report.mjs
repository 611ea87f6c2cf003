/**
 * The results as a table, and docs/conformance.md around it.
 *
 * @typedef {import('./run.mjs').Result} Result
 * @typedef {import('./stage.mjs').Adapter} Adapter
 * @typedef {import('./promises.mjs').Promised} Promised
 */
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';

const marks = { kept: 'yes', broken: '**no**', 'not claimed': '–', 'not tried': '?' };

/** @param {Result[]} results @param {Adapter[]} adapters @param {Promised[]} wanted */
export function table(results, adapters, wanted) {
  const rows = wanted.map((promise) => [
    promise.title,
    ...adapters.map((adapter) => {
      const result = results.find((one) => one.adapter === adapter && one.promise === promise);
      return result ? marks[result.outcome] : '';
    }),
  ]);
  const head = ['', ...adapters.map(({ name }) => name)];
  return [head, head.map((_, i) => (i === 0 ? '---' : ':-:')), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}

/** @param {Result[]} results @param {Adapter[]} adapters @param {Promised[]} wanted @param {string} browser @param {string} date of the oldest result */
export function paper(results, adapters, wanted, browser, date) {
  const template = readFileSync(new URL('paper.txt', import.meta.url), 'utf8');
  const machine = `${cpus().length} cores, ${process.platform}, Node ${process.version}, ${browser}`;
  return template
    .replace('{{date}}', date)
    .replace('{{machine}}', machine)
    .replace('{{table}}', table(results, adapters, wanted))
    .replace('{{promises}}', wanted.map(({ title, how }) => `| ${title} | ${how} |`).join('\n'))
    .replace('{{details}}', details(results, adapters))
    .replace('{{adapters}}', adapters.map(line).join('\n'));
}

/** What was seen wherever it was not "yes". @param {Result[]} results @param {Adapter[]} adapters */
function details(results, adapters) {
  return adapters
    .flatMap((adapter) => {
      const own = results.filter((one) => one.adapter === adapter && one.outcome !== 'kept');
      const list = own.map(
        ({ promise, outcome, detail }) =>
          `${promise.title.toLowerCase()}: ${detail.replaceAll('|', '\\|')}${outcome === 'broken' ? ' (**no**)' : ''}`,
      );
      return list.length === 0 ? [] : [`- **${adapter.name}**: ${list.join('; ')}.`];
    })
    .join('\n');
}

/** @param {Adapter} adapter */
function line({ name, version, setup, claims, exceptions = {} }) {
  const except = Object.values(exceptions).map((one) => `But ${one}`);
  const sources = [...new Set(Object.values(claims)), ...except];
  const made =
    sources.length === 0 ? 'It makes none of these promises in words.' : sources.join('. ');
  return `- **${name}** ${version}: ${setup}. ${made}${made.endsWith('.') ? '' : '.'}`;
}
