// One row per setting: its points as dots, their mean, and the interval around it.
import { interval, percent } from "../text/format.ts";
import { say } from "../text/language.ts";
import { button, el, replace } from "../view/dom.ts";
import { panel } from "../view/panel.ts";
import { windowed } from "../view/rows.ts";
import { type App, pointsOf, ranked } from "./app.ts";
import { axis, type Scale, scaleOf, tickText, track } from "./track.ts";
import { axesName, reasonOf, rowName, rowOf } from "./words.ts";

export const [MANY, TOP] = [40, 20]; // rows: of more than so many, these come first
const ROW = 2.5; // rem, as in the style sheet
const STACKED = 4.25;

export function dotPlot(app: App): HTMLElement {
  const { sweep } = app;
  const order = ranked(sweep);
  const points = pointsOf(sweep);
  const { settings } = sweep;
  const shown = order.length > MANY ? order.slice(0, TOP) : order;
  const box = el("div", { class: "rows-box" });
  const draw = (some: readonly number[]): void => {
    const values = some.flatMap((i) => [
      ...dotsOf(app, points[i] ?? []),
      settings.low[i] ?? 1,
      settings.high[i] ?? 0,
      ...(wilson(sweep, i) ?? []),
    ]);
    const scale = scaleOf(values.filter((each, i) => each > 0 || settings.mean[i] === 0));
    const make = (i: number): HTMLElement => row(app, i, points[i] ?? [], scale);
    drawRows(box, sweep, some, make, say("sweep.axis"), axis(scale, scale.ticks, tickText(scale.ticks)));
  };
  draw(shown);
  const all = shown.length < order.length && allButton(say("dots.all", { n: order.length }), box, () => draw(order));
  const without = settings.values.length - order.length;
  return panel(
    { title: say("dots.title"), files: ["sweep.json"] },
    el("p", { class: "reading" }, legend(sweep.settings.kind[order[0] ?? 0] ?? "splits")),
    box,
    all,
    without > 0 && el("p", { class: "reading" }, say("dots.without", { n: without })),
  );
}

/** Rows with the names of the axes above and the scale below. */
export function drawRows(
  box: HTMLElement,
  sweep: App["sweep"],
  rows: readonly number[],
  make: (row: number) => HTMLElement,
  words: string,
  ticks: Element,
): void {
  replace(
    box,
    headRow(axesName(sweep)),
    rows.length > MANY ? scrolling(rows, make) : el("ul", { class: "sweep-rows" }, ...rows.map(make)),
    el("div", { class: "sweep-row foot-row", "aria-hidden": "true" }, el("span", {}, words), ticks, el("span", {})),
  );
}

/** Draws all rows in place of the first ones, which are a region of their own then: that gets the focus. */
export function allButton(words: string, box: HTMLElement, draw: () => void): HTMLElement {
  const all = button(words, { class: "quiet" }, () => {
    draw();
    box.querySelector<HTMLElement>("[tabindex]")?.focus({ preventScroll: true });
    all.remove();
  });
  return all;
}

/** What the names of the rows are of. */
export function headRow(words: string): HTMLElement | null {
  return words === ""
    ? null
    : el("div", { class: "sweep-row head-row" }, el("span", {}, words), el("span", {}), el("span", {}));
}

function legend(kind: "splits" | "folds" | "starts"): string {
  const of = kind === "splits" ? say("dots.splits") : kind === "folds" ? say("dots.folds") : say("dots.starts");
  const text = say("dots.legend", { of });
  return kind === "starts" ? `${text} ${say("dots.thin")}` : text;
}

/** The interval of a hold-out of this size, where only starts vary. */
function wilson({ settings }: App["sweep"], i: number): [number, number] | null {
  const [low, high] = [settings.wilson_low[i], settings.wilson_high[i]];
  return typeof low === "number" && typeof high === "number" ? [low, high] : null;
}

function dotsOf({ sweep }: App, points: readonly number[]): number[] {
  return points.flatMap((point) => sweep.points.accuracy[point] ?? []);
}

function row(app: App, i: number, points: readonly number[], scale: Scale & { ticks: number[] }): HTMLElement {
  const { sweep } = app;
  const { best, settings } = sweep;
  const found = rowOf(settings, i);
  const name = rowName(sweep, i);
  const text = found.low !== null && found.high !== null ? interval(found.low, found.high) : say("dots.none");
  const why = found.reason === null ? null : reasonOf(found.reason, found.kind, found.count);
  const same = best?.not_told_apart.includes(i) && i !== best.setting;
  const mark = settings.values.length < 2 ? "" : i === best?.setting ? say("dots.best") : same ? say("dots.rival") : "";
  return el(
    "li",
    {
      class: `sweep-row${i === best?.setting ? " leading" : ""}`,
      title: why ?? say("points.count", { count: points.length }),
    },
    el(
      "span",
      { class: "row-name" },
      el("span", { class: "cut", translate: "no" }, name),
      mark && el("small", {}, mark),
    ),
    track(scale, { ...found, dots: dotsOf(app, points), wide: wilson(sweep, i) }, scale.ticks),
    el(
      "span",
      { class: "row-value" },
      el("b", {}, found.mean === null ? "–" : percent(found.mean)),
      " ",
      el("small", {}, text),
    ),
  );
}

/** Hundreds of rows: only those in sight exist. */
function scrolling(order: readonly number[], make: (i: number) => HTMLElement): HTMLElement {
  const list = el("ul", { class: "sweep-rows" });
  const view = el("div", { class: "rows-scroll", tabindex: 0, role: "region", "aria-label": say("dots.scroll") }, list);
  const spacer = (pixels: number): HTMLElement => {
    const gap = el("li", { "aria-hidden": "true", hidden: pixels === 0 });
    gap.style.height = `${pixels}px`;
    return gap;
  };
  const rows = windowed(
    view,
    list,
    () => (innerWidth <= 720 ? STACKED : ROW),
    (from, to) => order.slice(from, to).map(make),
    spacer,
  );
  rows.refresh(order.length);
  queueMicrotask(() => rows.refresh(order.length));
  return view;
}
