// In what two runs differ, what that means for their scores, and where scores contradict one another.

import type { Run } from "../bundle/run.ts";
import { setting } from "./settings.ts";
import { count, footing, inCommon, meanOf, namesOf, say, share, short } from "./tools.ts";

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
  if (kind === "other data") return say("footing.data");
  const common = inCommon(now, was);
  const [n, m] = [now.summary.split.holdout, was.summary.split.holdout];
  if (common === null) return say("footing.images");
  const whole = n === m ? count(n) : say("footing.both", { n, m });
  return common ? say("footing.common", { common, whole }) : say("footing.apart", { whole });
}

/** Why the predictions of two runs cannot be compared sample by sample; null when they can. */
export function incomparable(now: Run, was: Run): string | null {
  if (footing(now, was) === "other data") return say("incomparable.data");
  if (now.holdout.state !== "ok" || was.holdout.state !== "ok") return say("incomparable.holdout");
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
  const names = { better: better.name, worse: worse.name, low: losses[1] ?? "", high: losses[0] ?? "" };
  const head = say("contradiction", names);
  const { holdout, summary } = better.run;
  if (holdout.state !== "ok") return `${head} ${say("contradiction.loss")}`;
  const sure = meanOf(holdout.value.probabilities.map((row) => Math.max(...row)));
  const facts = { name: better.name, sure: share(sure), right: share(better.accuracy) };
  if (better.accuracy - sure > 0.01) {
    const smoothed =
      Number(summary.config.get("label_smoothing") ?? 0) > 0 && Number(summary.config.get("temperature") ?? 1) === 1;
    return smoothed
      ? `${head} ${say("contradiction.smoothed", facts)}`
      : `${head} ${say("contradiction.under", facts)}`;
  }
  return sure - better.accuracy > 0.01
    ? `${head} ${say("contradiction.over", facts)}`
    : `${head} ${say("contradiction.few")}`;
}
