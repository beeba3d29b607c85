// What the page tries but never depends on.

/** Does what the page can do without. Where the browser refuses, nothing is held up and the result is undefined. */
export function attempt<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}
