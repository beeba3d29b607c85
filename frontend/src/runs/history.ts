// Every run of the index: search, sort, accuracies as bars, settings as columns. Only rows in sight exist, so long lists
// stay quick.

import type { IndexEntry } from "../bundle/run.ts";
import { differing, inOrder, type Settings } from "../model/columns.ts";
import type { App } from "../panels/app.ts";
import type { Column } from "../selection/runs.ts";
import { chooser } from "./chooser.ts";
import { means } from "./means.ts";
import { noteOf } from "./note.ts";
import { olderInSelector } from "./older.ts";
import { askFor, readings } from "./reading.ts";
import { rowOf } from "./row.ts";
import { accuraciesSentence } from "./sentences.ts";
import { attempt, button, el, find, olderRuns, panel, replace, say, set, windowed } from "./tools.ts";

const ROW = 2.75; // rem
const STACKED = 5.25; // where a row is a card
const LINE = 1.25; // of a setting in it

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
  const known = readings(index);
  const settingsOf = (run: IndexEntry): Settings | undefined => known.get(run.run_id)?.settings;
  let [by, rising]: [Column | null, boolean] = ["created", false];
  let key: string | null = null; // the setting that orders the list, where no column of the index does
  let keys: readonly string[] = []; // the settings that are columns
  let found = runs;
  let [differ, compared]: [string[], string] = [[], ""]; // settings, and the list in which they were looked for
  const body = el("tbody", { role: "rowgroup" });
  const headOf = (name: string, text: string, order: () => void, own = false): HTMLElement =>
    el(
      "th",
      { scope: "col", role: "columnheader", "data-column": name, class: own ? "setting mono" : null },
      button(text, { class: "sort", translate: own ? "no" : null }, () => {
        order();
        update();
      }),
    );
  const fixedHeads = heads().map(([column, text, look]) =>
    column
      ? headOf(column, text, () => {
          [by, rising] = by === column ? [by, !rising] : [column, column === "label" || column === "model"];
          key = null;
        })
      : el("th", { scope: "col", role: "columnheader", class: look }, el("span", { class: "visually-hidden" }, text)),
  );
  let columns = fixedHeads;
  const headRow = el("tr", { role: "row" }, ...columns);
  const table = el(
    "table",
    { class: "history", role: "table", "aria-rowcount": runs.length + 1 },
    el("thead", { role: "rowgroup" }, headRow),
    body,
  );
  /** Puts heads of these settings before the last column. */
  const setColumns = (next: readonly string[]): void => {
    if (next.join() === keys.join()) return;
    keys = next;
    if (key !== null && !keys.includes(key)) [by, rising, key] = ["created", false, null];
    const own = keys.map((each) =>
      headOf(
        `setting:${each}`,
        each,
        () => {
          [key, rising] = [each, key === each ? !rising : true];
          by = null;
        },
        true,
      ),
    );
    columns = [...fixedHeads.slice(0, -1), ...own, ...fixedHeads.slice(-1)];
    replace(headRow, ...columns);
    table.classList.toggle("with-settings", keys.length > 0);
  };
  const viewport = el(
    "div",
    { class: "history-scroll", tabindex: 0, role: "region", "aria-label": say("runs.title") },
    table,
  );
  const summary = el("p", { class: "readout" });
  const partly = el("p", { class: "small muted" }, say("history.find"));
  const spacer = (pixels: number): HTMLElement => {
    const cell = el("td", { colspan: columns.length });
    cell.style.height = `${pixels}px`;
    return el("tr", { class: "spacer", "aria-hidden": "true", hidden: pixels === 0 }, cell);
  };
  const narrow = attempt(() => matchMedia("(max-width: 60em)")); // as in the style sheet
  const rows = windowed(
    viewport,
    body,
    () => (narrow?.matches ? STACKED + LINE * keys.length : ROW),
    (from, to) => {
      keepRow(body);
      return found
        .slice(from, to)
        .map((run, i) => rowOf(app, run, { position: from + i, start, keys, settings: settingsOf(run) }));
    },
    spacer,
  );
  const redraw = (): void => rows.refresh(found.length);
  narrow?.addEventListener("change", redraw);
  app.scope.addEventListener("abort", () => narrow?.removeEventListener("change", redraw));
  const update = (): void => {
    viewport.scrollTop = 0; // before anything changes, or the browser lays out the page once more
    found = find(runs, search.value, by ?? "created", by !== null && rising);
    const among = [search.value, runs.length, known.size].join();
    if (among !== compared) {
      compared = among;
      differ = differing(found.flatMap((run) => settingsOf(run) ?? []));
    }
    setColumns(menu.show(differ));
    if (key !== null) {
      const column = key;
      found = inOrder(found, (run) => settingsOf(run)?.get(column), rising);
    }
    redraw();
    const order = by ?? `setting:${key}`;
    for (const head of columns)
      if (head.dataset.column)
        set(head, "aria-sort", head.dataset.column !== order ? "none" : rising ? "ascending" : "descending");
    set(table, "aria-rowcount", (search.value ? found.length : index.count) + 1);
    accuracies = runs.map((run) => run.accuracy);
    reading.textContent = accuraciesSentence(accuracies, start);
    for (const each of [more, there]) {
      each.hidden = !index.older.length;
      each.textContent = say("older", { n: index.count - runs.length });
    }
    ask.update();
    partly.hidden = found.length <= 20;
    summary.textContent =
      found.length === index.count
        ? say("runs", { count: index.count })
        : say("runs.of", { shown: found.length, count: index.count });
  };
  /** Reads the next older runs, or all. They join those of the index, where every list of the page looks. */
  const read = async (all: boolean): Promise<void> => {
    more.disabled = there.disabled = true;
    try {
      for (let stated = index.older[0]; stated && !app.scope.aborted; stated = all ? index.older[0] : undefined) {
        const known = new Set(runs.map((run) => run.run_id));
        const next = await olderRuns(index, stated);
        if (stated !== index.older[0]) continue; // read by another list meanwhile
        for (const run of next) if (!known.has(run.run_id)) runs.push(run);
        index.older.shift();
      }
    } catch (error) {
      failed.textContent = say("older.failed", { problem: error instanceof Error ? error.message : String(error) });
    }
    more.disabled = there.disabled = false;
    const { scrollTop } = viewport;
    update();
    tell();
    viewport.scrollTop = scrollTop;
  };
  const tell = (): void => replace(groups, ...means(runs, known));
  const more = button("", { class: "quiet" }, () => void read(false));
  const there = olderInSelector(app, () => read(false));
  const menu = chooser(() => update());
  const ask = askFor(
    app,
    index,
    () => found,
    (count) => say("history.ask", { count }),
    () => {
      update();
      tell();
    },
  );
  const groups = el("div", { class: "stack" });
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
  tell();
  return panel(
    frame,
    el("div", { class: "controls" }, search, el("span", { class: "grow" }), summary),
    menu.element,
    viewport,
    el("div", { class: "controls" }, more, ask.element),
    failed,
    partly,
    reading,
    groups,
    noteOf(app),
  );
}

/** Before its rows are made anew: what has the focus hands it to the same of its row, where that is still in sight. */
function keepRow(body: HTMLElement): void {
  const element = attempt(() => document.activeElement);
  const row = element?.closest("tr");
  if (!row || !body.contains(row)) return;
  const at = [...row.querySelectorAll("button")].indexOf(element as HTMLButtonElement);
  const same = `[aria-rowindex="${row.getAttribute("aria-rowindex")}"]`;
  queueMicrotask(() => body.querySelector(same)?.querySelectorAll("button")[at]?.focus({ preventScroll: true }));
}
