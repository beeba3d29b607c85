// Two runs, and whether their difference is more than chance, in sentences.

import type { Run } from "../bundle/run.ts";
import { type Changes, mcnemar } from "../model/changes.ts";
import { pValue } from "./numbers.ts";
import { differenceInterval, namesOf, points, say, share, small, tally, unpairedRange } from "./tools.ts";

/** The difference of two accuracies on different images, with its interval. */
export function unpaired(now: Run, was: Run): string | null {
  const [a, b] = [tally(now), tally(was)];
  if (!a || !b) return null;
  const [own, other] = namesOf(now, was);
  const of = ({ hits, n }: { hits: number; n: number }): string => say("unpaired.of", { hits, count: n });
  const { low, high } = differenceInterval(a, b);
  const values = {
    own,
    other,
    a: of(a),
    b: of(b),
    points: points(a.hits / a.n - b.hits / b.n),
    range: unpairedRange(now, was) ?? "",
  };
  return low > 0 || high < 0 ? say("unpaired.more", values) : say("unpaired.chance", values);
}

/** The exact McNemar test in a sentence; `whole` where both were tested on the same samples. */
export function verdict(changed: Changes, now: string, was: string, whole = true): string {
  const { fixed, broken, bothRight, bothWrong } = changed;
  const n = fixed.length + broken.length + bothRight + bothWrong;
  if (!n) return say("verdict.none");
  const split = fixed.length + broken.length;
  if (!split) {
    const all = { was, now, count: n };
    return whole ? say("verdict.same", all) : say("verdict.same.part", all);
  }
  const values = {
    count: n,
    was,
    now,
    same: n - split,
    share: share((n - split) / n),
    fixed: small(fixed.length),
    broken: small(broken.length),
  };
  const both = say("verdict.moved", values);
  const p = mcnemar(broken.length, fixed.length);
  const meaning = p < 0.05 ? say("verdict.more", { p: pValue(p) }) : say("verdict.chance", { p: pValue(p) });
  return `${both} ${meaning}`;
}
