// What the panels of this script say in sentences, from plain values.

import { count, percent } from "./tools.ts";
/** Between what the accuracies of a list of runs lie. */
export function accuraciesSentence(accuracies: readonly number[], start: number): string {
  if (accuracies.length < 2) return "Train a second run to have something to compare with.";
  const low = accuracies.reduce((least, each) => Math.min(least, each), 1); // 100,000 are too many arguments for min
  const high = accuracies.reduce((most, each) => Math.max(most, each), 0);
  const range =
    percent(low) === percent(high)
      ? `${accuracies.length === 2 ? "Both" : `All ${count(accuracies.length)}`} accuracies are ${low === high ? "" : "about "}${percent(low)}`
      : `Accuracies lie between ${percent(low)} and ${percent(high)}`;
  return `${range}; bars start at ${percent(start, 0)}.`;
}
