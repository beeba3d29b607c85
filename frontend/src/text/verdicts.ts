// Two runs beside each other: on what their scores rest, and by how much they differ.
import type { Run } from "../bundle/run.ts";
import { differenceInterval } from "../model/stats.ts";
import { tally, titleOf } from "./facts.ts";
import { clip, fixed, percent } from "./format.ts";
import { say } from "./language.ts";

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
  return `${difference > 0 ? "+" : difference < 0 ? "−" : "±"}${fixed(size, digits)}`;
}

/** That interval alone: "+0.3 to +4.1". */
export function unpairedRange(now: Run, was: Run): string | null {
  const [a, b] = [tally(now), tally(was)];
  if (!a || !b) return null;
  const { low, high } = differenceInterval(a, b);
  return say("range", { low: points(low), high: points(high) });
}

/** How the opening speaks of the run beside this one. */
export function besides(now: Run, was: Run): string {
  const name = clip(namesOf(now, was)[1], 40);
  const kind = footing(now, was);
  const score = tally(was);
  if (kind === "other data") return say("beside.data", { name });
  if (!score) return say("beside.unknown", { name });
  const common = kind === "other images" ? inCommon(now, was) : null;
  const facts = { name, share: percent(score.hits / score.n), count: score.n };
  if (kind === "same images") return say("beside.same", facts);
  if (common === null) return say("beside.other", facts);
  if (!common) return say("beside.apart", facts);
  return say("beside.common", { ...facts, n: score.n, count: common });
}
