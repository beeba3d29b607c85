// Axes: which numbers stand on them and where.

/** Index of the last value ≤ wanted in an ascending list; 0 when all are larger. */
export function lastAtMost(values: readonly number[], wanted: number): number {
  let found = 0;
  values.forEach((value, i) => {
    if (value <= wanted) found = i;
  });
  return found;
}

/** Shade 0..8 of a count: square root, so that one mistake among many hits is seen; 0 only for nothing. */
export function shade(value: number, most: number): number {
  return value <= 0 || most <= 0 ? 0 : Math.max(1, Math.min(8, Math.round(8 * Math.sqrt(value / most))));
}
