// The mean against each numeric setting; the learning curve is one of these.
import type { Sweep } from "../contract.ts";
import { percent, short } from "../text/format.ts";
import { say } from "../text/language.ts";
import { el, svg } from "../view/dom.ts";
import { dataTable, panel } from "../view/panel.ts";
import type { App } from "./app.ts";
import { percentOf, scaleOf, tickText } from "./track.ts";
import { settingName } from "./words.ts";

const HEIGHT = 240;

export function axisPlots(app: App): HTMLElement[] {
  const places = app.sweep.axes.flatMap((axis, place) => {
    const values = new Set(
      app.sweep.settings.values.map((each) => each[place]).filter((each) => typeof each === "number"),
    );
    return axis.numeric && values.size > 1 ? [place] : [];
  });
  return places.map((place) => plot(app, place, places.length > 1 ? "w6" : "w12"));
}

interface Spot {
  i: number;
  x: number;
  mean: number;
  low: number | null;
  high: number | null;
}

function spots({ settings }: Sweep, place: number): Spot[] {
  return settings.values.flatMap((values, i) => {
    const [x, mean] = [values[place], settings.mean[i] ?? null];
    if (typeof x !== "number" || mean === null) return [];
    return [{ i, x, mean, low: settings.low[i] ?? null, high: settings.high[i] ?? null }];
  });
}

/** The settings that are as the best one but for this axis, in its order. */
function slice({ settings, best }: Sweep, all: readonly Spot[], place: number): Spot[] {
  const own = settings.values[best?.setting ?? 0] ?? [];
  const alike = (i: number): boolean =>
    (settings.values[i] ?? []).every((value, k) => k === place || String(value) === String(own[k]));
  return all.filter(({ i }) => alike(i)).sort((a, b) => a.x - b.x);
}

function plot(app: App, place: number, wide: string): HTMLElement {
  const { sweep } = app;
  const { name, logarithmic } = sweep.axes[place] ?? { name: "", logarithmic: false };
  const title = name.replaceAll("_", " ");
  const all = spots(sweep, place);
  const line = slice(sweep, all, place);
  const log = logarithmic && all.every(({ x }) => x > 0);
  const scaled = (x: number): number => (log ? Math.log(x) : x);
  const xs = [...new Set(all.map(({ x }) => x))].sort((a, b) => a - b);
  const [from, to] = [scaled(xs[0] ?? 0), scaled(xs.at(-1) ?? 1)];
  const across = (x: number): string => percentOf(0.02 + (0.96 * (scaled(x) - from)) / (to - from || 1));
  const vertical = scaleOf(
    [...all.map(({ mean }) => mean), ...line.flatMap(({ low, high }) => [low ?? [], high ?? []].flat())],
    4,
  );
  const y = (value: number): number =>
    HEIGHT - 26 - ((value - vertical.low) / (vertical.high - vertical.low)) * (HEIGHT - 36);
  const write = tickText(vertical.ticks);
  const chart = svg(
    "svg",
    { class: "axis-plot", height: HEIGHT, role: "img", "aria-label": highest(title, all, line) },
    ...vertical.ticks.map((tick) =>
      svg(
        "g",
        {},
        svg("line", { class: "guide", x1: 0, x2: "100%", y1: y(tick), y2: y(tick) }),
        svg("text", { x: -8, y: y(tick), dy: "0.32em", "text-anchor": "end" }, `${write(tick)} `),
      ),
    ),
    ...labelled(xs, across).map((x) =>
      svg("text", { x: across(x), y: HEIGHT - 6, "text-anchor": "middle" }, `${short(x)} `),
    ),
    ...all
      .filter((spot) => !line.includes(spot))
      .map((spot) => svg("circle", { class: "other", cx: across(spot.x), cy: y(spot.mean), r: 3 })),
    ...line.slice(1).map((spot, k) => {
      const before = line[k] as Spot;
      return svg("line", {
        class: "joint",
        x1: across(before.x),
        y1: y(before.mean),
        x2: across(spot.x),
        y2: y(spot.mean),
      });
    }),
    ...line.flatMap(({ x, mean, low, high }) => [
      low !== null &&
        high !== null &&
        svg("line", { class: "range", x1: across(x), x2: across(x), y1: y(low), y2: y(high) }),
      svg("circle", { class: "point", cx: across(x), cy: y(mean), r: 4 }),
    ]),
  );
  const others = all.length > line.length;
  return panel(
    { title: name === "train_share" ? say("axes.curve") : say("axes.title", { title }), files: ["sweep.json"], wide },
    el("p", { class: "reading" }, highest(title, all, line), others ? ` ${say("axes.line")}` : ""),
    el("div", { class: "axis-box" }, chart),
    el("p", { class: "axis-name" }, `${title}${log ? `, ${say("axes.log")}` : ""} → ${say("sweep.axis")}`),
    dataTable(say("axes.table", { title }), () => ({
      head: [title, say("setting"), say("mean"), say("interval.from"), say("interval.to")],
      rows: [...all]
        .sort((a, b) => a.x - b.x)
        .map((spot) => [
          short(spot.x),
          settingName(sweep, spot.i),
          percent(spot.mean),
          ...[spot.low, spot.high].map((end) => (end === null ? "–" : percent(end))),
        ]),
    })),
  );
}

function highest(title: string, all: readonly Spot[], line: readonly Spot[]): string {
  const top = (line.length > 1 ? line : all).reduce((best, spot) => (spot.mean > best.mean ? spot : best));
  return say("axes.highest", { title, value: short(top.x), share: percent(top.mean) });
}

/** As many values as have room: 390 pixels hold about six. */
function labelled(xs: readonly number[], across: (x: number) => string): number[] {
  let last = Number.NEGATIVE_INFINITY;
  return xs.filter((x) => {
    const at = Number.parseFloat(across(x));
    if (at - last < 13) return false;
    last = at;
    return true;
  });
}
