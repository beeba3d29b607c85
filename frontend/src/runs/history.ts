// Every run of the index: search, sort, accuracies as bars. Only rows in sight exist, so long lists stay quick.

import type { IndexEntry } from "../bundle/run.ts";
import { type Group, grouped, stemOf } from "../model/groups.ts";
import type { App } from "../panels/app.ts";
import type { Column } from "../selection/runs.ts";
import type { Child } from "../view/dom.ts";
import { noteOf } from "./note.ts";
import { accuraciesSentence } from "./sentences.ts";
import {
  architecture,
  attempt,
  button,
  count,
  el,
  find,
  fixed,
  keptTable,
  marks,
  olderRuns,
  panel,
  percent,
  say,
  score,
  set,
  time,
  windowed,
} from "./tools.ts";

const ROW = 2.75; // rem
const STACKED = 5.25; // where a row is a card

const heads = (): readonly (readonly [column: Column | null, name: string, look?: string])[] => [
  ["label", say("run")],
  ["accuracy", say("accuracy")],
  [null, say("history.bar"), "bar-cell"],
  ["macro_f1", say("macro.f1")],
  ["model", say("model")],
  ["parameters", say("parameters")],
  ["created", say("created")],
  [null, say("history.compare"), "end"],
];

export function runHistory(app: App): HTMLElement | null {
  const frame = { title: say("history"), files: ["index.json"], wide: "w12" };
  const { index } = app;
  if (!index && app.exported) return null;
  if (!index)
    return panel(
      frame,
      el(
        "div",
        { class: "absence" },
        el("p", {}, say("history.none")),
        el("p", { class: "small muted" }, say("history.flat")),
      ),
    );
  const runs = index.index.runs;
  let accuracies: number[] = [];
  const low = runs.reduce((least, each) => Math.min(least, each.accuracy), 1); // 100,000 are too many arguments for min
  const start = Math.max(0, Math.min(0.9, Math.floor(10 * low) / 10));
  let [by, rising]: [Column, boolean] = ["created", false];
  let found = runs;
  const body = el("tbody", { role: "rowgroup" });
  const columns = heads().map(([column, text, look]) => {
    if (!column)
      return el(
        "th",
        { scope: "col", role: "columnheader", class: look },
        el("span", { class: "visually-hidden" }, text),
      );
    const sort = button(text, { class: "sort" }, () => {
      [by, rising] = by === column ? [by, !rising] : [column, column === "label" || column === "model"];
      update();
    });
    return el("th", { scope: "col", role: "columnheader", "data-column": column }, sort);
  });
  const table = el(
    "table",
    { class: "history", role: "table", "aria-rowcount": runs.length + 1 },
    el("thead", { role: "rowgroup" }, el("tr", { role: "row" }, ...columns)),
    body,
  );
  const viewport = el(
    "div",
    { class: "history-scroll", tabindex: 0, role: "region", "aria-label": say("runs.title") },
    table,
  );
  const summary = el("p", { class: "readout" });
  const partly = el("p", { class: "small muted" }, say("history.find"));
  const spacer = (pixels: number): HTMLElement => {
    const cell = el("td", { colspan: 8 });
    cell.style.height = `${pixels}px`;
    return el("tr", { class: "spacer", "aria-hidden": "true", hidden: pixels === 0 }, cell);
  };
  const narrow = attempt(() => matchMedia("(max-width: 60em)")); // as in the style sheet
  const rows = windowed(
    viewport,
    body,
    () => (narrow?.matches ? STACKED : ROW),
    (from, to) => found.slice(from, to).map((run, i) => row(app, run, from + i, start)),
    spacer,
  );
  const redraw = (): void => rows.refresh(found.length);
  narrow?.addEventListener("change", redraw);
  app.scope.addEventListener("abort", () => narrow?.removeEventListener("change", redraw));
  const update = (): void => {
    found = find(runs, search.value, by, rising);
    viewport.scrollTop = 0;
    redraw();
    for (const head of columns)
      if (head.dataset.column)
        set(head, "aria-sort", head.dataset.column !== by ? "none" : rising ? "ascending" : "descending");
    set(table, "aria-rowcount", (search.value ? found.length : index.count) + 1);
    accuracies = runs.map((run) => run.accuracy);
    reading.textContent = accuraciesSentence(accuracies, start);
    more.hidden = !index.older.length;
    more.textContent = say("older", { n: index.count - runs.length });
    partly.hidden = found.length <= 20;
    summary.textContent =
      found.length === index.count
        ? say("runs", { count: index.count })
        : say("runs.of", { shown: found.length, count: index.count });
  };
  /** Reads the next older runs, or all. They join those of the index, where every list of the page looks. */
  const read = async (all: boolean): Promise<void> => {
    more.disabled = true;
    try {
      for (let stated = index.older[0]; stated && !app.scope.aborted; stated = all ? index.older[0] : undefined) {
        const known = new Set(runs.map((run) => run.run_id));
        const next = await olderRuns(index, stated);
        if (stated !== index.older[0]) continue; // read by another list meanwhile
        runs.push(...next.filter((run) => !known.has(run.run_id)));
        index.older.shift();
      }
    } catch (error) {
      failed.textContent = say("older.failed", { problem: error instanceof Error ? error.message : String(error) });
    }
    more.disabled = false;
    const { scrollTop } = viewport;
    update();
    viewport.scrollTop = scrollTop;
  };
  const more = button("", { class: "quiet" }, () => void read(false));
  const failed = el("p", { class: "small muted", role: "status" });
  const reading = el("p", { class: "reading" });
  const search = el("input", {
    type: "search",
    placeholder: say("selector.hint"),
    "aria-label": say("history.search"),
    maxlength: 100,
  });
  search.addEventListener("input", () => {
    update();
    if (index.older.length && !more.disabled) void read(true);
  });
  update();
  return panel(
    frame,
    el("div", { class: "controls" }, search, el("span", { class: "grow" }), summary),
    viewport,
    more,
    failed,
    partly,
    reading,
    groups(runs),
    noteOf(app),
  );
}

/** The means over runs that differ in a number at the end of their label. */
function groups(runs: readonly IndexEntry[]): HTMLElement | null {
  const real = runs.filter((run) => !run.synthetic && !run.diverged && !run.interrupted && run.label !== null);
  const values = (key: "accuracy" | "macro_f1"): Group[] =>
    grouped(real.map((run) => [`${stemOf(run.label ?? "")} · ${modelOf(run)}`, run[key]]));
  const all = values("accuracy");
  if (!all.length) return null;
  const f1 = new Map(values("macro_f1").map((each) => [each.name, each]));
  const spread = (half: number | null): string => (half === null ? "" : ` ± ${fixed(100 * half, 1)}`);
  const head = [say("groups.group"), say("groups.runs"), say("groups.accuracy"), say("groups.f1")];
  return keptTable(say("groups", { count: all.length }), () => ({
    head,
    rows: all.map((each) => {
      const own = f1.get(each.name);
      return [
        each.name,
        count(each.runs),
        `${fixed(100 * each.mean, 1)}${spread(each.half)}`,
        own ? `${score(own.mean)} ± ${score(own.half ?? 0)}` : "",
      ];
    }),
  }));
}

const modelOf = (run: IndexEntry): string => architecture(run.model, [...run.channels, ...run.hidden_sizes]);

function row(app: App, run: IndexEntry, position: number, start: number): HTMLElement {
  const current = run.run_id === app.run.id;
  const against = run.run_id === app.compared?.run.id;
  const bar = el("i", {});
  bar.style.width = `${Math.max(0, (100 * (run.accuracy - start)) / (1 - start))}%`;
  const open = button(
    run.label ?? run.run_id,
    { class: "run-link", "aria-current": current ? "true" : null, title: run.run_id, translate: "no" },
    () => app.open(run.run_id),
  );
  const compare = current
    ? el("span", { class: "small muted" }, say("history.shown"))
    : button(
        against ? say("history.compared") : say("history.compare"),
        {
          class: "quiet",
          "aria-pressed": String(against),
          "aria-label": against
            ? say("history.compared.with", { run: run.label ?? run.run_id })
            : say("history.compare.with", { run: run.label ?? run.run_id }),
        },
        () => app.store.set({ compared: against ? null : run.run_id }),
      );
  const cell = (look: string, ...children: Child[]): HTMLElement =>
    el("td", { class: look, role: "cell" }, ...children);
  return el(
    "tr",
    { class: current ? "current" : against ? "against" : "", role: "row", "aria-rowindex": position + 2 },
    el(
      "th",
      { scope: "row", role: "rowheader" },
      open,
      run.run_id === app.index?.index.latest && el("span", { class: "tag" }, say("selector.tag")),
      ...marks(run),
      run.note !== undefined && el("span", { class: "small muted", title: run.note }, ` ${run.note}`),
    ),
    cell("num", percent(run.accuracy)),
    cell("bar-cell", el("span", { class: "track" }, bar)),
    cell("num f1", score(run.macro_f1)),
    cell("model", modelOf(run)),
    cell("num parameters", count(run.parameters)),
    cell("muted created", time(run.created)),
    cell("end", compare),
  );
}
