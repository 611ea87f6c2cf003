/** `docs/benchmarks.md`, from what was measured. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../scripts/paths.mjs';
import { line, median, number, quantile } from './lab.mjs';

/**
 * @typedef {import('./peers/peers.mjs').Result} Peers
 * @typedef {import('./peers/peers.mjs').Row} Row
 * @typedef {import('./loading.mjs').Loading} Loading
 */

const ours = 'Appizer';
const events = 1000;

/** What is compared. Less is better. @type {{ head: string, of: (row: Row) => number, digits?: number }[]} */
const measures = [
  { head: 'raw, KB', of: ({ raw }) => raw / 1000 },
  { head: 'gzip, KB', of: ({ gzip }) => gzip / 1000, digits: 1 },
  { head: 'brotli, KB', of: ({ brotli }) => brotli / 1000, digits: 1 },
  { head: 'start, ms', of: ({ start }) => start, digits: 1 },
  { head: 'a call, µs', of: ({ call }) => call, digits: 1 },
  { head: 'main thread, ms', of: ({ work }) => work },
  { head: 'requests', of: ({ requests }) => requests },
  { head: 'uploaded, KB', of: ({ bytes }) => bytes / 1000 },
  { head: 'last arrival, s', of: ({ seconds }) => seconds, digits: 1 },
];
/** From here on a figure says something only of an SDK that delivers everything. */
const firstOfDelivery = 4;

/** @param {string[][]} rows the first one is the head */
const table = ([head = [], ...rows]) =>
  [head, head.map((_, i) => (i === 0 ? '---' : '--:')), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');

/** @param {Peers} peers */
function peersTable({ rows }) {
  return table([
    ['', 'arrived', ...measures.map(({ head }) => head)],
    ...rows.map((row) => [
      row.name === ours ? `**${row.name}**` : row.name,
      `${number(row.arrived)}${row.copies > 0 ? ` + ${row.copies} copies` : ''}`,
      ...measures.map(({ of, digits = 0 }) => {
        const value = of(row);
        const rivals = rows.filter(({ arrived }) => arrived === events);
        const best = rivals.includes(row) && value === Math.min(...rivals.map(of));
        const text = number(value, digits);
        return best ? `**${text}**` : text;
      }),
    ]),
  ]);
}

/** Where others are better, and by how much. @param {Peers} peers */
function better({ rows }) {
  const own = rows.find(({ name }) => name === ours);
  if (!own) return '';
  const lines = measures.flatMap(({ head, of, digits = 0 }, i) => {
    const rivals = rows
      .filter((row) => of(row) < of(own) && (i < firstOfDelivery || row.arrived === events))
      .sort((a, b) => of(a) - of(b))
      // An SDK's better set-up stands for it.
      .filter((row, at, all) => all.findIndex(({ sdk }) => sdk === row.sdk) === at);
    if (rivals.length === 0) return [];
    const names = rivals.map((row) => `${row.name} ${number(of(row), digits)}`);
    return [`- ${head}: ${names.join(', ')} (${ours} ${number(of(own), digits)})`];
  });
  return lines.length > 0 ? lines.join('\n') : '- nowhere';
}

/** @param {Loading[]} loading */
function loadingTable(loading) {
  /** @param {number[]} values */
  const cell = (values) =>
    `${number(median(values))} (${number(quantile(values, 0.25))}–${number(quantile(values, 0.75))})`;
  return table([
    ['', 'first contentful paint, ms', 'longest task, ms', 'main thread in total, ms'],
    ...loading.map(({ way, samples }) => [
      way,
      cell(samples.map(({ paint }) => paint)),
      cell(samples.map(({ task }) => task)),
      cell(samples.map(({ work }) => work)),
    ]),
  ]);
}

/**
 * Prints what was measured, and writes it down.
 *
 * @param {{ peers?: Peers | undefined, loading?: Loading[] | undefined, where: Record<string, string>, write: boolean }} what
 */
export function report({ peers, loading, where, write }) {
  if (peers) console.log(`\n${peersTable(peers)}\n\nBetter than ${ours}:\n${better(peers)}\n`);
  if (loading) console.log(`\n${loadingTable(loading)}\n`);
  if (!write || !peers || !loading) return;

  const file = join(root, 'docs', 'benchmarks.md');
  writeFileSync(file, document(peers, loading, where));
  line('written', file);
}

/** @param {Peers} peers @param {Loading[]} loading @param {Record<string, string>} where */
const document = (peers, loading, where) => `# Benchmarks

<!-- Written by \`npm run bench -- --write\`; changes by hand are lost. -->

| | |
|---|---|
| command | \`npm run build && npm run bench -- --write\` |
${Object.entries(where)
  .map(([what, value]) => `| ${what} | ${value} |`)
  .join('\n')}
${
  Number(where['load before']) > 1
    ? '\n**Other processes used the machine during the measurement: times are too long, and only their order is meaningful.**\n'
    : ''
}
## The same 1,000 events

${peersTable(peers)}

Bold is the best of the SDKs that delivered everything. Figures are the median of three interleaved visits, each with a
fresh browser profile.

| | |
|---|---|
| arrived | distinct events out of 1,000 that the server has received when every request is answered, or six seconds after the last one |
| raw, gzip, brotli | the scripts that the page loads, at \`gzip -9\` and \`brotli -q 11\`; the peers are bundled and minified from npm, with parts loaded on demand in separate files |
| start | main-thread CPU until 2.5 s after the page has loaded, minus that of a page without an SDK |
| a call | the synchronous part of tracking one event, in tasks of ten |
| main thread | main-thread CPU from the first call until half a second after the last answer, minus that of a page without an SDK |
| requests | without preflights |
| uploaded | bodies as sent, and the queries of their URLs |
| last arrival | time since the first call. Each SDK sends on its own schedule; the page never calls \`flush\` |

Main-thread CPU is \`TaskDuration\` of Chromium's \`Performance.getMetrics\`, by the thread's own clock. An event has five
properties; 100 tasks track ten events each. The server is on the same machine, on a different origin than the page, and
answers at once.

Where others are better than ${ours}:

${better(peers)}

How each is configured:

${peers.setups.map((setup) => `- ${setup}`).join('\n')}

${
  peers.refused.length > 0
    ? `Every other host was unreachable; SDKs requested ${peers.refused.join(', ')}.`
    : 'Every other host was unreachable; no SDK requested one.'
}

## How a page loads

A page of text with its own style sheet and script, on a CPU slowed six times and a network of 1.6 Mbit/s with 150 ms of
latency. Figures are the median of seven interleaved visits, with the quartiles in brackets. The second line repeats the
first, to show the noise. First contentful paint is the browser's own measurement. The longest task is the longest time for
which the main thread was busy, including the page's own work, by the thread's own clock.

${loadingTable(loading)}
`;
