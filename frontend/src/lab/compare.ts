// This run beside another: settings, accuracies with intervals, samples that changed sides, and whether that is chance.

import type { App } from "../panels/app.ts";
import {
  architecture,
  button,
  changes,
  configDifferences,
  short as decimal,
  digit,
  el,
  incomparable,
  lineChart,
  nameOf,
  onThemeChange,
  outcomes,
  panel,
  percent,
  plural,
  interval as range,
  select,
  shapeOf,
  showInStudio,
  titleOf,
  verdict,
  watch,
} from "./tools.ts";

const SHOWN = 24;

export function compareRuns(app: App): HTMLElement | null {
  const frame = {
    title: "Compare two runs",
    files: app.compared ? ["run_summary.json", "metrics.json", "holdout.json"] : [],
    wide: "w12",
  };
  const others = (app.index?.index.runs ?? []).filter((run) => run.run_id !== app.run.id);
  if (!app.index) return null;
  if (!others.length)
    return panel(
      frame,
      el(
        "div",
        { class: "absence" },
        el("p", {}, "There is no other run to compare with."),
        el("p", { class: "small muted" }, "Train one with another setting and it will appear here."),
      ),
    );
  const options = others
    .slice(0, 100)
    .map((run): [string, string] => [
      run.run_id,
      `${run.label ?? run.run_id} · ${architecture(run.model, [...run.channels, ...run.hidden_sizes])} · ${percent(run.accuracy)}`,
    ]);
  if (app.compared?.run.id && !options.some(([id]) => id === app.compared?.run.id))
    options.push([app.compared.run.id, titleOf(app.compared.run)]);
  const picker = select("Compare with", [["", "nothing"], ...options], app.store.selection.compared ?? "", (id) =>
    app.store.set({ compared: id || null }),
  );
  picker.id = "compare-picker";
  if (!app.compared)
    return panel(
      frame,
      el("div", { class: "controls" }, picker),
      el(
        "p",
        { class: "muted" },
        "Choose a second run: the loss curves are laid over each other, every number above gets its difference, and the samples that changed sides appear here.",
      ),
    );
  return panel(
    frame,
    el(
      "div",
      { class: "controls" },
      picker,
      button("Stop comparing", { class: "quiet" }, () => app.store.set({ compared: null })),
    ),
    ...body(app),
  );
}

function body(app: App): HTMLElement[] {
  const other = app.compared?.run;
  if (!other || !app.compared) return [];
  const [now, was] = [titleOf(app.run), titleOf(other)];
  const columns = el(
    "div",
    { class: "two-columns" },
    settingsTable(app, now, was),
    el("div", { class: "stack" }, intervals(app, now, was), curves(app, now, was)),
  );
  const problem = incomparable(app.run, other);
  if (problem) return [columns, el("p", { class: "reading" }, problem)];
  const changed = changes(app.compared.right, outcomes(app.samples));
  return [
    el("p", { class: "sentence" }, verdict(changed, now, was)),
    columns,
    el(
      "div",
      { class: "two-columns" },
      changedSamples(app, "Wrong before, right now", changed.fixed, "fixed"),
      changedSamples(app, "Right before, wrong now", changed.broken, "broken"),
    ),
  ];
}

function settingsTable(app: App, now: string, was: string): HTMLElement {
  const differences = configDifferences(app.run.summary.config, app.compared?.run.summary.config ?? new Map());
  if (!differences.length) return el("p", { class: "muted" }, "The two runs have the same settings.");
  const cell = (value: string | null): HTMLElement =>
    el("td", { class: "mono" }, value ?? el("span", { class: "muted" }, "not set"));
  const rows = differences.map((each) =>
    el("tr", {}, el("th", { scope: "row", class: "mono" }, each.key), cell(each.was), cell(each.now)),
  );
  return el(
    "div",
    { class: "table-scroll", tabindex: 0, role: "region", "aria-label": "Settings that differ" },
    el(
      "table",
      { class: "plain" },
      el("caption", {}, `${plural(differences.length, "setting differs", "settings differ")}`),
      el(
        "thead",
        {},
        el(
          "tr",
          {},
          el("th", { scope: "col" }, "Setting"),
          el("th", { scope: "col" }, was),
          el("th", { scope: "col" }, now),
        ),
      ),
      el("tbody", {}, ...rows),
    ),
  );
}

function intervals(app: App, now: string, was: string): HTMLElement {
  const row = (name: string, run: App["run"]): HTMLElement => {
    if (run.metrics.state !== "ok")
      return el("tr", {}, el("th", { scope: "row" }, name), el("td", { colspan: 2 }, "metrics not readable"));
    const { accuracy, accuracy_interval: interval, macro_f1 } = run.metrics.value;
    return el(
      "tr",
      {},
      el("th", { scope: "row" }, name),
      el(
        "td",
        { class: "num" },
        percent(accuracy),
        el("span", { class: "muted small" }, ` ${range(interval.low, interval.high)}`),
      ),
      el("td", { class: "num" }, macro_f1.toFixed(3)),
    );
  };
  const other = app.compared?.run;
  const table = el(
    "table",
    { class: "plain" },
    el("caption", {}, "Accuracy with its 95 % interval"),
    el(
      "thead",
      {},
      el(
        "tr",
        {},
        el("th", { scope: "col" }, "Run"),
        el("th", { scope: "col", class: "num" }, "Accuracy"),
        el("th", { scope: "col", class: "num" }, "Macro F1"),
      ),
    ),
    el("tbody", {}, other ? row(was, other) : null, row(now, app.run)),
  );
  return el("div", { class: "table-scroll", tabindex: 0, role: "region", "aria-label": "Accuracies" }, table);
}

/** The hold-out losses of both runs, over each other. */
function curves(app: App, now: string, was: string): HTMLElement | null {
  const [own, other] = [app.run.curve, app.compared?.run.curve];
  if (own.state !== "ok" || other?.state !== "ok" || !own.value.epochs.length) return null;
  const chart = lineChart(
    () => undefined,
    () => undefined,
    app.scope,
  );
  const short = (name: string): string => (name.length > 14 ? `${name.slice(0, 13)}…` : name);
  const last = (values: readonly (number | null)[]): string => decimal(values.findLast((value) => value !== null) ?? 0);
  const sentence = `Hold-out loss ended at ${last(own.value.holdout_loss)} for ${now} and at ${last(other.value.holdout_loss)} for ${was}.`;
  chart.draw({
    lines: [
      { label: short(now), values: own.value.holdout_loss, look: "main" },
      { label: short(was), values: other.value.holdout_loss, look: "other-main" },
    ],
    log: true,
    zero: false,
    format: decimal,
    marked: null,
    name: sentence,
  });
  return el(
    "figure",
    {},
    el("div", { class: "chart-box still" }, chart.element),
    el("figcaption", { class: "reading" }, sentence),
  );
}

function changedSamples(app: App, title: string, ids: readonly number[], outcome: "fixed" | "broken"): HTMLElement {
  const heading = el("h4", {}, `${title} (${ids.length})`);
  if (!ids.length) return el("div", { class: "changed" }, heading, el("p", { class: "small muted" }, "None."));
  const strip = el("div", { class: "strip" });
  const draw = (): void => strip.replaceChildren(...ids.slice(0, SHOWN).map((id) => tile(app, id)));
  watch(app, [], draw);
  onThemeChange(draw, app.scope);
  return el(
    "div",
    { class: "changed" },
    heading,
    strip,
    button("Show in the studio", { class: "quiet" }, () =>
      showInStudio(app, { truth: [], predicted: null, split: "all", outcome, confidence: [0, 100] }),
    ),
  );
}

function tile(app: App, id: number): HTMLElement {
  const sample = app.samples.byId.get(id);
  const before = app.compared?.samples.byId.get(id)?.guess?.label;
  const [was, now] = [before, sample?.guess?.label].map((label) =>
    label === undefined ? "?" : nameOf(app.run, label),
  );
  const words = `${was} → ${now}, sample ${id}, true ${nameOf(app.run, sample?.truth ?? 0)}: read as ${was} before, as ${now} now`;
  const result = button(null, { class: "miss-tile", "aria-label": words, title: words }, () => {
    app.store.set({ sample: id });
    showInStudio(app, {});
  });
  if (sample?.pixels) result.append(digit(sample.pixels, shapeOf(app.run), app.run.summary.dataset.max_value));
  result.append(el("span", {}, `${was} → ${now}`));
  return result;
}
