// Accuracies on one line: dots, an interval, its middle. Places are percentages, so a line is as wide as its room.
import { fixed } from "../text/format.ts";
import { svg } from "../view/dom.ts";

export interface Scale {
  low: number;
  high: number;
  at(value: number): string; // "12.5%"
}

/** Round ends around all of these values. */
export function scaleOf(values: readonly number[], wanted = 5): Scale & { ticks: number[] } {
  let low = values.reduce((least, each) => Math.min(least, each), Number.POSITIVE_INFINITY);
  let high = values.reduce((most, each) => Math.max(most, each), Number.NEGATIVE_INFINITY);
  if (!Number.isFinite(low)) [low, high] = [0, 1];
  if (high - low < 1e-6) [low, high] = [low - 0.005, high + 0.005];
  const ticks = roundTicks(low, high, wanted);
  const pad = 0.03 * (high - low);
  [low, high] = [low - pad, high + pad];
  return { low, high, ticks, at: (value) => percentOf((value - low) / (high - low)) };
}

export const percentOf = (share: number): string => `${(100 * share).toFixed(2)}%`;

/** Round numbers within low..high (Heckbert 1990, “nice numbers for graph labels”). */
export function roundTicks(low: number, high: number, wanted: number): number[] {
  const rough = (high - low) / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((each) => each * power).find((each) => each >= rough * 0.999) ?? rough;
  const found: number[] = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++)
    found.push(Number((i * step).toPrecision(12)));
  return found;
}

/** As many decimals as tell these ticks apart. */
export function tickText(ticks: readonly number[]): (value: number) => string {
  const step = 100 * Math.abs((ticks[1] ?? 1) - (ticks[0] ?? 0));
  const digits = Math.max(0, Math.min(4, Math.ceil(-Math.log10(step) - 1e-9)));
  return (value) => fixed(100 * value, digits);
}

export interface Marks {
  dots?: readonly number[];
  mean: number | null;
  low: number | null;
  high: number | null;
  wide?: readonly [number, number] | null; // an interval around that one
}

/** One row: equal values are one dot whose area is their number. */
export function track(
  scale: Scale,
  { dots = [], mean, low, high, wide }: Marks,
  guides: readonly number[],
): SVGSVGElement {
  const counts = new Map<number, number>();
  for (const value of dots) counts.set(value, (counts.get(value) ?? 0) + 1);
  const line = (kind: string, from: number, to: number, y1: number, y2: number): SVGLineElement =>
    svg("line", { class: kind, x1: scale.at(from), x2: scale.at(to), y1, y2 });
  return svg(
    "svg",
    { class: "dots-line", height: 28, "aria-hidden": "true" },
    ...guides.map((each) => line(each === 0 ? "guide zero" : "guide", each, each, 0, 28)),
    wide && line("wide", wide[0], wide[1], 14, 14),
    low !== null && high !== null && line("range", low, high, 14, 14),
    ...[...counts].map(([value, n]) =>
      svg("circle", { class: "dot", cx: scale.at(value), cy: 14, r: Math.min(9, 3 * Math.sqrt(n)).toFixed(1) }),
    ),
    mean !== null && line("mean", mean, mean, 6, 22),
  );
}

/** The numbers below the rows. */
export function axis(scale: Scale, ticks: readonly number[], write: (value: number) => string): SVGSVGElement {
  return svg(
    "svg",
    { class: "dots-line", height: 20, "aria-hidden": "true" },
    ...ticks.map((tick) => svg("text", { x: scale.at(tick), y: 14, "text-anchor": "middle" }, `${write(tick)} `)),
  );
}
