// Two runs beside each other: on what their scores rest, and by how much they differ.
import type { Run } from "../bundle/run.ts";
import { differenceInterval } from "../model/stats.ts";
import { tally, titleOf } from "./facts.ts";
import { clip, count, percent, plural } from "./format.ts";

/** What the scores of two runs were measured on. */
export type Footing = "same images" | "other images" | "other data";

export function footing(now: Run, was: Run): Footing {
  if (now.summary.dataset.sha256 !== was.summary.dataset.sha256) return "other data";
  return now.summary.split.sha256 === was.summary.split.sha256 ? "same images" : "other images"; // digest of the hold-out
}

/** What both runs are called; where that is the same, with what tells them apart. */
export function namesOf(now: Run, was: Run): [now: string, was: string] {
  const [own, other] = [titleOf(now), titleOf(was)];
  if (own !== other) return [own, other];
  const apart = (run: Run, name: string): string => (run.id && run.id !== name ? `${name} (${run.id})` : name);
  return [apart(now, own), apart(was, other)];
}

/** How many samples both runs held out; null where that was not recorded. */
export function inCommon(now: Run, was: Run): number | null {
  if (now.holdout.state !== "ok" || was.holdout.state !== "ok") return null;
  const before = new Set(was.holdout.value.sample_ids);
  return now.holdout.value.sample_ids.filter((id) => before.has(id)).length;
}

/** "+1.9", and as many digits as it takes to be on the right side of zero. */
export function points(difference: number): string {
  const size = Math.abs(100 * difference);
  const digits = [1, 2, 3].find((each) => size === 0 || Number(size.toFixed(each)) > 0) ?? 4;
  return `${difference > 0 ? "+" : difference < 0 ? "−" : "±"}${size.toFixed(digits)}`;
}

/** That interval alone: "+0.3 to +4.1". */
export function unpairedRange(now: Run, was: Run): string | null {
  const [a, b] = [tally(now), tally(was)];
  if (!a || !b) return null;
  const { low, high } = differenceInterval(a, b);
  return `${points(low)} to ${points(high)}`;
}

/** How the opening speaks of the run beside this one. */
export function besides(now: Run, was: Run): string {
  const name = clip(namesOf(now, was)[1], 40);
  const kind = footing(now, was);
  const score = tally(was);
  if (kind === "other data") return `Beside it: ${name}, a run on other data.`;
  if (!score) return `Beside it: ${name}.`;
  const common = kind === "other images" ? inCommon(now, was) : null;
  const tail =
    kind === "same images"
      ? `the same ${plural(score.n, "sample")}`
      : common === null
        ? `${count(score.n)} other samples`
        : `${plural(score.n, "sample")}, of which ${common ? count(common) : "none"} ${common === 1 ? "is" : "are"} the same`;
  return `Beside it: ${name}, right in ${percent(score.hits / score.n).replace(" ", "\u00a0")} of ${tail}.`;
}
