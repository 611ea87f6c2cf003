/** `appizer-web/plan`: the tracking plan, for tests and tools. `index.d.mts` has the types. */
export { checkEvents, describe, expectPlan } from './check.mjs';
export { diffPlans } from './diff.mjs';
export { fetchEvents, openEvents, readEvents } from './events.mjs';
export { PlanError } from './json.mjs';
export { automatic, openPlan, readPlan } from './plan.mjs';
export { planSchema } from './schema.mjs';
export { planTypes } from './types.mjs';
