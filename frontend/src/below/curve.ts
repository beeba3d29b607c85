// What is said of the values per epoch.
import type { LossCurve } from "../contract.ts";
import type { Selection } from "../selection/state.ts";
import { divergence, percent, say, short } from "./tools.ts";

type Measure = Selection["measure"];

export function pair(curve: LossCurve, measure: Measure): [readonly (number | null)[], readonly (number | null)[]] {
  return measure === "loss"
    ? [curve.holdout_loss, curve.training_loss]
    : [curve.holdout_accuracy, curve.training_accuracy];
}

export function measured(value: number | null, measure: Measure): string {
  if (value === null) return "–";
  return measure === "loss" ? short(value) : percent(value);
}

/** The first epoch of the lowest loss, or of the highest accuracy. */
export function bestEpoch(curve: LossCurve, measure: Measure): number | null {
  const values = pair(curve, measure)[0];
  let found: number | null = null;
  values.forEach((value, i) => {
    const top = found === null ? null : values[found - 1];
    if (value !== null && (typeof top !== "number" || (measure === "loss" ? value < top : value > top))) found = i + 1;
  });
  return found;
}

/** What the chart of the epochs says. */
export function curveSentence(curve: LossCurve, measure: Measure): string {
  const all = pair(curve, measure)[0];
  const values = all.filter((value): value is number => value !== null);
  const [start, end, top] = [values[0], values.at(-1), bestEpoch(curve, measure)];
  if (start === undefined || end === undefined || top === null) return divergence(curve) || say("curve.none");
  const isLoss = measure === "loss";
  const said = {
    measure: isLoss ? say("curve.loss") : say("curve.accuracy"),
    extreme: isLoss ? say("curve.lowest") : say("curve.highest"),
    first: measured(start, measure),
    last: measured(end, measure),
    best: measured(all[top - 1] ?? null, measure),
    epoch: top,
    count: curve.epochs.length,
  };
  const moved = (): string =>
    said.first === said.last
      ? say("curve.same", said)
      : end > start
        ? say("curve.rose", said)
        : say("curve.fell", said);
  const where = (): string => {
    if (values.every((value) => value === end)) return say("curve.always");
    if (all[top - 1] !== end) return say("curve.top", said);
    const isLast = top === all.findLastIndex((value) => value !== null) + 1;
    return isLast ? say("curve.end", said) : say("curve.first", said);
  };
  const text =
    values.length > 1
      ? `${moved()}, ${where()}`
      : said.count === 1
        ? say("curve.only", said)
        : say("curve.single", { ...said, n: said.count });
  return `${text}; ${say("curve.watched")} ${divergence(curve)}`.trim();
}
