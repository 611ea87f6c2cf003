/** The core as JavaScript, for a page that refuses WebAssembly, and stand-ins for what else a page may lack. */

export { fallback } from 'appizer:fallback';
export { standIns } from '../bridge/stand_ins.js';
