/** Makes the steps of a trace again, on another core. */

import type { Core } from '../bridge/core.js';
import { bytesOf } from './record.js';
import type { InputStep, Step } from './types.js';

/** Makes one step, and returns it with what `core` made of it. */
export function repeat(core: Core, step: Step): Step {
  switch (step[0]) {
    case 'input':
      return repeatInput(core, step);
    case 'wake':
      return ['wake', core.exports.apz_next_wake()];
    case 'user':
      core.exports.apz_user_id();
      return ['user', core.read()];
    default: {
      const effect = core.poll();
      return effect ? ['effect', ...effect] : ['none'];
    }
  }
}

function repeatInput(core: Core, step: InputStep): InputStep {
  const [what, name, texts, random, numbers, monotonic, wall] = step;
  const call = core.exports[`apz_${name}` as 'apz_flush'] as unknown as (
    ...all: number[]
  ) => number | undefined;
  const sizes = core.write(texts);
  if (random) {
    const before = sizes.reduce((sum, size) => sum + Math.max(size, 0), 0);
    core.writeBytes(before, bytesOf(random));
  }
  let result: InputStep[7];
  try {
    result = call(...sizes, ...numbers, monotonic, wall) ?? null;
  } catch {
    result = 'trap';
  }
  return [what, name, texts, random, numbers, monotonic, wall, result];
}

/** Whether two steps are the same in everything. */
export function isSame(a: Step, b: Step): boolean {
  return stepText(a) === stepText(b);
}

/** Whether they are the same but for letters and digits of their texts. */
export function isAlike(a: Step, b: Step): boolean {
  return stepText(shapeOf(a)) === stepText(shapeOf(b));
}

function shapeOf(step: Step): Step {
  const shape = (text: string) => String(text.length);
  switch (step[0]) {
    case 'input':
      return ['input', step[1], [], '', step[4], step[5], step[6], step[7]];
    case 'effect':
      return ['effect', step[1], step[2], step[3], shape(step[4]), shape(step[5])];
    case 'user':
      return ['user', shape(step[1])];
    default:
      return step;
  }
}

const NAMED = ['NaN', 'Infinity', '-Infinity'];

/** A step as JSON, which has no form for some numbers: these are strings. */
export function stepText(step: Step): string {
  return JSON.stringify(step, (_, value) =>
    typeof value === 'number' && !Number.isFinite(value) ? String(value) : value,
  );
}

/** The number that stands for itself, or as text in JSON. */
export function numberIn(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  return NAMED.includes(value as string) ? Number(value) : undefined;
}
