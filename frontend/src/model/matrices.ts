// Which confusion matrix belongs to an epoch.
import type { Run } from "../bundle/run.ts";
import { lastAtMost } from "../view/scale.ts";
import { sum } from "./stats.ts";

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

const MOST = 60; // classes of which every one has a row
const FEWER = 40;

/** The classes to show in a matrix: all, or of very many those with the most mistakes, in the order of the classes. */
export function classesToShow(matrix: readonly (readonly number[])[]): number[] {
  const classes = matrix.map((_, label) => label);
  if (classes.length <= MOST) return classes;
  const wrong = matrix.map((row, label) => sum(row) - (row[label] ?? 0));
  matrix.forEach((row, truth) => {
    row.forEach((n, label) => {
      if (label !== truth) wrong[label] = (wrong[label] ?? 0) + n;
    });
  });
  const worst = classes.sort((a, b) => (wrong[b] ?? 0) - (wrong[a] ?? 0) || a - b).slice(0, FEWER);
  return worst.sort((a, b) => a - b);
}
