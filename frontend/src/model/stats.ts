// Statistics that a sentence on the page rests on. Oracles: SciPy and scikit-learn, in tests/golden.

/** Two-sided exact McNemar test (McNemar 1947): a fair coin for each sample that only one of two models got right. */
export function mcnemar(onlyFirst: number, onlySecond: number): number {
  const n = onlyFirst + onlySecond;
  const fewer = Math.min(onlyFirst, onlySecond);
  let logTerm = -n * Math.LN2; // log of C(n, 0) / 2ⁿ
  let tail = 0;
  for (let i = 0; i <= fewer; i++) {
    tail += Math.exp(logTerm);
    logTerm += Math.log(n - i) - Math.log(i + 1);
  }
  return Math.min(1, 2 * tail);
}

export interface Scores {
  support: number;
  predicted: number;
  hits: number;
  precision: number | null; // null: the class was never predicted
  recall: number | null; // null: the class has no sample
  f1: number | null;
}

/** Per-class scores of a confusion matrix whose rows are the true classes. */
export function classScores(matrix: readonly (readonly number[])[]): Scores[] {
  return matrix.map((row, i) => {
    const support = sum(row);
    const predicted = sum(matrix.map((other) => other[i] ?? 0));
    const hits = row[i] ?? 0;
    const precision = predicted ? hits / predicted : null;
    const recall = support ? hits / support : null;
    return {
      support,
      predicted,
      hits,
      precision,
      recall,
      f1: support + predicted ? (2 * hits) / (support + predicted) : null,
    };
  });
}

export function accuracyOf(matrix: readonly (readonly number[])[]): { hits: number; n: number } {
  return { hits: sum(matrix.map((row, i) => row[i] ?? 0)), n: sum(matrix.map(sum)) };
}

export function sum(values: readonly number[]): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

/** Which samples changed between two runs, by sample id; only samples that both held out count. */
export interface Changes {
  fixed: number[]; // wrong before, right now
  broken: number[]; // right before, wrong now
  bothRight: number;
  bothWrong: number;
}

export function changes(before: ReadonlyMap<number, boolean>, now: ReadonlyMap<number, boolean>): Changes {
  const result: Changes = { fixed: [], broken: [], bothRight: 0, bothWrong: 0 };
  for (const [id, right] of now) {
    const was = before.get(id);
    if (was === undefined) continue;
    if (right && was) result.bothRight++;
    else if (right) result.fixed.push(id);
    else if (was) result.broken.push(id);
    else result.bothWrong++;
  }
  return result;
}
