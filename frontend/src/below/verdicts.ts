// Two runs, and whether their difference is more than chance, in sentences.

import type { Run } from "../bundle/run.ts";
import { type Changes, mcnemar } from "../model/changes.ts";
import { pValue } from "./numbers.ts";
import { count, differenceInterval, namesOf, plural, points, share, small, tally, unpairedRange } from "./tools.ts";

/** The difference of two accuracies on different images, with its interval. */
export function unpaired(now: Run, was: Run): string | null {
  const [a, b] = [tally(now), tally(was)];
  if (!a || !b) return null;
  const [own, other] = namesOf(now, was);
  const of = ({ hits, n }: { hits: number; n: number }): string => `${count(hits)} of ${plural(n, "sample")}`;
  const { low, high } = differenceInterval(a, b);
  const meaning = low > 0 || high < 0 ? "more than chance would explain" : "which could well be chance";
  return `${own} is right in ${of(a)}, ${other} in ${of(b)}: ${points(a.hits / a.n - b.hits / b.n)} points, 95 % interval ${unpairedRange(now, was)}, ${meaning} (Newcombe’s interval for independent samples).`;
}

/** The exact McNemar test in a sentence; `whole` where both were tested on the same samples. */
export function verdict(changed: Changes, now: string, was: string, whole = true): string {
  const { fixed, broken, bothRight, bothWrong } = changed;
  const n = fixed.length + broken.length + bothRight + bothWrong;
  if (!n) return "The two runs held out different samples; there is none that both predicted.";
  const split = fixed.length + broken.length;
  if (!split) {
    const all = n === 1 ? "the one sample" : `all ${plural(n, "sample")}`;
    return `${was} and ${now} agree in outcome on ${all} that both held out: not one changed sides, ${whole ? "so there is no difference to test" : "but these are only a part of what each was tested on"}.`;
  }
  const both = `Of ${plural(n, "sample")} that both held out, ${was} and ${now} agree in outcome on ${count(n - split)} (${share((n - split) / n)})`;
  const p = mcnemar(broken.length, fixed.length);
  const moved = `${small(fixed.length)} went from wrong to right and ${small(broken.length)} from right to wrong`;
  const meaning = p < 0.05 ? "That is more than chance would explain" : "That could well be chance";
  return `${both}; ${moved}. ${meaning} (exact McNemar test, ${pValue(p)}).`;
}
