// What the panels of this script say in sentences, from plain values.
import type { Scores } from "../model/scores.ts";
import { score, small, some } from "./tools.ts";

/** Which classes are hardest; classes that the hold-out never had have no score. */
export function classesSentence(scores: readonly Scores[], names: readonly string[]): string {
  const known = scores.flatMap(({ f1 }, i) => (f1 === null ? [] : [{ name: names[i] ?? String(i), f1 }]));
  const whole = known.length === scores.length ? "" : " with samples or predictions";
  if (!known.length) return "No class has a score on this hold-out.";
  const perfect = known.filter(({ f1 }) => f1 === 1).length;
  const n = known.length;
  const [every, are] =
    n === 1 ? ["The one class", "is"] : [n === 2 ? "Both classes" : `All ${small(n)} classes`, "are"];
  if (perfect === n) return `${every}${whole} ${are} told apart without a mistake on this hold-out.`;
  const least = known.reduce((low, { f1 }) => Math.min(low, f1), 1);
  const f1 = `(F1 ${score(least)})`;
  const worst = known.filter((each) => each.f1 === least).map(({ name }) => name);
  if (n === 1) return `${worst[0]} is the one class${whole} ${f1}.`;
  if (worst.length === n) return `${every}${whole} are equally hard ${f1} on this hold-out.`;
  const hardest = worst.length === 1 ? `${worst[0]} is the hardest class` : `${some(worst)} are the hardest classes`;
  return `${hardest} ${f1}; ${small(perfect)} of ${small(n)} classes${whole} ${perfect === 1 ? "is" : "are"} told apart without a mistake on this hold-out.`;
}
