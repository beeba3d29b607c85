// This run beside another: settings, accuracies with intervals, samples that changed sides, and whether that is chance.

import type { IndexEntry, Run } from "../bundle/run.ts";
import type { App } from "../panels/app.ts";
import type { Child } from "../view/dom.ts";
import { changedSamples } from "./changed.ts";
import { differenceMatrix, moved } from "./difference.ts";
import { onTheSplitOf } from "./split.ts";
import { intervals, numbersTable, settingsTable } from "./tables.ts";
import {
  architecture,
  button,
  changes,
  clip,
  commandLine,
  short as decimal,
  el,
  footing,
  keepCharts,
  keptTable,
  lineChart,
  nameOf,
  namesOf,
  outcomes,
  panel,
  percent,
  say,
  select,
  titleOf,
  trainHere,
  unpaired,
  verdict,
} from "./tools.ts";
import { contradiction, incomparable, warning } from "./verdicts.ts";

const LISTED = 20; // runs in the short list; the others are found in the selector
const SEARCH = "search";

export function compareRuns(app: App): HTMLElement | null {
  const frame = {
    title: say("compare.title"),
    files: app.compared ? ["run_summary.json", "metrics.json", "holdout.json"] : [],
    wide: "w12",
  };
  const others = (app.index?.index.runs ?? []).filter((run) => run.run_id !== app.run.id);
  if (!app.index && !app.compared) return null;
  if (!others.length && !app.compared)
    return panel(
      frame,
      el(
        "div",
        { class: "absence" },
        el("p", {}, say("compare.none")),
        el("p", { class: "small muted" }, say("compare.train")),
      ),
    );
  const shown = others.slice(0, others.length > LISTED ? LISTED : undefined);
  const options = shown.map((run): [string, string] => [run.run_id, optionOf(run)]);
  const { compared } = app;
  const lent = compared && compared.run.id === null;
  if (compared?.run.id && !options.some(([id]) => id === compared.run.id))
    options.push([compared.run.id, titleOf(compared.run)]);
  const all = Math.max(others.length, (app.index?.count ?? 1) - 1); // with those that are not read yet, which the list of the bar can read
  if (all > LISTED) options.push([SEARCH, say("compare.search", { n: all })]);
  const picker = select(
    say("compare.with"),
    [["", lent ? titleOf(compared.run) : say("compare.nothing")], ...options],
    compared?.run.id ?? "",
    (id) => {
      if (id !== SEARCH) app.store.set({ compared: id || null });
      else {
        const input = picker.querySelector("select");
        if (input) input.value = compared?.run.id ?? "";
        app.searchCompared();
      }
    },
  );
  picker.id = "compare-picker";
  const stop = button(say("compare.stop"), { class: "quiet" }, () =>
    app.run.id === null
      ? app.follow?.(null)
      : compared?.run.id === null
        ? app.lend(null)
        : app.store.set({ compared: null }),
  );
  if (!app.compared)
    return panel(
      frame,
      app.uncompared !== null && el("p", { class: "notice warn" }, app.uncompared),
      el("div", { class: "controls" }, picker, app.uncompared !== null && stop),
      el("p", { class: "muted" }, say("compare.choose")),
    );
  return panel(frame, el("div", { class: "controls" }, picker, stop), ...body(app));
}

const optionOf = (run: IndexEntry): string =>
  `${run.label ?? run.run_id} · ${architecture(run.model, [...run.channels, ...run.hidden_sizes])} · ${percent(run.accuracy)}`;

function body(app: App): HTMLElement[] {
  const other = app.compared?.run;
  if (!other || !app.compared) return [];
  const [now, was] = namesOf(app.run, other);
  const columns = el(
    "div",
    { class: "two-columns" },
    el("div", { class: "stack" }, settingsTable(app, now, was), numbersTable(app, now, was)),
    el("div", { class: "stack" }, intervals(app, now, was), curves(app, now, was)),
  );
  const kind = footing(app.run, other);
  const warned = warning(app.run, other);
  const head = [
    warned && el("p", { class: "notice warn" }, el("b", {}, warned)),
    kind === "other images" && sentence(unpaired(app.run, other)),
  ];
  const remark = [sentence(contradiction(app.run, other)), kind === "other images" && sameSplit(app, other)];
  const problem = incomparable(app.run, other);
  if (problem) return present([...head, ...remark, el("p", { class: "reading" }, problem), columns]);
  const changed = changes(app.compared.right, outcomes(app.samples));
  return present([
    ...head,
    sentence(verdict(changed, now, was, kind === "same images")),
    ...remark,
    columns,
    differenceMatrix(app),
    el(
      "div",
      { class: "two-columns" },
      changedSamples(app, say("compare.fixed"), changed.fixed, "fixed"),
      changedSamples(app, say("compare.broken"), changed.broken, "broken"),
    ),
    movedTable(app, now, was),
  ]);
}

const present = (parts: Child[]): HTMLElement[] => parts.filter((part) => part instanceof HTMLElement);

const sentence = (text: string | null): HTMLElement | null =>
  text === null ? null : el("p", { class: "sentence" }, text);

/** The command that tests the settings of this run on the images of the other. */
function sameSplit(app: App, other: Run): HTMLElement | null {
  const recorded = onTheSplitOf(other.summary.config, app.run.summary);
  if (recorded === null) return null;
  const command = trainHere(recorded, location);
  return el(
    "div",
    { class: "replay" },
    el("p", {}, say("compare.split")),
    commandLine(command, say("compare.split.copy")),
  );
}

/** Every sample that got another label. */
function movedTable(app: App, now: string, was: string): HTMLElement | null {
  const all = moved(app);
  if (!all.length) return null;
  const name = (label: number): string => nameOf(app.run, label);
  return keptTable(say("moved.table", { count: all.length }), () => ({
    head: [say("suspects.sample"), say("suspects.label"), was, now],
    rows: all.map((each) => [String(each.id), name(each.truth), name(each.was), name(each.now)]),
  }));
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
  const last = (values: readonly (number | null)[]): string => {
    const value = values.findLast((each) => each !== null);
    return typeof value === "number" ? decimal(value) : say("no.number");
  };
  const said = say("compare.losses", {
    own: last(own.value.holdout_loss),
    other: last(other.value.holdout_loss),
    now,
    was,
  });
  chart.draw({
    lines: [
      { label: clip(now, 14), values: own.value.holdout_loss, look: "main" },
      { label: clip(was, 14), values: other.value.holdout_loss, look: "other-main" },
    ],
    log: true,
    zero: false,
    format: decimal,
    marked: null,
    name: said,
  });
  const figure = el(
    "figure",
    {},
    el("h4", {}, say("curve.loss")),
    el("div", { class: "chart-box still" }, chart.element),
    el("figcaption", { class: "reading" }, said),
  );
  return keepCharts(figure);
}
