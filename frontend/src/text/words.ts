// What terminal, pictures and page say alike of a run, as words/scores.py has it.
import type { Run } from "../bundle/run.ts";
import { percent } from "./format.ts";
import { say, sentence } from "./language.ts";

/** What the accuracy is to be compared with; null where that was not recorded. */
export function companions(run: Run): string[] | null {
  const found = run.metrics.state === "ok" ? baselinesOf(run) : null;
  if (!found) return null;
  const { commonest_class: constant, nearest_neighbour: neighbour } = found;
  const name = run.summary.dataset.class_names[constant.label] ?? String(constant.label);
  const own = say("commonest", { name, share: percent(constant.accuracy) });
  return neighbour.accuracy === null ? [own] : [own, say("neighbour", { share: percent(neighbour.accuracy) })];
}

/** What to know of the two sides of the split, a sentence each; none for random rows of all classes. */
export function splitRemarks({ summary }: Run): string[] {
  const { config, split } = summary;
  const number = (key: string, usual: number): number => Number(config.get(key) ?? usual);
  const kind = config.get("split");
  const lines: string[] = [];
  if (kind === "given") lines.push(say("split.given"));
  else if (kind === "grouped" && split.groups) {
    const { training, holdout } = split.groups;
    lines.push(say("split.grouped", { held: holdout, all: training + holdout }));
  } else if (kind === "contiguous") lines.push(say("split.contiguous"));
  else if (kind === "folds") lines.push(say("split.folds", { folds: 1 / number("test_size", 0.2) }));
  if (number("train_share", 1) < 1) lines.push(say("split.share", { share: percent(number("train_share", 1)) }));
  if (number("label_noise", 0)) lines.push(say("split.noise", { share: percent(number("label_noise", 0)) }));
  if (config.get("leave_out")) lines.push(say("split.without", { name: String(config.get("leave_out")) }));
  return lines;
}

/** A warning where the interval of the accuracy holds that of always naming one class, which is below it. */
export function closeToCommonest(run: Run): string | null {
  const constant = baselinesOf(run)?.commonest_class;
  if (run.metrics.state !== "ok" || !constant) return null;
  const { accuracy, accuracy_interval } = run.metrics.value;
  return accuracy_interval.low <= constant.accuracy && constant.accuracy < accuracy ? sentence(say("close")) : null;
}

const MODERATE: Readonly<Record<string, number>> = { sgd: 2, adamw: 0.05 }; // as in words/scores.py

/** One line with the likely cause, if the accuracy is not above that of always naming one class. */
export function belowCommonest(run: Run): string | null {
  if (run.metrics.state !== "ok") return null;
  const { accuracy, train_accuracy: learned } = run.metrics.value;
  const constant = baselinesOf(run)?.commonest_class;
  if (!constant || accuracy > constant.accuracy) return null;
  const name = run.summary.dataset.class_names[constant.label] ?? String(constant.label);
  const below = say("below", { share: percent(accuracy), constant: percent(constant.accuracy), name });
  const { config } = run.summary;
  const [optimizer, rate] = [String(config.get("optimizer")), Number(config.get("learning_rate"))];
  if (run.summary.diverged) return say("below.diverged", { below });
  if (learned > 2 * constant.accuracy) return say("below.unlike", { below, trained: percent(learned) });
  if (rate > (MODERATE[optimizer] ?? Number.POSITIVE_INFINITY))
    return say("below.rate", { below, rate: String(rate), optimizer });
  return say("below.slow", { below });
}

function baselinesOf(run: Run) {
  return run.metrics.state === "ok" && "baselines" in run.metrics.value ? run.metrics.value.baselines : undefined;
}
