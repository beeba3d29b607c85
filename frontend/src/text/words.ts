// What terminal, pictures and page say alike: the sentences of words/en.json, and of what they are made.
import words from "../../../src/digit_classifier/words/en.json" with { type: "json" };
import type { Run } from "../bundle/run.ts";
import { count, percent } from "./format.ts";

type Key = keyof typeof words;
export type Entry = string | { one: string; other: string };

/** The sentence of this name with its values; `number` chooses between one and many. */
export function say(key: Key, values?: Readonly<Record<string, string>>, number: number | null = null): string {
  return filled(words[key], values, number);
}

/** An entry of words/en.json with its values; `number` chooses between one and many. */
export function filled(
  entry: Entry,
  values: Readonly<Record<string, string>> = {},
  number: number | null = null,
): string {
  const text = typeof entry === "string" ? entry : number === 1 ? entry.one : entry.other;
  const all: Readonly<Record<string, string>> = number === null ? values : { count: count(number), ...values };
  return text.replace(/\{(\w+)\}/g, (_, name: string) => all[name] ?? "").replaceAll(" %", "\u00a0%");
}

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
    lines.push(say("split.grouped", { held: count(holdout), all: count(training + holdout) }));
  } else if (kind === "contiguous") lines.push(say("split.contiguous"));
  else if (kind === "folds") lines.push(say("split.folds", { folds: count(Math.round(1 / number("test_size", 0.2))) }));
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
  return accuracy_interval.low <= constant.accuracy && constant.accuracy < accuracy ? `${say("close")}.` : null;
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
