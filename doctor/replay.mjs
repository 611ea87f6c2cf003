// @ts-check
/** `npx appizer-web replay <file>`: exit code 0 if all is as recorded, 1 if not, 2 if it cannot begin. */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

const usage = `Usage: npx appizer-web replay <file> [options]

Gives every input of a trace to the core of this package, prints each and what came of it, and says where that is not
what was recorded. AppizerWeb.trace().save() makes such a file.

  --fallback         runs the core as JavaScript, as in pages that forbid WebAssembly
  --quiet            prints only what differs
  --json             prints the result as JSON

Exit code: 0 if everything is as recorded, 1 if something differs, 2 if it cannot begin.`;

/** Seconds since the first moment of the trace, as wide as any visit needs. @param {number} millis */
const since = (millis) => `${(millis / 1000).toFixed(3)} s`.padStart(12);

/** @param {string[]} args behind `replay` */
export async function run(args) {
  /** @type {ReturnType<typeof read>} */
  let given;
  try {
    given = read(args);
  } catch (error) {
    console.error(`${error.message}\n\n${usage}`);
    return 2;
  }
  const { values, positionals } = given;
  if (values.help || positionals.length !== 1) {
    (values.help ? console.log : console.error)(usage);
    return values.help ? 0 : 2;
  }
  const [file = ''] = positionals;
  const { describe, replay, TraceError } = await import('../dist/replay.mjs');
  try {
    const result = await replay(readText(file), { fallback: values.fallback });
    if (values.json) console.log(JSON.stringify(summary(result), undefined, 2));
    else print(result, describe, values.quiet);
    return result.differences.length > 0 ? 1 : 0;
  } catch (error) {
    if (!(error instanceof TraceError || error instanceof ReadError)) throw error;
    console.error(error.message);
    return 2;
  }
}

/** @param {string[]} args */
const read = (args) =>
  parseArgs({
    args,
    allowPositionals: true,
    options: {
      fallback: { type: 'boolean', default: false },
      quiet: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });

class ReadError extends Error {}

/** @param {string} file */
function readText(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const why = error.code === 'ENOENT' ? 'there is no such file' : error.message;
    throw new ReadError(`${file} cannot be read: ${why}.`);
  }
}

/** @param {import('../dist/replay.mjs').Replay} result */
const summary = ({ trace, sdk, core, steps, differences }) => ({
  same: differences.length === 0,
  sdk,
  recordedBy: trace.sdk,
  core,
  recordedOn: trace.core,
  masked: trace.masked,
  steps,
  lost: trace.clients.map(({ lost }) => lost),
  unlike: trace.clients.map(({ unlike }) => unlike),
  differences,
});

/**
 * @param {import('../dist/replay.mjs').Replay} result
 * @param {(step: import('../dist/replay.mjs').Step) => string} describe
 * @param {boolean} quiet
 */
function print({ trace, sdk, core, steps, clients, differences }, describe, quiet) {
  const runs = { wasm: 'WebAssembly', fallback: 'the fallback' };
  console.log(
    `appizer-web ${trace.sdk} on ${runs[trace.core]}, saved ${trace.saved}${trace.masked ? ', masked' : ''}`,
  );
  console.log(`Replayed by ${sdk} on ${runs[core]}.`);
  if (sdk !== trace.sdk) {
    console.log(
      `The core of ${trace.sdk} may do other things than that of ${sdk}: npx appizer-web@${trace.sdk} replay …`,
    );
  }
  for (const [client, made] of clients.entries()) {
    const own = differences.filter((one) => one.client === client);
    if (clients.length > 1) console.log(`\nClient ${client + 1} of ${clients.length}`);
    else console.log('');
    let began = NaN;
    for (const [at, step] of made.entries()) {
      const difference = own.find((one) => one.step === at);
      const moment = step[0] === 'input' ? step[5] : NaN;
      if (Number.isNaN(began)) began = moment;
      const line = describe(step);
      const begin = step[0] === 'input' ? `${since(moment - began)}  ` : ' '.repeat(16);
      if (line && (!quiet || difference)) console.log(begin + line);
      if (difference) {
        const recorded = describe(difference.recorded) || 'nothing';
        console.log(`          ≠ ${line ? '' : `step ${at + 1}: nothing; `}recorded: ${recorded}`);
        console.log(`            ${JSON.stringify(difference.recorded)}`);
        console.log(`            ${JSON.stringify(difference.replayed)}`);
      }
    }
  }
  console.log('');
  for (const [i, { lost, unlike, steps }] of trace.clients.entries()) {
    const which = trace.clients.length > 1 ? ` of client ${i + 1}` : '';
    if (lost > 0) {
      console.log(
        `The trace is full: the last ${lost} steps${which} are not in it, only the first ${steps.length}.`,
      );
    }
    if (unlike.length > 0) {
      const shown = unlike.slice(0, 10).map((step) => step + 1);
      console.log(
        `With stand-ins ${unlike.length} steps${which} came out differently than on the page (${shown.join(', ')}${unlike.length > 10 ? ', …' : ''}): save it with {mask: false} to see what the page did.`,
      );
    }
  }
  console.log(`${steps - differences.length} of ${steps} steps are as recorded.`);
}
