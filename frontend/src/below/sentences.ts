// What the panels of this script say in sentences, from plain values.
import type { Scores } from "../model/scores.ts";
import { say, score, small, some } from "./tools.ts";

/** Which classes are hardest; classes that the hold-out never had have no score. */
export function classesSentence(scores: readonly Scores[], names: readonly string[]): string {
  const known = scores.flatMap(({ f1 }, i) => (f1 === null ? [] : [{ name: names[i] ?? String(i), f1 }]));
  const all = known.length === scores.length;
  if (!known.length) return say("classes.none");
  const perfect = known.filter(({ f1 }) => f1 === 1).length;
  const n = known.length;
  const least = known.reduce((low, { f1 }) => Math.min(low, f1), 1);
  const worst = known.filter((each) => each.f1 === least).map(({ name }) => name);
  const values = { n: small(n), score: score(least), names: some(worst), perfect: small(perfect) };
  const those = all ? "" : ` ${say("classes.those")}`;
  const said = (): string => {
    if (perfect === n)
      return n === 1
        ? say("classes.one.perfect")
        : n === 2
          ? say("classes.both.perfect")
          : say("classes.all.perfect", values);
    if (n === 1) return say("classes.one", values);
    if (worst.length === n) return n === 2 ? say("classes.both", values) : say("classes.all", values);
    const hardest = worst.length === 1 ? say("classes.hardest", values) : say("classes.hardest.many", values);
    const rest = perfect === 1 ? say("classes.rest.one", values) : say("classes.rest", values);
    return `${hardest}; ${rest}`;
  };
  return said() + those;
}
