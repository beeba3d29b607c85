// What the panels say in sentences, from plain values. Each names the part and the whole, and has its edge cases.
import type { LossCurve } from "../contract.ts";
import { accuracyOf, sum } from "../model/stats.ts";
import { count, plural, series, share, small, some, times } from "./format.ts";

export interface Facts {
  layers: string; // "A network with one hidden layer of 32 units"
  training: number;
  holdout: number;
  hits: number | null; // of the hold-out; null where it was not recorded
  damaged: boolean; // the file that says so
  reads: string; // "reads", or "classifies" where classes are no digits
  image: string; // "image" or "sample"
}

/** What the network learned from, and how well it does on what was kept back. */
export function performance({ layers, training, holdout, hits, damaged, reads, image }: Facts): string {
  const learned = `${layers} learned from ${plural(training, image)}`;
  if (hits === null)
    return `${learned}; ${damaged ? "the file that says how well it does is damaged" : "how well it does was not recorded"}.`;
  if (holdout === 1)
    return `${learned} and was tested on one other, which it ${reads} ${hits ? "correctly" : "wrongly"}.`;
  if (hits === holdout) return `${learned} and ${reads} all ${count(holdout)} others correctly.`;
  if (hits === 0) return `${learned} and ${reads} none of ${count(holdout)} others correctly.`;
  const others = `${share(hits / holdout)} of ${count(holdout)} others correctly`;
  return `${learned} and ${reads} ${others}. It is wrong ${times(holdout - hits)}.`;
}

/** "A network with one hidden layer of 32 units". */
export function layersOf(hidden: readonly number[]): string {
  if (!hidden.length) return "Softmax regression, a network without hidden layers,";
  const sizes = `${series(hidden.map(count))} ${hidden.length === 1 && hidden[0] === 1 ? "unit" : "units"}`;
  return `A network with ${hidden.length === 1 ? "one hidden layer" : `${small(hidden.length)} hidden layers`} of ${sizes}`;
}

/** What stands over the strip of the hardest samples, and on the button that shows all mistakes. */
export function hardestCaption(wrong: number, shown: number): { caption: string; all: string | null } {
  const all =
    wrong === 0
      ? null
      : wrong === 1
        ? "Show the mistake"
        : wrong === 2
          ? "Show both mistakes"
          : `All ${count(wrong)} mistakes`;
  if (wrong === 0) return { caption: "What it was least sure of", all };
  if (wrong < shown) return { caption: "What it got wrong, and what it was least sure of", all };
  return { caption: wrong === shown ? "What it got wrong" : "What it got most wrong", all };
}

export function divergence(curve: LossCurve): string {
  return curve.diverged ? `Training diverged at epoch ${curve.diverged.epoch}: ${curve.diverged.reason}.` : "";
}

/** What a cell of the confusion matrix says. */
export function cellSentence(matrix: number[][], row: number, column: number, names: readonly string[]): string {
  const n = matrix[row]?.[column] ?? 0;
  const total = sum(matrix[row] ?? []);
  const [truth, guess] = [names[row] ?? String(row), names[column] ?? String(column)];
  if (!total) return `The hold-out holds no sample of ${truth}.`;
  const done = row === column ? "recognised" : `taken for ${guess}`;
  if (!n && row !== column) return `No ${truth} was taken for ${guess}.`;
  if (!n)
    return total === 1
      ? `The only sample of ${truth} was not recognised.`
      : `None of ${count(total)} samples of ${truth} was recognised.`;
  if (n === total)
    return total === 1
      ? `The only sample of ${truth} was ${done}.`
      : `${total === 2 ? "Both" : `All ${count(total)}`} samples of ${truth} were ${done}.`;
  const part = row === column ? ` (${share(n / total)})` : "";
  return `${count(n)} of ${plural(total, "sample")} of ${truth} ${n === 1 ? "was" : "were"} ${done}${part}.`;
}

/** What the whole matrix says. */
export function matrixSentence(matrix: number[][], names: readonly string[]): string {
  const misses = matrix.flatMap((row, i) => row.map((n, j) => ({ i, j, n }))).filter(({ i, j, n }) => i !== j && n > 0);
  const { n } = accuracyOf(matrix);
  if (!misses.length)
    return n === 1
      ? "The only sample of the hold-out was not confused. Click a cell to see its samples."
      : `None of ${plural(n, "sample")} was confused. Point at a cell to read it; click it to see its samples.`;
  const most = misses.reduce((top, each) => Math.max(top, each.n), 0);
  const named = misses
    .filter((each) => each.n === most)
    .map(({ i, j }) => `${names[i] ?? i} taken for ${names[j] ?? j}`);
  const often = times(most);
  if (misses.length === 1) return `One kind of confusion: ${named[0]} (${often}). Click a cell to see its samples.`;
  const kinds = `${count(misses.length)} kinds of confusion`;
  if (named.length === misses.length)
    return `${kinds}, each ${often}: ${some(named)}. Click a cell to see its samples.`;
  const frequent =
    named.length === 1
      ? `the most frequent is ${named[0]} (${often})`
      : `the most frequent, each ${often}, are ${some(named)}`;
  return `${kinds}; ${frequent}. Click a cell to see its samples.`;
}
