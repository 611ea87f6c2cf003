/** What npm would publish, unpacked where a project would find it. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../scripts/paths.mjs';

/**
 * Packs the package, and unpacks it into a project's `node_modules`. Not installed: that needs no registry, and
 * the package has no dependencies.
 *
 * @param {string} project
 * @returns {string} the tarball
 */
export function unpackInto(project) {
  const home = join(project, 'node_modules', 'appizer-web');
  rmSync(home, { recursive: true, force: true });
  mkdirSync(home, { recursive: true });
  const pack = ['pack', '--silent', '--ignore-scripts', '--pack-destination', project];
  const name = execFileSync('npm', pack, { cwd: root, encoding: 'utf8' }).trim();
  execFileSync('tar', ['-xzf', join(project, name), '-C', home, '--strip-components=1']);
  return join(project, name);
}
