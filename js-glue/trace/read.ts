/** Reads the file of a trace, which may be damaged, of another version, or something else. */

import { parse } from '../api/natives.js';
import { numberIn } from './rerun.js';
import {
  type ClientTrace,
  type EffectStep,
  FORMAT,
  FORMAT_VERSION,
  type InputStep,
  type Step,
  type TraceFile,
} from './types.js';

/** Says in one sentence what is wrong with a file, and in the next what to do. */
export class TraceError extends Error {
  override name = 'TraceError';
}

const fail = (sentence: string): never => {
  throw new TraceError(sentence);
};

/** What each input takes (abi.h): how many texts, numbers and random bytes. */
export const INPUTS: Record<string, readonly [texts: number, numbers: number, random: number]> = {
  // No other names, not even those that every object has.
  __proto__: null as never,
  start: [1, 0, 32],
  track: [3, 1, 0],
  early: [1, 0, 0],
  set_user_id: [1, 0, 0],
  set_user_properties: [1, 0, 0],
  reset: [0, 0, 16],
  set_consent: [1, 0, 16],
  visit: [0, 0, 0],
  flush: [0, 1, 0],
  storage_value: [2, 0, 0],
  storage_keys: [1, 0, 0],
  lock: [1, 1, 0],
  store_failed: [1, 0, 0],
  response: [1, 5, 0],
  navigation: [1, 1, 0],
  page_facts: [4, 2, 0],
  click: [2, 1, 0],
  press: [4, 0, 0],
  form: [1, 3, 0],
  host_event: [0, 1, 0],
};

/** Checks a whole file. Throws a `TraceError`. */
export function readTrace(text: string): TraceFile {
  let value: unknown;
  try {
    value = parse(text);
  } catch {
    const whole = text.trimEnd().endsWith('}');
    fail(
      whole
        ? 'The file is damaged: it is no JSON. Save the trace again, or send it in a form that changes nothing in it.'
        : 'The file is cut off: it is no whole JSON. Save the trace again, or copy the file again.',
    );
  }
  return checkTrace(value);
}

/** The same of what is parsed already. */
export function checkTrace(value: unknown): TraceFile {
  if (!isRecord(value) || value.format !== FORMAT) {
    return fail(
      'The file is no trace of appizer-web. Pass one that AppizerWeb.trace().save() has made.',
    );
  }
  const { version, sdk, core, saved, masked, clients } = value;
  if (typeof version === 'number' && version > FORMAT_VERSION) {
    fail(
      `The file is of format ${version}, and this version of appizer-web reads format ${FORMAT_VERSION}. Update it: npm install appizer-web@latest`,
    );
  }
  const head =
    version === FORMAT_VERSION &&
    typeof sdk === 'string' &&
    (core === 'wasm' || core === 'fallback') &&
    typeof saved === 'string' &&
    typeof masked === 'boolean' &&
    Array.isArray(clients);
  if (!head) return fail('The head of the file is damaged. Save the trace again.');
  return {
    format: FORMAT,
    version: FORMAT_VERSION,
    sdk,
    core,
    saved,
    masked,
    clients: clients.map(checkClient),
  };
}

function checkClient(value: unknown, i: number): ClientTrace {
  const where = `client ${i + 1}`;
  if (!isRecord(value) || !Array.isArray(value.steps) || !isCount(value.lost)) {
    return fail(`The file is damaged at ${where}. Save the trace again.`);
  }
  const { steps, lost, unlike } = value;
  if (!Array.isArray(unlike) || !unlike.every((step) => isCount(step) && step < steps.length)) {
    return fail(`The file is damaged at ${where}, "unlike". Save the trace again.`);
  }
  const all = steps.map((step, at) => {
    const checked = checkStep(step);
    if (checked) return checked;
    const shown = JSON.stringify(step)?.slice(0, 60) ?? '';
    return fail(`The file is damaged at ${where}, step ${at + 1}: ${shown}. Save the trace again.`);
  });
  const first = all[0];
  if (first && !(first[0] === 'input' && first[1] === 'start')) {
    fail(`The beginning of ${where} is missing: a client can only be replayed from its start on.`);
  }
  if (all.some((step, at) => at > 0 && step[0] === 'input' && step[1] === 'start')) {
    fail(`The file is damaged at ${where}: it starts twice. Save the trace again.`);
  }
  return { steps: all, lost, unlike };
}

function checkStep(value: unknown): Step | undefined {
  if (!Array.isArray(value)) return undefined;
  const [what, ...rest] = value;
  switch (what) {
    case 'none':
      return rest.length === 0 ? ['none'] : undefined;
    case 'wake': {
      const millis = numberIn(rest[0]);
      return rest.length === 1 && millis !== undefined ? ['wake', millis] : undefined;
    }
    case 'user':
      return rest.length === 1 && typeof rest[0] === 'string' ? ['user', rest[0]] : undefined;
    case 'effect': {
      const [kind, flag, number, text, more] = rest;
      const right =
        rest.length === 5 &&
        isCount(kind) &&
        typeof flag === 'boolean' &&
        typeof number === 'number' &&
        typeof text === 'string' &&
        typeof more === 'string';
      return right ? (value as EffectStep) : undefined;
    }
    case 'input':
      return checkInput(rest);
    default:
      return undefined;
  }
}

function checkInput(rest: unknown[]): InputStep | undefined {
  const [name, texts, random, numbers, monotonic, wall, result] = rest;
  if (rest.length !== 7 || typeof name !== 'string') return undefined;
  const wanted = INPUTS[name];
  if (!wanted) return undefined;
  const [wantedTexts, wantedNumbers, wantedRandom] = wanted;
  if (!Array.isArray(texts) || texts.length !== wantedTexts) return undefined;
  if (!texts.every((text) => text === null || typeof text === 'string')) return undefined;
  if (typeof random !== 'string' || !/^([\da-f]{2})*$/.test(random)) return undefined;
  if (random.length !== 2 * wantedRandom) return undefined;
  if (!Array.isArray(numbers) || numbers.length !== wantedNumbers) return undefined;
  const read = [...numbers, monotonic, wall].map(numberIn);
  if (read.includes(undefined)) return undefined;
  if (result !== null && result !== 'trap' && typeof result !== 'number') return undefined;
  const moments = read.splice(-2) as [number, number];
  return ['input', name, texts, random, read as number[], ...moments, result];
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0;
