/**
 * `npm run bench [-- sizes track queue loop start navigation delivery collector]`: what the SDK weighs and costs, a
 * figure a line. README.md says what each means. Nothing here passes or fails.
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
  delivery: () => measureDelivery(lab),
  collector: () =>
    spawnSync(process.execPath, [join(root, 'bench', 'collector.mjs'), '3'], { stdio: 'inherit' }),
};

const busy = loadavg()[0] ?? 0;
const wanted = process.argv.slice(2);
try {
  for (const [name, measure] of Object.entries(parts)) {
    if (wanted.length === 0 || wanted.includes(name)) await measure();
  }
} finally {
  await lab.close();
}
const [core] = cpus();
line('date', new Date().toISOString());
line(
  'machine',
  `${cpus().length} cores${core ? ` (${core.model.trim()})` : ''}, ${process.platform}, Node ${process.version}, ${lab.browserVersion}`,
);
line('load before', busy.toFixed(2));
