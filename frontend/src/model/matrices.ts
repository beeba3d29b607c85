// Which confusion matrix belongs to an epoch.
import type { Run } from "../bundle/run.ts";
import { lastAtMost } from "../view/scale.ts";

export interface MatrixAt {
  matrix: number[][];
  epoch: number | null; // null: the finished run
}

/** The hold-out's matrix after the epoch: of the last snapshot not later, or the final one. */
export function matrixAt(run: Run, epoch: number | null): MatrixAt | null {
  const { snapshots, metrics } = run;
  if (epoch !== null && snapshots.state === "ok" && snapshots.value.epochs.length) {
    const i = lastAtMost(snapshots.value.epochs, epoch);
    const matrix = snapshots.value.matrices[i];
    if (matrix) return { matrix, epoch: snapshots.value.epochs[i] ?? epoch };
  }
  return metrics.state === "ok" ? { matrix: metrics.value.confusion_matrix, epoch: null } : null;
}
