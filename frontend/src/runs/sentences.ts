// What the panels of this script say in sentences, from plain values.
import { percent, say } from "./tools.ts";

/** Between what the accuracies of a list of runs lie. */
export function accuraciesSentence(accuracies: readonly number[], from: number): string {
  if (accuracies.length < 2) return say("accuracies.one");
  const low = accuracies.reduce((least, each) => Math.min(least, each), 1); // 100,000 are too many arguments for min
  const high = accuracies.reduce((most, each) => Math.max(most, each), 0);
  const values = { low: percent(low), high: percent(high), start: percent(from, 0), n: accuracies.length };
  if (values.low !== values.high) return say("accuracies", values);
  if (low === high) return values.n === 2 ? say("accuracies.both", values) : say("accuracies.all", values);
  return values.n === 2 ? say("accuracies.both.about", values) : say("accuracies.all.about", values);
}
