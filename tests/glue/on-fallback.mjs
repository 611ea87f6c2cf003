/**
 * Puts the shipped fallback in the place of WebAssembly, so that a test runs on it without knowing:
 * `node --import ./tests/glue/on-fallback.mjs --test …`. As it starts at once, unlike in a page, nothing but the
 * core is different.
 */

import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { dist } from '../../scripts/paths.mjs';

// By a path that the type checker does not follow.
const { fallback } = await import(pathToFileURL(join(dist, 'fallback.mjs')).href);

const { Instance, Module } = WebAssembly;
let instances = 0;
let on = true;

WebAssembly.Instance = /** @type {any} */ (
  class {
    /** @param {WebAssembly.Module} module @param {any} imports */
    constructor(module, imports) {
      // Node's own `fetch` has a module too.
      if (!on || !Module.exports(module).some(({ name }) => name === 'apz_start')) {
        // biome-ignore lint/correctness/noConstructorReturn: it stands in for the real one
        return new Instance(module, imports);
      }
      ++instances;
      /** @type {any} */
      this.exports = fallback();
    }
  }
);

/** How many clients have run on it. */
export const ran = () => instances;

/** From the next client on: whether it runs on the fallback. @param {boolean} wanted */
export function useFallback(wanted) {
  on = wanted;
}
