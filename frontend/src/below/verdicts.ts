// Two runs, and whether their difference is more than chance, in sentences.

import type { Run } from "../bundle/run.ts";
import { type Changes, mcnemar, meanOf } from "../model/changes.ts";
import { pValue, setting } from "./numbers.ts";
import {
  count,
  differenceInterval,
  footing,
  inCommon,
  namesOf,
  plural,
  points,
  share,
  short,
  small,
  tally,
  unpairedRange,
} from "./tools.ts";

export interface Difference {
  key: string;
  now: string | null; // null: this run does not have the setting
  was: string | null;
}

const UNRELATED = new Set(["run_label", "sample_count", "roc_per_class", "learning_rate_trace", "timing_stats"]);

/** Settings that differ, those that can change a result first. */
export function configDifferences(now: ReadonlyMap<string, unknown>, was: ReadonlyMap<string, unknown>): Difference[] {
  const keys = [...new Set([...now.keys(), ...was.keys()])];
  const text = (settings: ReadonlyMap<string, unknown>, key: string): string | null =>
    settings.has(key) ? setting(settings.get(key)) : null;
  return keys
    .map((key) => ({ key, now: text(now, key), was: text(was, key) }))
    .filter((each) => each.now !== each.was)
    .sort((a, b) => Number(UNRELATED.has(a.key)) - Number(UNRELATED.has(b.key)));
}

/** What has to be known before anything else is compared; null where both were tested on the same images. */
export function warning(now: Run, was: Run): string | null {
  const kind = footing(now, was);
  if (kind === "same images") return null;
  if (kind === "other data")
    return "Not comparable: the two runs were trained and tested on different data sets, so their scores say nothing about each other.";
  const common = inCommon(now, was);
  const [n, m] = [now.summary.split.holdout, was.summary.split.holdout];
  if (common === null) return "Tested on different samples; the two runs held out different ones.";
  const whole = n === m ? count(n) : `the ${count(n)} and ${count(m)}`;
  return `Tested on different samples; ${common ? `only ${count(common)}` : "none"} of ${whole} in common.`;
}

/** Why the predictions of two runs cannot be compared sample by sample; null when they can. */
export function incomparable(now: Run, was: Run): string | null {
  if (footing(now, was) === "other data") return "Samples of different data sets cannot be compared one by one.";
  if (now.holdout.state !== "ok" || was.holdout.state !== "ok")
    return "One of the runs has no readable holdout.json, so their samples cannot be compared one by one.";
  return null;
}

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

/** Where accuracy says the one and log loss the other: which run is how sure; null where they agree. */
export function contradiction(now: Run, was: Run): string | null {
  if (footing(now, was) === "other data" || now.metrics.state !== "ok" || was.metrics.state !== "ok") return null;
  const [own, other] = namesOf(now, was);
  const runs = [
    { run: now, name: own, ...now.metrics.value },
    { run: was, name: other, ...was.metrics.value },
  ];
  const [better, worse] = runs.sort((a, b) => b.accuracy - a.accuracy);
  if (!better || !worse || better.accuracy === worse.accuracy || better.log_loss <= worse.log_loss) return null;
  const losses = [better, worse].map((each) => short(each.log_loss));
  if (losses[0] === losses[1]) return null;
  const head = `By accuracy ${better.name} is better, by log loss ${worse.name} is (${losses[1]} against ${losses[0]}).`;
  const { holdout, summary } = better.run;
  if (holdout.state !== "ok") return `${head} Log loss also counts how sure each answer was.`;
  const sure = meanOf(holdout.value.probabilities.map((row) => Math.max(...row)));
  const facts = `it is ${share(sure)} sure on average and right in ${share(better.accuracy)}`;
  if (better.accuracy - sure > 0.01) {
    const smoothed =
      Number(summary.config.get("label_smoothing") ?? 0) > 0 && Number(summary.config.get("temperature") ?? 1) === 1;
    return `${head} ${better.name} is under-confident: ${facts}${smoothed ? ", which is what label smoothing does" : ""}. Log loss counts how sure each answer was.`;
  }
  return sure - better.accuracy > 0.01
    ? `${head} ${better.name} is over-confident: ${facts}. Log loss weighs a mistake by how sure it was.`
    : `${head} Log loss counts how sure each answer was: a few sure mistakes weigh more than many hesitant ones.`;
}
