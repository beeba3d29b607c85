// A run as a row of the history: a line of the table, or a card where the window is narrow.
import type { IndexEntry } from "../bundle/run.ts";
import type { Settings } from "../model/columns.ts";
import type { App } from "../panels/app.ts";
import type { Child } from "../view/dom.ts";
import { modelOf } from "./means.ts";
import { settingOf } from "./settings.ts";
import { button, count, el, marks, percent, say, score, time } from "./tools.ts";

export interface Place {
  position: number; // in the list, from 0
  start: number; // accuracy at which the bars begin
  keys: readonly string[]; // the settings that are columns
  settings: Settings | undefined; // undefined where they were not read
}

export function rowOf(app: App, run: IndexEntry, { position, start, keys, settings }: Place): HTMLElement {
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
  const written = (key: string): string => (settings ? settingOf(settings, key) : "–");
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
    ...keys.map((key) =>
      el(
        "td",
        { class: "setting mono", role: "cell", title: written(key), translate: "no" },
        el("span", { class: "of" }, `${key} `),
        written(key),
      ),
    ),
    cell("end", compare),
  );
}
