// How well each class is told apart. Oracle: scikit-learn, in tests/golden.

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
    const support = row.reduce((total, each) => total + each, 0);
    const predicted = matrix.reduce((total, other) => total + (other[i] ?? 0), 0);
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
