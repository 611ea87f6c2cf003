/** Plausible sends each event once, and promises a small script and no storage. */
import { measured } from './measured.mjs';

export default measured('Plausible', {});
