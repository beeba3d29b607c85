// All points as a table. Only the rows in sight exist.
import { count, percent, seconds, short } from "../text/format.ts";
import { say } from "../text/language.ts";
import { button, type Child, el, set } from "../view/dom.ts";
import { panel } from "../view/panel.ts";
import { windowed } from "../view/rows.ts";
import type { App } from "./app.ts";
import { way } from "./unstable.ts";
import { rowName } from "./words.ts";

const ROW = 2.25; // rem, as in the style sheet

interface Column {
  head(): string;
  order(points: App["sweep"]["points"], point: number): number;
  cell(app: App, point: number): Child;
}

type Numbers = "random_state" | "split_state" | "accuracy" | "log_loss" | "epochs" | "seconds";
const numberOf =
  (key: Numbers, write: (value: number) => string): Column["cell"] =>
  ({ sweep }, point) => {
    const value = sweep.points[key][point];
    return typeof value === "number" ? write(value) : "–";
  };

const COLUMNS: readonly Column[] = [
  {
    head: () => say("setting"),
    order: (points, point) => points.setting[point] ?? 0,
    cell: ({ sweep }, point) => el("span", { class: "cut" }, rowName(sweep, sweep.points.setting[point] ?? 0)),
  },
  {
    head: () => say("random.state"),
    order: (points, point) => points.random_state[point] ?? 0,
    cell: numberOf("random_state", String),
  },
  {
    head: () => say("split.state"),
    order: (points, point) => points.split_state[point] ?? -1,
    cell: numberOf("split_state", String),
  },
  {
    head: () => say("accuracy"),
    order: (points, point) => points.accuracy[point] ?? -1,
    cell: numberOf("accuracy", percent),
  },
  {
    head: () => say("log.loss"),
    order: (points, point) => points.log_loss[point] ?? Number.POSITIVE_INFINITY,
    cell: numberOf("log_loss", short),
  },
  {
    head: () => say("epochs.title"),
    order: (points, point) => points.epochs[point] ?? -1,
    cell: numberOf("epochs", count),
  },
  {
    head: () => say("time"),
    order: (points, point) => points.seconds[point] ?? -1,
    cell: numberOf("seconds", seconds),
  },
  {
    head: () => say("run"),
    order: (points, point) => (points.failure[point] ? -1 : points.run[point] ? 1 : 0),
    cell: (app, point) => app.sweep.points.failure[point] ?? way(app, point, undefined, ""),
  },
];

export function pointTable(app: App): HTMLElement {
  const total = app.sweep.points.setting.length;
  const order = Array.from({ length: total }, (_, point) => point);
  let [by, rising] = [-1, true];
  const body = el("tbody", { role: "rowgroup" });
  const heads = COLUMNS.map(({ head }, i) =>
    el(
      "th",
      { scope: "col", role: "columnheader" },
      button(head(), { class: "sort" }, () => sort(i)),
    ),
  );
  const table = el(
    "table",
    { class: "point-table", role: "table", "aria-rowcount": total + 1 },
    el("thead", { role: "rowgroup" }, el("tr", { role: "row" }, ...heads)),
    body,
  );
  const view = el(
    "div",
    { class: "points-scroll", tabindex: 0, role: "region", "aria-label": say("points.all") },
    table,
  );
  const spacer = (pixels: number): HTMLElement => {
    const cell = el("td", { colspan: COLUMNS.length });
    cell.style.height = `${pixels}px`;
    return el("tr", { class: "spacer", "aria-hidden": "true", hidden: pixels === 0 }, cell);
  };
  const rows = windowed(
    view,
    body,
    () => ROW,
    (from, to) => order.slice(from, to).map((point, i) => row(app, point, from + i)),
    spacer,
  );
  const sort = (column: number): void => {
    [by, rising] = by === column ? [by, !rising] : [column, column !== 3];
    const of = COLUMNS[by]?.order;
    if (of) order.sort((a, b) => (rising ? 1 : -1) * (of(app.sweep.points, a) - of(app.sweep.points, b)) || a - b);
    heads.forEach((head, i) => set(head, "aria-sort", i !== by ? "none" : rising ? "ascending" : "descending"));
    view.scrollTop = 0;
    rows.refresh(total);
  };
  rows.refresh(total);
  queueMicrotask(() => rows.refresh(total));
  const kept = app.sweep.points.run.filter((run) => run !== null).length;
  return panel(
    { title: say("points.title"), files: ["sweep.json"] },
    el(
      "p",
      { class: "reading" },
      kept === total ? say("points.kept", { count: total }) : say("points.some", { all: total, count: kept }),
    ),
    view,
  );
}

function row(app: App, point: number, position: number): HTMLElement {
  const failed = app.sweep.points.failure[point] ? "failed" : null;
  const cells = COLUMNS.map(({ head, cell }) =>
    el("td", { role: "cell", "data-head": head(), translate: "no" }, cell(app, point)),
  );
  return el("tr", { role: "row", "aria-rowindex": position + 2, class: failed }, ...cells);
}
