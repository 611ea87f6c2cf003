/**
 * `npm run bench [-- sizes track queue loop start navigation submit delivery recovery collector server]`: what the SDK weighs and
 * costs, a figure a line. `peers` and `loading` run only when they are named, or with `--write`, which writes their
 * tables to docs/benchmarks.md. README.md says what each means. Nothing here passes or fails.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { dist, root } from '../scripts/paths.mjs';

if (!existsSync(join(dist, 'appizer-web.js'))) {
  console.error('There is nothing to measure yet: run `npm run build` first.');
  process.exit(1);
}
// Only now, as they read what was built.
const { line, openLab } = await import('./lab.mjs');
const { measureSizes } = await import('./sizes.mjs');
const { measureNavigation } = await import('./navigation.mjs');
const { measureLoading } = await import('./loading.mjs');
const { measurePeers } = await import('./peers/peers.mjs');
const { measureRecovery } = await import('./recovery.mjs');
const { report } = await import('./report.mjs');
const { measureServer } = await import('./server.mjs');
const { measureSubmit } = await import('./submit.mjs');
const { measureStart } = await import('./start.mjs');
const { measureDelivery, measureLoop, measureQueue, measureTrack } = await import('./track.mjs');

const lab = await openLab();
const parts = {
  sizes: measureSizes,
  track: () => measureTrack(lab),
  queue: () => measureQueue(lab),
  loop: () => measureLoop(lab),
  start: () => measureStart(lab),
  navigation: () => measureNavigation(lab),
  submit: () => measureSubmit(lab),
  delivery: () => measureDelivery(lab),
  recovery: () => measureRecovery(lab),
  server: measureServer,
  collector: () =>
    spawnSync(process.execPath, [join(root, 'bench', 'collector.mjs'), '3'], { stdio: 'inherit' }),
};

/** Compared with others; minutes each, and `peers` installs packages. */
const comparisons = { peers: measurePeers, loading: measureLoading };

const busy = loadavg()[0] ?? 0;
const words = process.argv.slice(2);
const write = words.includes('--write');
const named = words.filter((word) => word !== '--write');
const unknown = named.find((name) => !(name in parts || name in comparisons));
if (unknown) throw new Error(`There is no part ${unknown}.`);

/** @type {{ peers?: import('./peers/peers.mjs').Result, loading?: import('./loading.mjs').Loading[] }} */
const compared = {};
try {
  for (const [name, measure] of Object.entries(parts)) {
    if ((named.length === 0 && !write) || named.includes(name)) await measure();
  }
  if (write || named.includes('peers')) compared.peers = await comparisons.peers();
  if (write || named.includes('loading')) compared.loading = await comparisons.loading();
} finally {
  await lab.close();
}
const [core] = cpus();
const where = {
  date: new Date().toISOString(),
  machine: `${cpus().length} cores${core ? ` (${core.model.trim()})` : ''}, ${process.platform}, Node ${process.version}, ${lab.browserVersion}`,
  'load before': busy.toFixed(2),
};
report({ ...compared, where, write });
for (const [what, value] of Object.entries(where)) line(what, value);
