/** `npx appizer-web plan types | check | diff`: exit code 0 if all is well, 1 if something differs, 2 if it was called wrongly. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import {
  checkEvents,
  describe,
  diffPlans,
  fetchEvents,
  openEvents,
  openPlan,
  PlanError,
  planTypes,
} from './index.mjs';

export const usage = `Usage: npx appizer-web plan <command> [options]

  plan types                         writes the plan's events as TypeScript, for trackEvent
  plan check <file | address>        compares events with the plan: those in a file, or those of a collector
  plan diff <old.json> <new.json>    says what a change of the plan breaks

  --plan <file>        the plan (appizer.plan.json)
  --json               prints the result as JSON, for CI
  types:  --out <file>      where to (appizer.plan.d.ts); - prints it
          --check           writes nothing, fails if the file is not up to date
  check:  --app <id>        of a collector's events, those of one app
          --complete        fails too if an event of the plan is not among them
  diff:   --for <whom>      fails only for what breaks them: readers (of the data) or senders (pages)

Exit code: 0 if all is well, 1 if something differs or breaks, 2 if it cannot begin.`;

/** @typedef {ReturnType<typeof read>['values']} Values */

/** @param {string[]} args behind `plan` */
const read = (args) =>
  parseArgs({
    args,
    allowPositionals: true,
    options: {
      plan: { type: 'string', default: 'appizer.plan.json' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
      out: { type: 'string', default: 'appizer.plan.d.ts' },
      check: { type: 'boolean', default: false },
      app: { type: 'string' },
      complete: { type: 'boolean', default: false },
      for: { type: 'string' },
    },
  });

/** @param {string[]} args behind `plan` @returns {Promise<number>} the exit code */
export async function run(args) {
  try {
    const { values, positionals } = read(args);
    const [command, ...given] = positionals;
    if (values.help) {
      console.log(usage);
      return 0;
    }
    if (command === 'types' && given.length === 0) return types(values);
    if (command === 'check' && given.length === 1) return await check(values, String(given[0]));
    if (command === 'diff' && given.length === 2) {
      return diff(values, String(given[0]), String(given[1]));
    }
    console.error(usage);
  } catch (error) {
    const { code, message } = /** @type {NodeJS.ErrnoException} */ (error);
    if (code?.startsWith('ERR_PARSE_ARGS')) console.error(`${message}\n\n${usage}`);
    else if (error instanceof PlanError) console.error(message);
    else throw error;
  }
  return 2;
}

/** @param {Values} values */
function types({ plan, out, check, json }) {
  const text = planTypes(openPlan(plan));
  if (out === '-') {
    process.stdout.write(text);
    return 0;
  }
  const current = existsSync(out) && readFileSync(out, 'utf8') === text;
  if (!check && !current) writeFileSync(out, text);
  if (json) console.log(JSON.stringify({ file: out, current: current || !check }));
  else if (current || !check) console.log(`${out} has the events of ${plan}.`);
  else console.error(`${out} is not what ${plan} says. Fix: npx appizer-web plan types`);
  return current || !check ? 0 : 1;
}

/** @param {Values} values @param {string} source */
async function check({ plan: file, json, app, complete }, source) {
  const plan = openPlan(file);
  const here = /^(localhost|127\.0\.0\.1|\[::1\]):\d+/i.test(source);
  const { events, total } =
    /^https?:\/\//i.test(source) || here
      ? await fetchEvents(here ? `http://${source}` : source, app)
      : { events: openEvents(source), total: 0 };
  const report = checkEvents(plan, events);
  const ok = report.issues.length === 0 && (!complete || report.unsent.length === 0);
  if (json) {
    console.log(JSON.stringify({ ok, ...report }, undefined, 2));
    return ok ? 0 : 1;
  }
  for (const one of describe(report)) console.log(`✗ ${one}`);
  if (report.unsent.length > 0) {
    console.log(`${complete ? '✗' : '·'} Not among them: ${report.unsent.join(', ')}.`);
  }
  if (total > events.length) {
    console.log(`· These are the newest ${events.length} of ${total} events.`);
  }
  const many = `${events.length} event${events.length === 1 ? '' : 's'}`;
  console.log(
    report.issues.length === 0 ? `${many}, all as planned.` : `${many}, not all as planned.`,
  );
  return ok ? 0 : 1;
}

/** @param {Values} values @param {string} before @param {string} after */
function diff({ json, for: whom }, before, after) {
  if (whom !== undefined && whom !== 'readers' && whom !== 'senders') {
    throw new PlanError(`--for must be readers or senders, not "${whom}".`);
  }
  const changes = diffPlans(openPlan(before), openPlan(after));
  const breaking = changes.filter(({ breaks }) =>
    whom === undefined ? breaks.length > 0 : breaks.includes(whom),
  );
  const ok = breaking.length === 0;
  if (json) console.log(JSON.stringify({ ok, changes }, undefined, 2));
  else {
    for (const { event, property, message, breaks } of changes) {
      const where = property === null ? event : `${event}.${property}`;
      const hurt = breaks.length > 0 ? ` (breaks ${breaks.join(' and ')})` : '';
      console.log(`${breaks.length > 0 ? '✗' : '·'} ${where}: ${message}${hurt}.`);
    }
    console.log(
      `${changes.length} change${changes.length === 1 ? '' : 's'}, ${breaking.length} of them breaking.`,
    );
  }
  return ok ? 0 : 1;
}
