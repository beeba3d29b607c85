// What two runs were set to, and how well each does.
import type { App } from "../panels/app.ts";
import type { Child } from "../view/dom.ts";
import { el, keptTable, percent, interval as range, say, score, short } from "./tools.ts";
import { configDifferences } from "./verdicts.ts";

export function settingsTable(app: App, now: string, was: string): HTMLElement {
  const differences = configDifferences(app.run.summary.config, app.compared?.run.summary.config ?? new Map());
  if (!differences.length) return el("p", { class: "muted" }, say("settings.same"));
  const cell = (value: string | null): HTMLElement =>
    el("td", { class: "mono", translate: "no" }, value ?? el("span", { class: "muted" }, say("settings.unset")));
  const rows = differences.map((each) =>
    el(
      "tr",
      {},
      el("th", { scope: "row", class: "mono", translate: "no" }, ...breakable(each.key)),
      cell(each.was),
      cell(each.now),
    ),
  );
  return el(
    "div",
    { class: "table-scroll", tabindex: 0, role: "region", "aria-label": say("settings.differing") },
    el(
      "table",
      { class: "plain differing" },
      el("caption", {}, say("settings.differ", { count: differences.length })),
      el(
        "thead",
        {},
        el(
          "tr",
          {},
          el("th", { scope: "col" }, say("setting")),
          el("th", { scope: "col", translate: "no" }, was),
          el("th", { scope: "col", translate: "no" }, now),
        ),
      ),
      el("tbody", {}, ...rows),
    ),
  );
}

/** Scores and differing settings of both runs, to take along. */
export function numbersTable(app: App, now: string, was: string): HTMLElement {
  const other = app.compared?.run;
  const scores = (run: App["run"] | undefined): string[] => {
    if (run?.metrics.state !== "ok") return ["", "", "", ""];
    const { accuracy, accuracy_interval: around, macro_f1, log_loss } = run.metrics.value;
    return [percent(accuracy), range(around.low, around.high), score(macro_f1), short(log_loss)];
  };
  const names = [say("accuracy"), say("interval.head"), say("macro.f1"), say("log.loss")];
  return keptTable(say("compare.table"), () => {
    const [own, before] = [scores(app.run), scores(other)];
    const differences = configDifferences(app.run.summary.config, other?.summary.config ?? new Map());
    return {
      head: [say("compare.row"), was, now],
      rows: [
        ...names.map((name, i) => [name, before[i] ?? "", own[i] ?? ""]),
        ...differences.map((each) => [each.key, each.was ?? "", each.now ?? ""]),
      ],
    };
  });
}

/** The name of a setting, which may break between its words. */
function breakable(name: string): Child[] {
  return name.split("_").flatMap((word, i) => (i ? ["_", el("wbr"), word] : [word]));
}

export function intervals(app: App, now: string, was: string): HTMLElement {
  const row = (name: string, run: App["run"]): HTMLElement => {
    if (run.metrics.state !== "ok")
      return el(
        "tr",
        {},
        el("th", { scope: "row", translate: "no" }, name),
        el("td", { colspan: 2 }, say("settings.unread")),
      );
    const { accuracy, accuracy_interval: interval, macro_f1 } = run.metrics.value;
    return el(
      "tr",
      {},
      el("th", { scope: "row", translate: "no" }, name),
      el(
        "td",
        { class: "num" },
        percent(accuracy),
        el("span", { class: "muted small" }, ` ${range(interval.low, interval.high)}`),
      ),
      el("td", { class: "num" }, score(macro_f1)),
    );
  };
  const other = app.compared?.run;
  const table = el(
    "table",
    { class: "plain" },
    el("caption", {}, say("accuracies.table")),
    el(
      "thead",
      {},
      el(
        "tr",
        {},
        el("th", { scope: "col" }, say("run")),
        el("th", { scope: "col", class: "num" }, say("accuracy")),
        el("th", { scope: "col", class: "num" }, say("macro.f1")),
      ),
    ),
    el("tbody", {}, other ? row(was, other) : null, row(now, app.run)),
  );
  return el(
    "div",
    { class: "table-scroll", tabindex: 0, role: "region", "aria-label": say("accuracies.title") },
    table,
  );
}
