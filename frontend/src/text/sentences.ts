// What the panels say in sentences, from plain values. Each names the part and the whole, and has its edge cases.
import type { LossCurve } from "../contract.ts";
import { accuracyOf, sum } from "../model/stats.ts";
import { count, series, share, small, some, times } from "./format.ts";
import { say } from "./language.ts";

export interface Facts {
  layers: string; // "A network with one hidden layer of 32 units"
  training: string; // "1,437 images"
  holdout: number;
  hits: number | null; // of the hold-out; null where it was not recorded
  damaged: boolean; // the file that says so
  reads: string; // "reads", or "classifies" where classes are no digits
}

/** What the network learned from, and how well it does on what was kept back. */
export function performance({ layers, training, holdout, hits, damaged, reads }: Facts): string {
  const facts = { layers, training, reads, n: holdout };
  if (hits === null) return damaged ? say("performance.damaged", facts) : say("performance.unknown", facts);
  if (holdout === 1) return hits ? say("performance.one.right", facts) : say("performance.one.wrong", facts);
  if (hits === holdout) return say("performance.all", facts);
  if (hits === 0) return say("performance.none", facts);
  const wrong = { ...facts, share: share(hits / holdout), times: times(holdout - hits) };
  return say("performance.some", wrong);
}

/** "A network with one hidden layer of 32 units". */
export function layersOf(hidden: readonly number[]): string {
  if (!hidden.length) return say("layers.none");
  if (hidden.length === 1) return say("layers.one", { count: hidden[0] ?? 0 });
  return say("layers.many", { n: small(hidden.length), sizes: series(hidden.map(count)) });
}

/** What stands over the strip of the hardest samples, `among` them mistakes, and on the button that shows all. */
export function hardestCaption(wrong: number, shown: number, among: number): { caption: string; all: string | null } {
  if (wrong === 0) return { caption: say("hardest.unsure"), all: null };
  const all = wrong === 1 ? say("hardest.one") : wrong === 2 ? say("hardest.both") : say("hardest.all", { n: wrong });
  if (among < shown) return { caption: among ? say("hardest.mixed") : say("hardest.unsure"), all };
  return { caption: wrong === shown ? say("hardest.wrong") : say("hardest.most"), all };
}

export function divergence(curve: LossCurve): string {
  return curve.diverged ? say("diverged.at", { ...curve.diverged }) : "";
}

/** What a cell of the confusion matrix says. */
export function cellSentence(matrix: number[][], row: number, column: number, names: readonly string[]): string {
  const n = matrix[row]?.[column] ?? 0;
  const total = sum(matrix[row] ?? []);
  const [truth, guess] = [names[row] ?? String(row), names[column] ?? String(column)];
  const values = { truth, guess, n, total, share: share(n / total) };
  if (!total) return say("cell.empty", values);
  if (row !== column) {
    if (!n) return say("cell.never", values);
    if (n < total) return say("cell.some", { ...values, count: n });
    if (total === 1) return say("cell.only", values);
    if (total === 2) return say("cell.both", values);
    return say("cell.all", values);
  }
  if (!n && total === 1) return say("hit.not", values);
  if (!n) return say("hit.none", values);
  if (n < total) return say("hit.some", { ...values, count: n });
  if (total === 1) return say("hit.only", values);
  if (total === 2) return say("hit.both", values);
  return say("hit.all", values);
}

/** What the whole matrix says. */
export function matrixSentence(matrix: number[][], names: readonly string[]): string {
  const misses = matrix.flatMap((row, i) => row.map((n, j) => ({ i, j, n }))).filter(({ i, j, n }) => i !== j && n > 0);
  const { n } = accuracyOf(matrix);
  if (!misses.length) return n === 1 ? say("matrix.only") : say("matrix.none", { n });
  const most = misses.reduce((top, each) => Math.max(top, each.n), 0);
  const top = misses
    .filter((each) => each.n === most)
    .map(({ i, j }) => say("matrix.pair", { truth: names[i] ?? i, guess: names[j] ?? j }));
  const values = { n: misses.length, pairs: some(top), often: times(most) };
  if (misses.length === 1) return say("matrix.one", values);
  if (top.length === misses.length) return say("matrix.equal", values);
  return top.length === 1 ? say("matrix.most", values) : say("matrix.several", values);
}
