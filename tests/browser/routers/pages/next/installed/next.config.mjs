import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

export default {
  // What is installed is shared with the other app.
  turbopack: { root: dirname(dirname(fileURLToPath(import.meta.url))) },
};
