/** Any value as JSON text, whatever it does. */

import { attempt } from '../api/attempt.js';
import { stringify } from '../api/natives.js';

/**
 * How far the careful way goes into a value. More than the core takes (config.h, `kPropertyLimits`), so
 * that it is the core that cuts, and marks what it cut; this only keeps a window or a DOM tree from being
 * walked to its end.
 */
const DEPTH = 20;
const VALUES = 4000;

/** Returns `value` as JSON; `''` for `undefined`, and text that is no JSON where it has no form in it. */
export function toJson(value: unknown): string {
  if (value === undefined) return '';
  try {
    if (!foreign()) return stringify(value) ?? '?';
  } catch {
    // A cycle, a BigInt, a getter or a toJSON that throws.
  }
  try {
    return stringify(careful(value)) ?? '?';
  } catch {
    return '?';
  }
}

// What a library has given to all arrays: with Prototype.js before 1.7 they become strings.
const foreign = () => ([] as { toJSON?: unknown }).toJSON;

// A copy that JSON.stringify cannot fail on.
function careful(root: unknown): unknown {
  let left = VALUES;
  const above: unknown[] = [];

  const copy = (value: unknown): unknown => {
    if (typeof value === 'bigint') return String(value);
    if (typeof value !== 'object' || value === null) return value;
    if (left-- <= 0 || above.length >= DEPTH || above.includes(value)) return undefined;
    above.push(value);
    try {
      const { toJSON } = value as { toJSON?: unknown };
      if (typeof toJSON === 'function' && toJSON !== foreign()) return copy(toJSON.call(value, ''));
      if (Array.isArray(value)) {
        const all = value.map((_, i) => attempt(() => copy(value[i])) ?? null);
        return Object.assign(all, { toJSON: undefined });
      }
      const out: Record<string, unknown> = Object.create(null);
      for (const key of Object.keys(value)) {
        out[key] = attempt(() => copy((value as Record<string, unknown>)[key]));
      }
      return out;
    } finally {
      above.pop();
    }
  };

  return attempt(() => copy(root));
}
