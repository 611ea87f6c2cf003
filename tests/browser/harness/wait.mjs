/**
 * Calls `check` until it gives something truthy, and returns that. A check that throws is asked
 * again: a page between two documents cannot be asked anything.
 *
 * @template T
 * @param {() => T | Promise<T>} check
 * @param {{ timeout?: number, interval?: number, what?: string }} [options]
 * @returns {Promise<NonNullable<T>>}
 */
export async function waitFor(check, { timeout = 45_000, interval = 25, what } = {}) {
  const deadline = Date.now() + timeout;
  let last;
  for (;;) {
    try {
      const value = await check();
      if (value) return value;
      last = `it was ${JSON.stringify(value)}`;
    } catch (error) {
      last = `it threw ${error instanceof Error ? error.message : error}`;
    }
    if (Date.now() >= deadline) {
      throw new Error(`Waited ${timeout} ms for ${what ?? check}: in the end ${last}`);
    }
    await new Promise((resolve) => setTimeout(resolve, interval));
  }
}
