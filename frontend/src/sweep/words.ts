// What many runs show, in sentences for readers who know no statistics: the same as digit_classifier/words/sweeps.py.
import type { Sweep } from "../contract.ts";
import { sum } from "../model/stats.ts";
import { bare, certainty, fixed, percent } from "../text/format.ts";
import { say, sentence } from "../text/language.ts";

type Value = Sweep["settings"]["values"][number][number];
const LEAST = 0.0005; // half of the last digit of a difference in points: less is not worth a sentence

/** The result of a sweep, then what to know of it. */
export function sweepSentences(sweep: Sweep): string[] {
  const { best } = sweep;
  const lines = !best
    ? [say("sweep.nothing")]
    : isCurve(sweep)
      ? curve(sweep)
      : [result(sweep), ...rivals(sweep), ...choice(sweep)];
  const know = best ? [...luck(sweep, best.setting), ...people(sweep)] : [];
  return [...lines, ...know, ...progress(sweep)].map(sentence);
}

/** The best setting beside another: by how much it is better, and whether that may be luck. */
export function differenceSentence(sweep: Sweep, row: number): string {
  const table = sweep.differences;
  const [mean, low, high, reason] = [table.mean[row], table.low[row], table.high[row], table.reason[row]];
  const own = sweep.best?.setting ?? 0;
  const best = settingName(sweep, own);
  const other = settingName(sweep, table.other[row] ?? 0);
  if (typeof mean !== "number")
    return sentence(say("sweep.difference.unknown", { best, other, reason: say("sweep.reason.unpaired") }));
  const values = { best, other, points: points(mean) };
  const difference =
    mean === 0
      ? say("sweep.difference.equal", values)
      : mean > 0
        ? say("sweep.difference.better", values)
        : say("sweep.difference.worse", values);
  if (reason || typeof low !== "number" || typeof high !== "number") {
    const why = reasonOf(reason ?? "none", sweep.settings.kind[own] ?? "splits", table.count[row] ?? 0);
    return sentence(say("sweep.difference.reason", { difference, reason: why }));
  }
  const verdict = table.apart[row]
    ? say("sweep.verdict.apart")
    : low <= 0 && high >= 0
      ? say("sweep.verdict.together")
      : say("sweep.verdict.many");
  return sentence(say("sweep.difference.interval", { difference, low: signed(low), high: signed(high), verdict }));
}

/** Whether nothing but the share of the training samples varies: a learning curve, which chooses nothing. */
export function isCurve({ axes }: Sweep): boolean {
  return axes.length === 1 && axes[0]?.name === "train_share";
}

/** A setting by its values: "cnn", or "epochs 20, learning rate 0.01". */
export function settingName({ axes, settings }: Sweep, index: number): string {
  const values = settings.values[index] ?? [];
  if (!axes.length) return say("sweep.only");
  if (axes.length === 1 && typeof values[0] === "string") return values[0];
  return axes.map(({ name }, i) => `${name.replaceAll("_", " ")} ${valueText(values[i] ?? null)}`).join(", ");
}

/** The same in a row whose head names the settings: "20 · 0.01". */
export function rowName(sweep: Sweep, index: number): string {
  if (!sweep.axes.length) return say("sweep.only");
  return (sweep.settings.values[index] ?? []).map(valueText).join(" · ");
}

/** That head: "epochs · learning rate". */
export function axesName({ axes }: Sweep): string {
  return axes.map(({ name }) => name.replaceAll("_", " ")).join(" · ");
}

/** A value of a setting as people write it: "128-64", "0.0001", "none". */
export function valueText(value: Value): string {
  if (value === null || (Array.isArray(value) && !value.length)) return say("sweep.none");
  if (typeof value === "boolean") return value ? say("sweep.on") : say("sweep.off");
  if (Array.isArray(value)) return value.join("-");
  return typeof value === "number" ? String(Number(value.toPrecision(6))) : value;
}

/** A difference of accuracies in percentage points, without its sign: "0.9". */
export function points(difference: number): string {
  const size = Math.abs(100 * difference);
  return fixed(size, [1, 2, 3].find((digits) => size === 0 || Number(size.toFixed(digits)) > 0) ?? 4);
}

/** The same with its sign: "+0.9". */
export function signed(difference: number): string {
  return `${difference > 0 ? "+" : difference < 0 ? "−" : "±"}${points(difference)}`;
}

function result(sweep: Sweep): string {
  const setting = sweep.best?.setting ?? 0;
  const text = accuracy(sweep, rowOf(sweep.settings, setting));
  if (sweep.settings.values.length === 1) return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
  return say("sweep.best", { name: settingName(sweep, setting), result: text });
}

export interface Estimate {
  kind: "splits" | "folds" | "starts";
  count: number;
  mean: number | null;
  low: number | null;
  high: number | null;
  reason: Sweep["settings"]["reason"][number];
}

/** The estimate of one setting out of the columns of all. */
export function rowOf(columns: Sweep["settings"], i: number): Estimate {
  return {
    kind: columns.kind[i] ?? "splits",
    count: columns.count[i] ?? 0,
    mean: columns.mean[i] ?? null,
    low: columns.low[i] ?? null,
    high: columns.high[i] ?? null,
    reason: columns.reason[i] ?? null,
  };
}

function accuracy({ dataset }: Sweep, found: Estimate): string {
  const digits = dataset.class_names.every((name) => /^\d$/.test(name));
  const many = { count: 2 };
  const things = dataset.feature_names ? say("sample", many) : digits ? say("digit", many) : say("image", many);
  const values = { share: percent(found.mean ?? 0), things, count: found.count };
  const text =
    found.kind === "splits"
      ? say("sweep.splits", values)
      : found.kind === "folds"
        ? say("sweep.folds", values)
        : say("sweep.starts", values);
  if (found.reason !== null || found.low === null || found.high === null)
    return say("sweep.without", { result: text, reason: reasonOf(found.reason ?? "none", found.kind, found.count) });
  return say("sweep.with", { result: text, interval: range(found.low, found.high) });
}

/** "95 % interval 98.0 to 99.8 %". */
function range(low: number, high: number): string {
  return say("interval", { low: bare(percent(low)), high: percent(high) });
}

export function reasonOf(reason: NonNullable<Estimate["reason"]>, kind: Estimate["kind"], count: number): string {
  const unit =
    kind === "splits"
      ? say("sweep.unit.splits", { count })
      : kind === "folds"
        ? say("sweep.unit.folds", { count })
        : say("sweep.unit.starts", { count });
  if (reason === "one") return say("sweep.reason.one", { unit });
  if (reason === "two") return say("sweep.reason.two", { unit });
  return reason === "equal" ? say("sweep.reason.equal", { unit, count }) : say("sweep.reason.none");
}

function rivals(sweep: Sweep): string[] {
  const { setting, not_told_apart: all } = sweep.best ?? { setting: 0, not_told_apart: [] };
  const { mean } = sweep.differences;
  const count = mean.filter((each) => each === null).length;
  const others = mean.length - count;
  const equal = all.filter((each) => each !== setting);
  const n = equal.length;
  const lines = count ? [say("sweep.rivals.unpaired", { count })] : [];
  if (new Set(all.map((each) => sweep.settings.parameters[each])).size > 1)
    lines.unshift(say("sweep.smallest", { name: settingName(sweep, all[0] ?? 0) }));
  if (!others) return lines;
  lines.unshift(
    !n
      ? say("sweep.rivals.none", { count: others })
      : n === 1
        ? say("sweep.rivals.one", { name: settingName(sweep, equal[0] ?? 0) })
        : n === others
          ? say("sweep.rivals.all", { count: others })
          : say("sweep.rivals.some", { all: others, count: n }),
  );
  return lines;
}

function choice(sweep: Sweep): string[] {
  const { best } = sweep;
  const lines: string[] = [];
  if (best?.expected === null && best.chosen_among > 1)
    lines.push(say("sweep.choice.unknown", { count: best.chosen_among }));
  if (best && best.expected !== null) {
    const loss = best.claimed - best.expected;
    const values = { points: points(loss), expected: percent(best.expected), count: best.chosen_among };
    lines.push(loss < LEAST ? say("sweep.choice.free", values) : say("sweep.choice", values));
  }
  if (best?.confirmed) lines.push(say("sweep.confirmed", { result: accuracy(sweep, best.confirmed) }));
  return lines;
}

function curve(sweep: Sweep): string[] {
  const known = sweep.settings.values
    .map(([value], i) => ({ share: Number(value), mean: sweep.settings.mean[i] ?? null }))
    .filter((each): each is { share: number; mean: number } => each.mean !== null)
    .sort((a, b) => a.share - b.share);
  const [first, last] = [known[0], known.at(-1)];
  if (!first || !last || known.length === 1) return [result(sweep)];
  return [
    say("sweep.curve", {
      most: percent(last.share),
      final: percent(last.mean),
      least: percent(first.share),
      worst: percent(first.mean),
    }),
  ];
}

function luck({ settings }: Sweep, best: number): string[] {
  const lines: string[] = [];
  const [low, high] = [settings.wilson_low[best], settings.wilson_high[best]];
  if (settings.kind[best] === "starts" && typeof low === "number" && typeof high === "number") {
    const values = { holdout: settings.holdout[best] ?? 0, interval: range(low, high) };
    const own = rowOf(settings, best);
    const span = own.low === null || own.high === null ? 0 : own.high - own.low;
    const text = !span
      ? say("sweep.luck.size", values)
      : span < high - low
        ? say("sweep.luck.starts", values)
        : say("sweep.luck.both", values);
    lines.push(text);
  }
  if (settings.kind[best] === "folds") lines.push(say("sweep.luck.folds"));
  const share = settings.start_share[best];
  if (typeof share === "number") lines.push(say("sweep.luck.share", { share: certainty(share) }));
  return lines;
}

function people({ dataset, splits }: Sweep): string[] {
  const random = splits.some((split) => split === "random" || split === "folds");
  return dataset.name === "digits" && random ? [say("sweep.writers")] : [];
}

function progress({ settings, planned, environments }: Sweep): string[] {
  const done = sum(settings.points);
  const failed = sum(settings.failed);
  const lines: string[] = [];
  if (failed) lines.push(say("sweep.failed", { all: done, count: failed }));
  if (done < planned) lines.push(say("sweep.unfinished", { all: planned, count: done }));
  if (environments > 1) lines.push(say("sweep.environments", { count: environments }));
  return lines;
}
