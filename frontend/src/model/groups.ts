// Runs of one kind: those that differ in a number at the end of their label, as the seeds of one setting do.

export interface Group {
  name: string;
  runs: number;
  mean: number;
  half: number | null; // of the 95 % interval of the mean; one run has none
}

/** A label without the number at its end: "mlp seed 3" → "mlp". */
export const stemOf = (label: string): string =>
  label.replace(/[\s_.,:-]*(?:(?:random[\s_-]?state|seed|run|fold|s)[\s_=-]*)?\d+$/i, "") || label;

/** Groups of more than one run by name, the best mean first. */
export function grouped(values: readonly (readonly [string, number])[]): Group[] {
  const by = new Map<string, number[]>();
  for (const [name, value] of values) {
    const all = by.get(name);
    if (all) all.push(value);
    else by.set(name, [value]);
  }
  return [...by]
    .filter(([, all]) => all.length > 1)
    .map(([name, all]) => ({ name, runs: all.length, ...meanWithInterval(all) }))
    .sort((a, b) => b.mean - a.mean);
}

function meanWithInterval(values: readonly number[]): Pick<Group, "mean" | "half"> {
  const n = values.length;
  const mean = values.reduce((sum, each) => sum + each, 0) / n;
  const squares = values.reduce((sum, each) => sum + (each - mean) ** 2, 0);
  return { mean, half: n > 1 ? tQuantile(n - 1) * Math.sqrt(squares / (n - 1) / n) : null };
}

/** 97.5 % of Student's t distribution: from a table, then its expansion in 1/n (Abramowitz and Stegun 26.7.5). */
export function tQuantile(freedom: number): number {
  const known = TABLE[freedom - 1];
  if (known !== undefined) return known;
  const [z, n] = [1.959963984540054, freedom];
  return (
    z +
    (z ** 3 + z) / (4 * n) +
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * n ** 2) +
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / (384 * n ** 3)
  );
}
const TABLE = [12.706205, 4.302653, 3.182446, 2.776445, 2.570582, 2.446912, 2.364624, 2.306004, 2.262157, 2.228139];
