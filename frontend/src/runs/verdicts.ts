// In what two runs differ, what that means for their scores, and where scores contradict one another.

import type { Run } from "../bundle/run.ts";
import { setting } from "./settings.ts";
import { count, footing, inCommon, meanOf, namesOf, share, short } from "./tools.ts";

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
