// Every run of the index: search, sort, accuracies as bars. Only rows in sight exist, so long lists stay quick.

import type { IndexEntry } from "../bundle/run.ts";
import type { App } from "../panels/app.ts";
import type { Sort } from "../selection/runs.ts";
import {
  architecture,
  button,
  count,
  el,
  find,
  marks,
  panel,
  percent,
  plural,
  segmented,
  set,
  time,
  windowed,
} from "./tools.ts";

const ROW = 44;

export function runHistory(app: App): HTMLElement | null {
  const frame = { title: "Run history", files: ["index.json"], wide: "w12" };
  const { index } = app;
  if (!index && app.exported) return null;
  if (!index)
    return panel(
      frame,
      el(
        "div",
        { class: "absence" },
        el("p", {}, "No index.json beside this run, so it stands alone."),
        el("p", { class: "small muted" }, "Runs written with --output-dir have no history."),
      ),
    );
  const runs = index.index.runs;
  const accuracies = runs.map((run) => run.accuracy);
  const low = accuracies.reduce((least, each) => Math.min(least, each), 1); // 100,000 are too many arguments for min
  const start = Math.max(0, Math.min(0.9, Math.floor(10 * low) / 10));
  let sort: Sort = "newest";
  let found = runs;
  const body = el("tbody");
  const head = ["Run", "Accuracy", "", "Macro F1", "Model", "Parameters", "Created", ""].map((text) =>
    el("th", { scope: "col" }, text || el("span", { class: "visually-hidden" }, "–")),
  );
  const table = el(
    "table",
    { class: "history", "aria-rowcount": runs.length + 1 },
    el("thead", {}, el("tr", {}, ...head)),
    body,
  );
  const viewport = el("div", { class: "history-scroll", tabindex: 0, role: "region", "aria-label": "Runs" }, table);
  const summary = el("p", { class: "readout" });
  const spacer = (pixels: number): HTMLElement => {
    const cell = el("td", { colspan: 8 });
    cell.style.height = `${pixels}px`;
    return el("tr", { class: "spacer", "aria-hidden": "true", hidden: pixels === 0 }, cell);
  };
  const rows = windowed(
    viewport,
    body,
    ROW,
    (from, to) => found.slice(from, to).map((run, i) => row(app, run, from + i, start)),
    spacer,
  );
  const update = (): void => {
    found = find(runs, search.value, sort);
    viewport.scrollTop = 0;
    rows.refresh(found.length);
    set(table, "aria-rowcount", found.length + 1);
    summary.textContent =
      found.length === runs.length
        ? plural(runs.length, "run")
        : `${count(found.length)} of ${plural(runs.length, "run")}`;
  };
  const search = el("input", {
    type: "search",
    placeholder: "label, model, date …",
    "aria-label": "Search the runs",
    maxlength: 100,
  });
  search.addEventListener("input", update);
  const order = segmented<Sort>(
    "Sort",
    [
      { value: "newest", text: "Newest" },
      { value: "accuracy", text: "Accuracy" },
      { value: "macro_f1", text: "Macro F1" },
    ],
    sort,
    (value) => {
      sort = value;
      order.show(value);
      update();
    },
  );
  update();
  const reading =
    runs.length > 1
      ? `Accuracies lie between ${percent(low)} and ${percent(accuracies.reduce((most, each) => Math.max(most, each), 0))}; bars start at ${percent(start, 0)}.`
      : "Train a second run to have something to compare with.";
  return panel(
    frame,
    el("div", { class: "controls" }, search, order.element, el("span", { class: "grow" }), summary),
    viewport,
    el("p", { class: "reading" }, reading),
  );
}

function row(app: App, run: IndexEntry, position: number, start: number): HTMLElement {
  const current = run.run_id === app.run.id;
  const against = run.run_id === app.compared?.run.id;
  const bar = el("i", {});
  bar.style.width = `${Math.max(0, (100 * (run.accuracy - start)) / (1 - start))}%`;
  const open = button(
    run.label ?? run.run_id,
    { class: "run-link", "aria-current": current ? "true" : null, title: run.run_id },
    () => app.open(run.run_id),
  );
  const compare = current
    ? el("span", { class: "small muted" }, "shown")
    : button(
        against ? "Compared" : "Compare",
        {
          class: "quiet",
          "aria-pressed": String(against),
          "aria-label": `${against ? "Compared" : "Compare"} with ${run.label ?? run.run_id}`,
        },
        () => app.store.set({ compared: against ? null : run.run_id }),
      );
  return el(
    "tr",
    { class: current ? "current" : against ? "against" : "", "aria-rowindex": position + 2 },
    el(
      "th",
      { scope: "row" },
      open,
      run.run_id === app.index?.index.latest && el("span", { class: "tag" }, "latest"),
      ...marks(run),
    ),
    el("td", { class: "num" }, percent(run.accuracy)),
    el("td", { class: "bar-cell" }, el("span", { class: "track" }, bar)),
    el("td", { class: "num" }, run.macro_f1.toFixed(3)),
    el("td", {}, architecture(run.model, [...run.channels, ...run.hidden_sizes])),
    el("td", { class: "num" }, count(run.parameters)),
    el("td", { class: "muted" }, time(run.created)),
    el("td", { class: "end" }, compare),
  );
}
