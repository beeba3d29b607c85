// Statistics that a sentence on the page rests on. Oracles: SciPy and scikit-learn, in tests/golden.

interface Tally {
  hits: number;
  n: number;
}

const Z = 1.959963984540054; // two-sided 95 % quantile of the normal distribution

/** 95 % score interval of a proportion (Wilson 1927). */
export function wilson({ hits, n }: Tally): { low: number; high: number } {
  const [share, z2] = [hits / n, Z * Z];
  const centre = share + z2 / (2 * n);
  const margin = Z * Math.sqrt((share * (1 - share)) / n + z2 / (4 * n * n));
  return {
    low: hits > 0 ? (centre - margin) / (1 + z2 / n) : 0,
    high: hits < n ? (centre + margin) / (1 + z2 / n) : 1,
  };
}

/** 95 % interval of the difference of two independent proportions (Newcombe 1998, method 10: from both Wilson intervals). */
export function differenceInterval(a: Tally, b: Tally): { low: number; high: number } {
  const [first, second] = [wilson(a), wilson(b)];
  const [p, q] = [a.hits / a.n, b.hits / b.n];
  return {
    low: p - q - Math.hypot(p - first.low, second.high - q),
    high: p - q + Math.hypot(first.high - p, q - second.low),
  };
}

export function accuracyOf(matrix: readonly (readonly number[])[]): { hits: number; n: number } {
  return { hits: sum(matrix.map((row, i) => row[i] ?? 0)), n: sum(matrix.map(sum)) };
}

export function sum(values: readonly number[]): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
