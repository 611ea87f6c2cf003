/** This SDK: README.md and docs/ make all of the promises but one. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../scripts/paths.mjs';
import { measured } from './measured.mjs';

const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const claims = { all: 'README, "Delivery guarantees"; docs/privacy.md; docs/consent.md' };
const exceptions = {
  'leave-down':
    'README, "What can be lost": a click on a link in an outage, without `confirmUnload`',
};

export default measured('Appizer', claims, { version, exceptions });
