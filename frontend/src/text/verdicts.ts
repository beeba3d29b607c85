// Two runs, and whether their difference is more than chance.
import type { Run } from "../bundle/run.ts";
import { type Changes, mcnemar } from "../model/stats.ts";
import { percent, plural, pValue, setting, small } from "./format.ts";

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

/** Why the predictions of two runs cannot be compared sample by sample; null when they can. */
export function incomparable(now: Run, was: Run): string | null {
  if (now.summary.dataset.sha256 !== was.summary.dataset.sha256)
    return "The runs were made on different data sets, so their samples cannot be compared one by one.";
  if (now.holdout.state !== "ok" || was.holdout.state !== "ok")
    return "One of the runs has no readable holdout.json, so their samples cannot be compared one by one.";
  return null;
}

/** The exact McNemar test in a sentence. */
export function verdict(changed: Changes, now: string, was: string): string {
  const { fixed, broken, bothRight, bothWrong } = changed;
  const n = fixed.length + broken.length + bothRight + bothWrong;
  if (!n) return "The two runs held out different samples; there is none that both predicted.";
  const both = `Of ${plural(n, "sample")} that both held out, ${was} and ${now} agree in outcome on ${percent((bothRight + bothWrong) / n)}`;
  const split = fixed.length + broken.length;
  if (!split) return `${both}: not one changed sides, so there is no difference to test.`;
  const p = mcnemar(broken.length, fixed.length);
  const moved = `${small(fixed.length)} went from wrong to right and ${small(broken.length)} from right to wrong`;
  const meaning = p < 0.05 ? "That is more than chance would explain" : "That could well be chance";
  return `${both}; ${moved}. ${meaning} (exact McNemar test, ${pValue(p)}).`;
}
