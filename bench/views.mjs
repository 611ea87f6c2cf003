// @ts-check
/**
 * `node bench/views.mjs [--rows 7000000]`: how long the live page's views take on a large SQLite file, and how long such a
 * file takes to be brought to the layout that has their counts.
 */
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { DatabaseSync } from '@photostructure/sqlite';
import { openStore } from '../examples/collector/sqlite_store.mjs';

const { values } = parseArgs({ options: { rows: { type: 'string', default: '7000000' } } });
const rows = Number(values.rows);
const rounds = 5;
/** A view may take this long. */
const limitMs = 200;

const folder = mkdtempSync(join(tmpdir(), 'views-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const file = join(folder, 'events.sqlite');
const now = Date.now();

// As an earlier version left it: the rows of a week, evenly, of 50,000 visitors on 5,000 pages.
const old = new DatabaseSync(file);
old.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF');
for (const name of ['1-tables.sql', '2-totals.sql']) {
  const path = new URL(`../examples/collector/migrations/${name}`, import.meta.url);
  const sql = readFileSync(path, 'utf8');
  // Counted by triggers while they are inserted; here once, at the end.
  old.exec(sql.replace(/CREATE TRIGGER[\s\S]*?END;/g, ''));
}
old.exec(`
  WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows - 1})
  INSERT INTO events
  SELECT 'evt_' || lower(hex(randomblob(16))), 'demo',
    CASE i % 5 WHEN 0 THEN 'page_view' WHEN 1 THEN 'product_viewed' ELSE 'event_' || (i % 97) END,
    'user_' || (i * 7919 % 50000),
    json_object('page', '/products/' || (i % 5000), '$view_id', 'doc' || (i / 10) || '.1', '$seq', i % 10 + 1,
      '$session_id', 's' || (i / 40), '$event_id', 'id-' || i, 'title', 'A product', 'price', i % 500),
    '127.0.0.1', 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/156.0 Safari/537.36',
    'id-' || i, 'req_' || (i / 10),
    strftime('%Y-%m-%dT%H:%M:%fZ', ${now / 1000} - (${rows} - i) * ${(7 * 86_400) / rows}, 'unixepoch')
  FROM n;
  INSERT INTO requests
  SELECT 'req_x' || i, 'demo', 'POST', '/v1/events', 400, 0, 'https://shop.example',
    strftime('%Y-%m-%dT%H:%M:%fZ', ${now / 1000} - (100000 - i), 'unixepoch')
  FROM (WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 99999) SELECT i FROM n);
  INSERT OR REPLACE INTO totals VALUES ('events', 'demo', ${rows});
  PRAGMA user_version = 2;
`);
old.close();

const began = performance.now();
const store = openStore(file);
const seconds = ((performance.now() - began) / 1000).toFixed(1);
const bytes = statSync(file).size;

// A tenth of the documents has a gap, which only new events show: the layout before this one did not count them.
const filling = new DatabaseSync(file);
filling.exec(`
  INSERT INTO documents
  SELECT 'demo', 'doc' || i, 'user_' || (i % 50000), 1, 10, 10 - (i % 10 = 0), 0, 0,
    strftime('%Y-%m-%dT%H:%M:%fZ', ${now / 1000} - (${rows / 10} - i) * ${(7 * 86_400 * 10) / rows}, 'unixepoch')
  FROM (WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows / 10 - 1}) SELECT i FROM n)
`);
filling.close();

const since = now - 24 * 3_600_000;
const { views } = store;
/** @type {[string, () => any][]} */
const timed = [
  ['events a minute', () => views.minutes(since)],
  ['top events', () => views.top('event', since, 10)],
  ['top pages', () => views.top('page', since, 10)],
  ['gaps', () => views.gaps(since, now, 50)],
  ['refused, by reason', () => views.top('refused', since, 10)],
  ['refused, the newest', () => views.refused(since, 50)],
  ['one visitor', () => views.visitor('demo', 'user_7919', 500, 4096)],
  ['the list of the newest 200', () => store.outlines('events', 200, 4096)],
];
console.log(
  `${rows.toLocaleString('en')} events, ${(bytes / 2 ** 30).toFixed(1)} GiB; migrated in ${seconds} s\n`,
);
console.log('| view | rows | first, ms | median, ms |\n|---|---|---|---|');
let slowest = 0;
for (const [name, view] of timed) {
  const times = [];
  let found = 0;
  for (let i = 0; i < rounds; i += 1) {
    const start = performance.now();
    const result = await view();
    times.push(performance.now() - start);
    found = (result.events ?? result).length;
  }
  const [first = 0] = times;
  const median = [...times].sort((a, b) => a - b)[Math.floor(rounds / 2)] ?? 0;
  slowest = Math.max(slowest, first, median);
  console.log(`| ${name} | ${found} | ${first.toFixed(1)} | ${median.toFixed(1)} |`);
}
await store.close();
if (slowest > limitMs) {
  console.log(`\nA view took longer than ${limitMs} ms.`);
  process.exitCode = 1;
}
