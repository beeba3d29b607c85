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
  order(app: App, point: number): number;
  cell(app: App, point: number): Child;
}

const number = (value: number | null | undefined, write: (value: number) => string): string =>
  typeof value === "number" ? write(value) : "–";

const COLUMNS: readonly Column[] = [
  {
    head: () => say("setting"),
    order: ({ sweep }, point) => sweep.points.setting[point] ?? 0,
    cell: ({ sweep }, point) => el("span", { class: "cut" }, rowName(sweep, sweep.points.setting[point] ?? 0)),
  },
  {
    head: () => say("random.state"),
    order: ({ sweep }, point) => sweep.points.random_state[point] ?? 0,
    cell: ({ sweep }, point) => String(sweep.points.random_state[point] ?? "–"),
  },
  {
    head: () => say("split.state"),
    order: ({ sweep }, point) => sweep.points.split_state[point] ?? -1,
    cell: ({ sweep }, point) => number(sweep.points.split_state[point], String),
  },
  {
    head: () => say("accuracy"),
    order: ({ sweep }, point) => sweep.points.accuracy[point] ?? -1,
    cell: ({ sweep }, point) => number(sweep.points.accuracy[point], percent),
  },
  {
    head: () => say("log.loss"),
    order: ({ sweep }, point) => sweep.points.log_loss[point] ?? Number.POSITIVE_INFINITY,
    cell: ({ sweep }, point) => number(sweep.points.log_loss[point], short),
  },
  {
    head: () => say("epochs.title"),
    order: ({ sweep }, point) => sweep.points.epochs[point] ?? -1,
    cell: ({ sweep }, point) => number(sweep.points.epochs[point], count),
  },
  {
    head: () => say("time"),
    order: ({ sweep }, point) => sweep.points.seconds[point] ?? -1,
    cell: ({ sweep }, point) => number(sweep.points.seconds[point], seconds),
  },
  {
    head: () => say("run"),
    order: ({ sweep }, point) => (sweep.points.failure[point] ? -1 : sweep.points.run[point] ? 1 : 0),
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
    if (of) order.sort((a, b) => (rising ? 1 : -1) * (of(app, a) - of(app, b)) || a - b);
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
