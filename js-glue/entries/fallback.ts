/** The core as JavaScript, for a page that refuses WebAssembly. */

export { fallback } from 'appizer:fallback';
