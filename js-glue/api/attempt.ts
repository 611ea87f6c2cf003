/** Calls what may throw: then there is no result. No error of ours reaches the page, and none of its own is ours. */
export function attempt<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch {
    return undefined;
  }
}
