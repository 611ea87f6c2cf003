// @ts-check
/**
 * The tracking plan: refuses events that are not in it, or marks them.
 *
 * @typedef {import('./validate.mjs').EventInput} EventInput
 * @typedef {(event: EventInput, at?: string) => EventInput} Judge
 */
import { openPlan } from '../../plan/index.mjs';
import { againstPlan } from './answers.mjs';
import { ConfigError } from './config.mjs';

/** What is kept of an event's differences, so that the live page always gets them (live.mjs, `maxJson`). */
const mostMarks = 8;
const longestMark = 300;

/**
 * @param {import('./config.mjs').PlanChoice | null} choice
 * @returns {Judge} what becomes of an event; `at` is the prefix of its fields in a batch
 */
export function createJudge(choice) {
  if (!choice) return (event) => event;
  const plan = open(choice.file);
  return (event, at = '') => {
    const { event_name, properties } = event;
    const issues = plan.judge({ event_name, properties: JSON.parse(properties) });
    const [first] = issues;
    if (!first) return event;
    if (choice.mode === 'strict') throw againstPlan(first, at);
    const marks = issues
      .slice(0, mostMarks)
      .map(({ message, cure }) => `${message}. ${cure}`.slice(0, longestMark));
    return { ...event, plan_issues: JSON.stringify(marks) };
  };
}

/** @param {string} file */
function open(file) {
  try {
    return openPlan(file);
  } catch (error) {
    throw new ConfigError(/** @type {Error} */ (error).message);
  }
}
