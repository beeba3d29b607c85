// The confusion matrix: rows are the true classes. A cell is a filter, and unfolds a tray with its images.

import { classesToShow, matrixAt } from "../model/matrices.ts";
import { accuracyOf } from "../model/stats.ts";
import { below } from "../pages/below.ts";
import { labelOf } from "../selection/samples.ts";
import { isWide, lastEpoch, nameOf, terms } from "../text/facts.ts";
import { say } from "../text/language.ts";
import { cellSentence, matrixSentence } from "../text/sentences.ts";
import { calm } from "../view/actions.ts";
import { attempt } from "../view/attempt.ts";
import { button, el, replace, segmented, set } from "../view/dom.ts";
import { type Cell, matrixGrid } from "../view/matrix.ts";
import { absence, dataTable, panel } from "../view/panel.ts";
import { picture } from "../view/picture.ts";
import { type App, watch } from "./app.ts";
import { unfiltered } from "./current.ts";

const FILE = "metrics.json";

export function confusion(app: App): HTMLElement {
  const files = app.run.snapshots.state === "ok" ? [FILE, "epoch_snapshots.json"] : [FILE];
  const title = say("confusion");
  const frame = { title, files, wide: isWide(app.run) ? "w12" : "w5" };
  if (app.run.metrics.state !== "ok") return panel(frame, absence(app.run.metrics, FILE, title));
  const { labels: names, confusion_matrix: final } = app.run.metrics.value;
  const shown = classesToShow(final);
  const grid = matrixGrid({
    names,
    shown,
    label: say("confusion.grid"),
    totals: true,
    point(cell) {
      pointed = cell;
      describe();
    },
    choose([truth, predicted]) {
      app.store.set({ ...unfiltered(), truth: [truth], predicted });
      attempt(() => tray.scrollIntoView({ behavior: calm() ? "auto" : "smooth", block: "nearest" }));
    },
  });
  const tray = el("div", { class: "tray" });
  void below.then((from) => from?.tray(app, tray));
  const reading = el("p", { class: "reading" });
  const thumbs = el("div", { class: "thumbs" });
  const readout = el("p", { class: "readout line" });
  const cells = segmented(
    say("cells"),
    [
      { value: "count", text: say("cells.count") },
      { value: "share", text: say("cells.share") },
    ],
    app.store.selection.cells,
    (cells) => app.store.set({ cells }),
  );
  const diagonal = button(say("diagonal"), { class: "toggle" }, () =>
    app.store.set({ diagonal: !app.store.selection.diagonal }),
  );
  let pointed: Cell | null = null;

  const describe = (): void => {
    const at = matrixAt(app.run, app.store.selection.epoch);
    if (!at) return;
    replace(thumbs);
    if (!pointed) {
      reading.textContent = matrixSentence(at.matrix, names);
      return;
    }
    const [row, column] = pointed;
    reading.textContent = cellSentence(at.matrix, row, column, names);
    const { selection } = app.store;
    const then = app.shown.labels(selection);
    if (at.epoch !== null && !then) return; // only the final labels are known
    const found = app.samples.list
      .filter((sample) => sample.truth === row && labelOf(sample, then) === column && sample.values)
      .slice(0, 6);
    for (const sample of found) if (sample.values) thumbs.append(picture(app.run, sample.values));
  };
  watch(app, ["epoch", "cells", "diagonal"], (selection) => {
    const at = matrixAt(app.run, selection.epoch);
    if (!at) return;
    grid.draw(at.matrix, selection.cells, selection.diagonal);
    cells.show(selection.cells);
    set(diagonal, "aria-pressed", String(selection.diagonal));
    const { hits, n } = accuracyOf(at.matrix);
    const when =
      selection.epoch === null || at.epoch === null
        ? say("confusion.final")
        : say("confusion.epoch", { epoch: at.epoch });
    readout.textContent = `${when} · ${say("confusion.right", { hits, n })}`;
    describe();
  });
  watch(app, ["truth", "predicted"], ({ truth, predicted }) =>
    grid.mark(truth.length === 1 && predicted !== null ? [truth[0] ?? 0, predicted] : null),
  );
  const table = dataTable(say("confusion.list"), () => {
    const matrix = matrixAt(app.run, app.store.selection.epoch)?.matrix ?? [];
    const rows = matrix.flatMap((row, i) => row.map((n, j) => ({ i, j, n }))).filter(({ i, j, n }) => i !== j && n > 0);
    return {
      head: [say("true"), say("predicted"), say("samples.title")],
      rows: rows.sort((a, b) => b.n - a.n).map(({ i, j, n }) => [nameOf(app.run, i), nameOf(app.run, j), String(n)]),
    };
  });
  const kept = app.run.snapshots.state === "ok" ? app.run.snapshots.value.epochs.length : 0;
  const partly = kept > 0 && kept < lastEpoch(app.run);
  return panel(
    frame,
    el("div", { class: "controls" }, cells.element, diagonal),
    readout,
    shown.length < names.length &&
      el("p", { class: "small muted" }, say("confusion.some", { shown: shown.length, all: names.length })),
    el(
      "p",
      { class: "axis-note" },
      el("span", {}, `${say("true.word")} ↓`),
      " ",
      el("span", {}, `${terms(app.run).as} →`),
    ),
    el("div", { class: isWide(app.run) ? "matrix-scroll many" : "matrix-scroll" }, grid.element),
    tray,
    el("div", { class: "matrix-foot" }, reading, thumbs),
    partly && el("p", { class: "small muted" }, say("confusion.kept", { kept, all: lastEpoch(app.run) })),
    table,
  );
}
