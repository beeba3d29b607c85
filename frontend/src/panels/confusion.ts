// The confusion matrix: rows are the true classes. A cell is a filter for the studio.

import { matrixAt } from "../model/matrices.ts";
import { accuracyOf, sum } from "../model/stats.ts";
import { isWide, lastEpoch, nameOf, shapeOf } from "../text/facts.ts";
import { count, percent, plural, times } from "../text/format.ts";
import { digit } from "../view/digit.ts";
import { button, el, replace, segmented, set } from "../view/dom.ts";
import { absence, dataTable, panel } from "../view/panel.ts";
import { next } from "../view/roving.ts";
import { shade } from "../view/scale.ts";
import { type App, watch } from "./app.ts";
import { showInStudio } from "./reveal.ts";

const FILE = "metrics.json";

export function confusion(app: App): HTMLElement {
  const files = app.run.snapshots.state === "ok" ? [FILE, "epoch_snapshots.json"] : [FILE];
  const frame = { title: "Confusion matrix", files, wide: isWide(app.run) ? "w12" : "w5" };
  if (app.run.metrics.state !== "ok") return panel(frame, absence(app.run.metrics, FILE, "Confusion matrix"));
  const classes = app.run.metrics.value.labels.length;
  const grid = makeGrid(app, classes);
  const reading = el("p", { class: "reading" });
  const thumbs = el("div", { class: "thumbs" });
  const title = el("p", { class: "readout" });
  const cells = segmented(
    "Cells show",
    [
      { value: "count", text: "Counts" },
      { value: "share", text: "Row %" },
    ],
    app.store.selection.cells,
    (cells) => app.store.set({ cells }),
  );
  const diagonal = button("Diagonal", { class: "toggle" }, () =>
    app.store.set({ diagonal: !app.store.selection.diagonal }),
  );
  let pointed: [number, number] | null = null;

  const describe = (): void => {
    const at = matrixAt(app.run, app.store.selection.epoch);
    if (!at) return;
    replace(thumbs);
    if (!pointed) {
      reading.textContent = summary(app, at.matrix);
      return;
    }
    const [row, column] = pointed;
    reading.textContent = cellSentence(app, at.matrix, row, column);
    if (at.epoch !== null && app.store.selection.epoch !== null) return; // recorded predictions are the final ones
    const found = app.samples.list
      .filter((sample) => sample.truth === row && sample.guess?.label === column && sample.pixels)
      .slice(0, 6);
    for (const sample of found)
      if (sample.pixels) thumbs.append(digit(sample.pixels, shapeOf(app.run), app.run.summary.dataset.max_value));
  };
  grid.onPoint((cell) => {
    pointed = cell;
    describe();
  });
  watch(app, ["epoch", "cells", "diagonal"], (selection) => {
    const at = matrixAt(app.run, selection.epoch);
    if (!at) return;
    grid.draw(at.matrix, selection.cells, selection.diagonal);
    cells.show(selection.cells);
    set(diagonal, "aria-pressed", String(selection.diagonal));
    const { hits, n } = accuracyOf(at.matrix);
    title.textContent = `${selection.epoch === null || at.epoch === null ? "final" : `after epoch ${at.epoch}`} · ${count(hits)} of ${count(n)} right`;
    describe();
  });
  watch(app, ["truth", "predicted"], ({ truth, predicted }) =>
    grid.mark(truth.length === 1 && predicted !== null ? [truth[0] ?? 0, predicted] : null),
  );
  const table = dataTable("As a list of confusions", () => {
    const matrix = matrixAt(app.run, app.store.selection.epoch)?.matrix ?? [];
    const rows = matrix.flatMap((row, i) => row.map((n, j) => ({ i, j, n }))).filter(({ i, j, n }) => i !== j && n > 0);
    return {
      head: ["True", "Predicted", "Samples"],
      rows: rows.sort((a, b) => b.n - a.n).map(({ i, j, n }) => [nameOf(app.run, i), nameOf(app.run, j), String(n)]),
    };
  });
  const kept = app.run.snapshots.state === "ok" ? app.run.snapshots.value.epochs.length : 0;
  const partly = kept > 0 && kept < lastEpoch(app.run);
  return panel(
    frame,
    el("div", { class: "controls" }, cells.element, diagonal, el("span", { class: "grow" }), title),
    el("p", { class: "axis-note" }, el("span", {}, "true ↓"), el("span", {}, "read as →")),
    el("div", { class: isWide(app.run) ? "matrix-scroll many" : "matrix-scroll" }, grid.element),
    el("div", { class: "matrix-foot" }, reading, thumbs),
    partly &&
      el(
        "p",
        { class: "small muted" },
        `Kept after ${kept} of the ${lastEpoch(app.run)} epochs; between them, the one before is shown.`,
      ),
    table,
  );
}

interface Grid {
  element: HTMLTableElement;
  draw(matrix: number[][], cells: "count" | "share", diagonal: boolean): void;
  mark(cell: [number, number] | null): void;
  onPoint(listener: (cell: [number, number] | null) => void): void;
}

function makeGrid(app: App, classes: number): Grid {
  const tds: HTMLTableCellElement[] = [];
  const rowHeads: HTMLElement[] = [];
  const columnHeads: HTMLElement[] = [];
  const body = el("tbody");
  let listener: (cell: [number, number] | null) => void = () => undefined;
  let current = 0;
  for (let row = 0; row < classes; row++) {
    const head = el("th", { scope: "row" }, nameOf(app.run, row));
    rowHeads.push(head);
    const line = el("tr", {}, head);
    for (let column = 0; column < classes; column++) {
      const td = el("td", { tabindex: row + column ? -1 : 0, "data-cell": row * classes + column });
      tds.push(td);
      line.append(td);
    }
    body.append(line);
  }
  for (let column = 0; column < classes; column++)
    columnHeads.push(el("th", { scope: "col" }, nameOf(app.run, column)));
  const element = el(
    "table",
    { class: "matrix", role: "grid", "aria-label": "Confusion matrix, rows true, columns predicted" },
    el(
      "thead",
      {},
      el(
        "tr",
        {},
        el("td", { class: "corner" }, el("span", { class: "visually-hidden" }, "true \\ predicted")),
        ...columnHeads,
      ),
    ),
    body,
  );
  element.style.setProperty("--classes", String(classes));
  const point = (cell: number | null): void => {
    const at: [number, number] | null = cell === null ? null : [Math.floor(cell / classes), cell % classes];
    rowHeads.forEach((head, i) => head.classList.toggle("on", at?.[0] === i));
    columnHeads.forEach((head, i) => head.classList.toggle("on", at?.[1] === i));
    listener(at);
  };
  const cellOf = (event: Event): number | null => {
    const td = (event.target as Element).closest<HTMLElement>("td[data-cell]");
    return td ? Number(td.dataset.cell) : null;
  };
  const choose = (cell: number): void =>
    showInStudio(app, {
      truth: [Math.floor(cell / classes)],
      predicted: cell % classes,
      outcome: "all",
      split: "all",
      confidence: [0, 100],
    });
  element.addEventListener("pointerover", (event) => point(cellOf(event)));
  element.addEventListener("pointerleave", () => point(null));
  element.addEventListener("focusin", (event) => {
    const cell = cellOf(event);
    if (cell === null) return;
    set(tds[current] as HTMLElement, "tabindex", -1);
    current = cell;
    set(tds[current] as HTMLElement, "tabindex", 0);
    point(cell);
  });
  element.addEventListener("click", (event) => {
    const cell = cellOf(event);
    if (cell !== null) choose(cell);
  });
  element.addEventListener("keydown", (event) => {
    const cell = cellOf(event);
    if (cell === null) return;
    if (event.key === "Enter" || event.key === " ") choose(cell);
    else if (event.key === "Escape") app.store.set({ truth: [], predicted: null });
    else {
      const target = next(event.key, event.ctrlKey, cell, {
        columns: () => classes,
        count: () => classes * classes,
        focus: () => undefined,
      });
      if (target === null) return;
      tds[target]?.focus();
    }
    event.preventDefault();
  });
  return {
    element,
    onPoint: (each) => (listener = each),
    mark: (cell) =>
      tds.forEach((td, i) =>
        set(td, "aria-selected", cell !== null && i === cell[0] * classes + cell[1] ? "true" : null),
      ),
    draw(matrix, cells, diagonal) {
      const totals = matrix.map(sum);
      const most = Math.max(1, ...totals);
      tds.forEach((td, i) => {
        const [row, column] = [Math.floor(i / classes), i % classes];
        const n = matrix[row]?.[column] ?? 0;
        const hidden = row === column && !diagonal;
        const share = totals[row] ? n / (totals[row] as number) : 0;
        const step = hidden ? 0 : shade(cells === "share" ? share * most : n, most);
        td.className = `${row === column ? "hit" : "miss"} s${step}`;
        const text = hidden || !n ? "" : cells === "share" ? String(Math.round(100 * share)) : String(n);
        if (td.textContent !== text) td.textContent = text;
        set(
          td,
          "aria-label",
          `${cells === "share" ? percent(share, 0) : plural(n, "sample")}, true ${nameOf(app.run, row)}, predicted ${nameOf(app.run, column)}`,
        );
      });
    },
  };
}

function cellSentence(app: App, matrix: number[][], row: number, column: number): string {
  const n = matrix[row]?.[column] ?? 0;
  const total = sum(matrix[row] ?? []);
  const [truth, guess] = [nameOf(app.run, row), nameOf(app.run, column)];
  if (row === column)
    return `${n} of ${total} samples of ${truth} were recognised (${percent(total ? n / total : 0)}).`;
  return n ? `${n} of ${total} samples of ${truth} were taken for ${guess}.` : `No ${truth} was taken for ${guess}.`;
}

function summary(app: App, matrix: number[][]): string {
  const misses = matrix.flatMap((row, i) => row.map((n, j) => ({ i, j, n }))).filter(({ i, j, n }) => i !== j && n > 0);
  const top = misses.sort((a, b) => b.n - a.n)[0];
  if (!top) return "No sample of the hold-out was confused. Point at a cell to read it; click it to see its images.";
  const kinds = plural(misses.length, "kind of confusion", "kinds of confusion");
  return `${kinds}; the most frequent is ${nameOf(app.run, top.i)} taken for ${nameOf(app.run, top.j)} (${times(top.n)}). Click a cell to see its images.`;
}
