// What is said of the values per epoch.
import type { LossCurve } from "../contract.ts";
import type { Selection } from "../selection/state.ts";
import { count, divergence, percent, plural, short } from "./tools.ts";

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
  if (start === undefined || end === undefined || top === null) return divergence(curve) || "No value was recorded.";
  const watched = "it was watched, never used to choose anything.";
  const [from, to] = [measured(start, measure), measured(end, measure)];
  const whole = curve.epochs.length;
  if (values.length === 1) {
    const when = whole === 1 ? "the only epoch" : `epoch ${top}, the only one of ${count(whole)} with a value`;
    return `Hold-out ${measure} was ${to} after ${when}; ${watched} ${divergence(curve)}`.trim();
  }
  const moved = from === to ? `began and ended at ${to}` : `${end > start ? "rose" : "fell"} from ${from} to ${to}`;
  const extreme = measure === "loss" ? "lowest" : "highest";
  const best = all[top - 1] ?? null;
  const where = values.every((value) => value === end)
    ? ", the same after each"
    : best !== end
      ? `, ${extreme} (${measured(best, measure)}) at epoch ${top}`
      : top === all.findLastIndex((value) => value !== null) + 1
        ? `, ${extreme} at the end`
        : `, ${extreme} at the end and first at epoch ${top}`;
  return `Hold-out ${measure} ${moved} in ${plural(whole, "epoch")}${where}; ${watched} ${divergence(curve)}`.trim();
}
