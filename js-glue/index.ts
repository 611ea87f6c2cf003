/** The npm package. */

import { createAppizer } from './appizer.js';
import { instantiate } from './core.js';
import { compile } from './module.js';
import { npm } from './npm.js';
import type { Appizer } from './types.js';

export * from './public.js';

export const AppizerWeb: Appizer = createAppizer({ ...npm, core: () => instantiate(compile()) });

export default AppizerWeb;
