/** The npm package. */

import { createAppizer } from '../api/appizer.js';
import { traced } from '../api/build.js';
import type { Appizer, Registered } from '../api/types.js';
import { instantiate, instantiateLater } from '../bridge/module.js';
import { npm } from './npm.js';

export * from './public.js';

export const AppizerWeb = createAppizer(
  traced({
    ...npm,
    core: instantiate,
    coreLater: (complete, pause) => instantiateLater(complete, pause, npm.fallback),
  }),
) as Appizer as Appizer<Registered>;

export default AppizerWeb;
