// The numbers at a glance, each with what it rests on.

import type { Metrics } from "../contract.ts";
import { lastEpoch } from "../text/facts.ts";
import { count, percent, plural, interval as range, seconds, short } from "../text/format.ts";
import { el, replace, svg } from "../view/dom.ts";
import type { App } from "./app.ts";

interface Tile {
  label: string;
  value: string;
  note: string;
  delta?: string | null;
  figure?: Element;
}

export function tiles(app: App): HTMLElement {
  const { summary, metrics, curve } = app.run;
  const other = app.compared?.run;
  const now = metrics.state === "ok" ? metrics.value : null;
  const was = other?.metrics.state === "ok" ? other.metrics.value : null;
  const absent = metrics.state === "damaged" ? "metrics.json is damaged" : "not recorded by this run";
  const all: Tile[] = [
    {
      label: "Accuracy",
      value: now ? percent(now.accuracy) : "–",
      note: now
        ? `95 %: ${range(now.accuracy_interval.low, now.accuracy_interval.high)}, n\u00a0=\u00a0${count(summary.split.holdout)}`
        : absent,
      delta: now && was ? signed(100 * (now.accuracy - was.accuracy), (value) => `${value.toFixed(1)} points`) : null,
      ...(now ? { figure: interval(now, was) } : {}),
    },
    {
      label: "Macro F1",
      value: now ? now.macro_f1.toFixed(3) : "–",
      note: now ? "mean over the classes" : absent,
      delta: now && was ? signed(now.macro_f1 - was.macro_f1, (value) => value.toFixed(3)) : null,
    },
    { label: "Log loss", value: now ? short(now.log_loss) : "–", note: now ? "hold-out; 0 is certainty" : absent },
    {
      label: "Training accuracy",
      value: now ? percent(now.train_accuracy) : "–",
      note: now ? `n = ${count(summary.split.training)}` : absent,
    },
    {
      label: "Parameters",
      value: count(summary.model.parameters),
      note: plural(summary.model.layers.length, "layer"),
      delta: other ? signed(summary.model.parameters - other.summary.model.parameters) : null,
    },
    {
      label: "Training",
      value: summary.timing.training_seconds ? seconds(summary.timing.training_seconds) : "–",
      note: curve.state === "ok" ? plural(lastEpoch(app.run), "epoch") : "epochs not recorded",
    },
  ];
  return el("dl", { class: "tiles" }, ...all.map(tile));
}

function tile({ label, value, note, delta, figure }: Tile): HTMLElement {
  const change = delta ? el("b", { class: "delta" }, delta) : null;
  return el(
    "div",
    { class: "tile" },
    el("dt", {}, label),
    el("dd", { class: "number" }, value),
    el("dd", { class: "note" }, change, note),
    figure ? el("dd", {}, figure) : null,
  );
}

function signed(value: number, show: (value: number) => string = count): string {
  return `${value > 0 ? "+" : value < 0 ? "−" : "±"}${show(Math.abs(value))}`;
}

/** The accuracy as a dot on its interval; the axis ends at 100 %. */
function interval(now: Metrics, was: Metrics | null): SVGSVGElement {
  const low = Math.min(now.accuracy_interval.low, was?.accuracy_interval.low ?? 1);
  const start = Math.max(0, Math.floor(20 * (low - 0.01)) / 20);
  const x = (value: number): number => 2 + (196 * (value - start)) / (1 - start);
  const row = (metrics: Metrics, y: number, look: string): SVGElement =>
    svg(
      "g",
      { class: look },
      svg("line", { x1: x(metrics.accuracy_interval.low), x2: x(metrics.accuracy_interval.high), y1: y, y2: y }),
      svg("circle", { cx: x(metrics.accuracy), cy: y, r: 3.5 }),
    );
  const chart = svg("svg", { class: "interval", viewBox: `0 0 200 ${was ? 22 : 12}`, "aria-hidden": "true" });
  replace(
    chart,
    svg("line", { class: "base", x1: 2, x2: 198, y1: 6, y2: 6 }),
    row(now, 6, "own"),
    was && row(was, 16, "other"),
  );
  return chart;
}
