// The numbers at a glance, each with what it rests on, and beside a second run with the difference to that.

import type { Metrics } from "../contract.ts";
import { lastEpoch } from "../text/facts.ts";
import { clip, count, percent, interval as range, seconds, short } from "../text/format.ts";
import { say } from "../text/language.ts";
import { footing, namesOf, points, unpairedRange } from "../text/verdicts.ts";
import { companions } from "../text/words.ts";
import { type Child, el, replace, svg, woven } from "../view/dom.ts";
import type { App } from "./app.ts";

interface Tile {
  label: string;
  value: string;
  note: string;
  delta?: Child;
  figure?: Child[] | null;
}

export function tiles(app: App): HTMLElement {
  const { summary, metrics, curve } = app.run;
  const other = app.compared?.run;
  const now = metrics.state === "ok" ? metrics.value : null;
  const was = other?.metrics.state === "ok" ? other.metrics.value : null;
  const absent = metrics.state === "damaged" ? say("tile.damaged") : say("tile.absent");
  const kind = other ? footing(app.run, other) : null;
  const [own, name] = (other ? namesOf(app.run, other) : [""]).map((each) => clip(each, 24));
  const by = (value: number, text: string, unit: string, scored: boolean, extra = ""): Child =>
    scored && kind === "other data"
      ? el("dd", { class: "delta muted" }, say("delta.data"))
      : el(
          "dd",
          { class: scored && kind === "other images" ? "delta muted" : "delta" },
          el("b", {}, text, unit),
          " ",
          ...woven(value === 0 ? say("delta.same") : value > 0 ? say("delta.more") : say("delta.less"), {
            name: el("span", { translate: "no" }, name ?? ""),
          }),
          scored && kind === "other images" && `, ${say("delta.images")}`,
          extra,
        );
  const scored = (of: (metrics: Metrics) => number, show: (value: number) => string, unit = "", extra = ""): Child => {
    if (!now || !was) return null;
    const value = of(now) - of(was);
    return by(value, show(value), unit, true, extra);
  };
  const unsure =
    other && kind === "other images" ? `; ${say("interval.of", { range: unpairedRange(app.run, other) ?? "" })}` : "";
  const time = [app.run, other].map((run) => run?.summary.timing.training_seconds ?? 0);
  const [took, before] = [time[0] ?? 0, time[1] ?? 0];
  const all: Tile[] = [
    {
      label: say("accuracy"),
      value: now ? percent(now.accuracy) : "–",
      note: now
        ? `${percent(0.95, 0)}: ${range(now.accuracy_interval.low, now.accuracy_interval.high)}, n\u00a0=\u00a0${count(summary.split.holdout)}`
        : absent,
      delta: scored(({ accuracy }) => accuracy, points, ` ${say("points")}`, unsure),
      figure: now && [
        interval(now, kind === "other data" ? null : was, own ?? "", name ?? ""),
        ...(companions(app.run) ?? []).map((text) => el("dd", { class: "note" }, text)),
      ],
    },
    {
      label: say("log.loss"),
      value: now ? short(now.log_loss) : "–",
      note: now ? say("tile.loss") : absent,
      delta: scored(
        ({ log_loss }) => log_loss,
        (value) => signed(value, rough),
      ),
    },
    {
      label: say("training.accuracy"),
      value: now ? percent(now.train_accuracy) : "–",
      note: now ? `n = ${count(summary.split.training)}` : absent,
      delta: scored(({ train_accuracy }) => train_accuracy, points, ` ${say("points")}`),
    },
    {
      label: say("parameters"),
      value: count(summary.model.parameters),
      note: say("layers", { count: summary.model.layers.length }),
      delta: other && difference(summary.model.parameters, other.summary.model.parameters, count, by),
    },
    {
      label: say("training"),
      value: took ? seconds(took) : "–",
      note: curve.state === "ok" ? say("epochs", { count: lastEpoch(app.run) }) : say("tile.epochs"),
      delta: took && before ? difference(took, Math.abs(took - before) < 0.0005 ? took : before, seconds, by) : null,
    },
  ];
  return el("dl", { class: "tiles" }, ...all.map(tile));
}

function tile({ label, value, note, delta, figure }: Tile): HTMLElement {
  return el(
    "div",
    { class: "tile" },
    el("dt", {}, label),
    el("dd", { class: "number" }, value),
    delta,
    el("dd", { class: "note" }, note),
    ...(figure ?? []),
  );
}

function difference(
  now: number,
  was: number,
  show: (value: number) => string,
  by: (value: number, text: string, unit: string, scored: boolean) => Child,
): Child {
  return by(now - was, signed(now - was, show), "", false);
}

/** Two digits, however small. */
const rough = (size: number): string => short(Number(size.toPrecision(2)));

function signed(value: number, show: (value: number) => string): string {
  return `${value > 0 ? "+" : value < 0 ? "−" : "±"}${show(Math.abs(value))}`;
}

/** The accuracy as a dot on its interval, over that of the other run; the axis ends at 100 %. */
function interval(now: Metrics, was: Metrics | null, own: string, name: string): HTMLElement {
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
  const ends = el("p", { class: "ends" }, el("span", {}, percent(start, 0)), " ", el("span", {}, percent(1)));
  const key = (look: string, text: string): HTMLElement => el("span", { class: `key ${look}`, translate: "no" }, text);
  return el(
    "dd",
    { class: "figure" },
    chart,
    ends,
    was && el("p", { class: "keys" }, key("own", own), " ", key("other", name)),
  );
}
