/**
 * Compares the events of a visit with a plan.
 *
 * @typedef {import('./index.d.mts').Plan} Plan
 * @typedef {import('./index.d.mts').Report} Report
 * @typedef {import('./index.d.mts').SentEvent} SentEvent
 */
import { openPlan, readPlan } from './plan.mjs';

/** @param {Plan} plan @param {readonly SentEvent[]} events @returns {Report} */
export function checkEvents(plan, events) {
  /** @type {Map<string, Report['issues'][number]>} */
  const issues = new Map();
  for (const [i, event] of events.entries()) {
    for (const issue of plan.judge(event)) {
      // The values are not those that were sent.
      if (event.masked && issue.kind === 'wrong_value') continue;
      // The same property of each item of a list is one difference.
      const key = JSON.stringify([
        issue.kind,
        issue.event,
        issue.property?.replace(/\[\d+\]/g, '[]'),
        issue.message.replace(/\[\d+\]/g, '[]'),
      ]);
      const known = issues.get(key);
      if (known) known.count += 1;
      else issues.set(key, { ...issue, count: 1, first: i });
    }
  }
  const sent = new Set(events.map(({ event_name }) => event_name));
  const unsent = Object.keys(plan.content.events).filter((name) => !sent.has(name));
  return { events: events.length, issues: [...issues.values()], unsent };
}

/** A report's issues as lines: what is wrong, how often, and what to do. @param {Report} report */
export const describe = ({ issues }) =>
  issues.map(({ message, cure, count }) => `${message}${count > 1 ? ` (${count}×)` : ''}. ${cure}`);

/**
 * @param {{ events(): readonly SentEvent[] }} world
 * @param {string | object | Plan} [plan] a file, the content of one, or a plan
 */
export function expectPlan(world, plan) {
  const read = isPlan(plan) ? plan : typeof plan === 'object' ? readPlan(plan) : openPlan(plan);
  const report = checkEvents(read, world.events());
  if (report.issues.length === 0) return;
  const error = new Error(
    `The events are not as ${read.file} has them:\n${describe(report)
      .map((one) => `  ${one}`)
      .join('\n')}`,
  );
  error.name = 'PlanMismatch';
  throw error;
}

/** @param {unknown} value @returns {value is Plan} */
const isPlan = (value) =>
  typeof value === 'object' && value !== null && 'judge' in value && 'content' in value;
