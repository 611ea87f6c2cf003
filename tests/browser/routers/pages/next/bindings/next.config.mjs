import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

export default {
  // Refuses to prerender components that ask the clock or for random numbers.
  cacheComponents: true,
  partialPrefetching: true,
  // What is installed is shared with the other app.
  turbopack: { root: dirname(dirname(fileURLToPath(import.meta.url))) },
};
