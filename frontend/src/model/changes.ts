// Which samples changed sides between two runs, and whether that is chance. Oracle: SciPy, in tests/golden.

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

/** 0 of no values. */
export function meanOf(values: readonly number[]): number {
  return values.length ? values.reduce((total, each) => total + each, 0) / values.length : 0;
}
