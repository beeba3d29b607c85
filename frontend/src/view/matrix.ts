// A square matrix of counts as a grid of cells: shaded, reached by pointer and keyboard. Rows are the true classes.
import { largest, sum } from "../model/stats.ts";
import { bare, clip, percent } from "../text/format.ts";
import { say } from "../text/language.ts";
import { el, set } from "./dom.ts";
import { next } from "./roving.ts";
import { shade } from "./scale.ts";

const LONGEST = 24; // characters of a class name beside its row or over its column

export type Cell = [row: number, column: number];
export interface MatrixOptions {
  names: readonly string[]; // of all classes
  shown: readonly number[]; // the classes that have a row and a column
  label: string;
  totals?: boolean; // of the rows and columns, where there is room
  point(cell: Cell | null): void; // by pointer or focus
  choose(cell: Cell): void;
}
export interface Matrix {
  element: HTMLTableElement;
  draw(matrix: number[][], cells: "count" | "share", diagonal: boolean): void;
  mark(cell: Cell | null): void;
}

export function matrixGrid({ names, shown, label, totals = false, point, choose }: MatrixOptions): Matrix {
  const classes = shown.length;
  const nameOf = (label: number): string => names[label] ?? "";
  const cellAt = (index: number): Cell => [shown[Math.floor(index / classes)] ?? 0, shown[index % classes] ?? 0];
  const headsOf = (scope: "row" | "col"): HTMLElement[] =>
    shown.map(nameOf).map((name) => el("th", { scope, translate: "no", title: name }, clip(name, LONGEST)));
  const [rowHeads, columnHeads] = [headsOf("row"), headsOf("col")];
  const tds = Array.from({ length: classes * classes }, (_, i) => el("td", { tabindex: i ? -1 : 0, "data-cell": i }));
  const totalOf = (): HTMLElement => el("td", { class: "total" });
  const [rowTotals, columnTotals] = [shown.map(totalOf), shown.map(totalOf)];
  const all = (scope: "row" | null): HTMLElement | false =>
    totals && el("th", { scope, class: "total" }, say("matrix.total"));
  const rows = rowHeads.map((head, row) =>
    el("tr", {}, head, ...tds.slice(row * classes, (row + 1) * classes), totals && (rowTotals[row] ?? null)),
  );
  const corner = el("td", { class: "corner" }, el("span", { class: "visually-hidden" }, say("matrix.corner")));
  const head = el("thead", {}, el("tr", {}, corner, ...columnHeads, all(null)));
  const foot = totals && el("tfoot", {}, el("tr", {}, all("row"), ...columnTotals, totalOf()));
  const body = el("tbody", {}, ...rows);
  const element = el("table", { class: "matrix", role: "grid", "aria-label": label }, head, body, foot);
  element.style.setProperty("--classes", String(classes));
  element.classList.toggle(
    "named",
    shown.some((label) => nameOf(label).length > 3),
  );
  let current = 0; // the cell in the tab order

  const pointAt = (index: number | null): void => {
    const cell = index === null ? null : cellAt(index);
    rowHeads.forEach((each, i) => each.classList.toggle("on", cell?.[0] === shown[i]));
    columnHeads.forEach((each, i) => each.classList.toggle("on", cell?.[1] === shown[i]));
    point(cell);
  };
  const indexOf = (event: Event): number | null => {
    const td = (event.target as Element).closest<HTMLElement>("td[data-cell]");
    return td ? Number(td.dataset.cell) : null;
  };
  element.addEventListener("pointerover", (event) => pointAt(indexOf(event)));
  element.addEventListener("pointerleave", () => pointAt(null));
  element.addEventListener("focusin", (event) => {
    const index = indexOf(event);
    if (index === null) return;
    set(tds[current] as HTMLElement, "tabindex", -1);
    current = index;
    set(tds[current] as HTMLElement, "tabindex", 0);
    pointAt(index);
  });
  element.addEventListener("click", (event) => {
    const index = indexOf(event);
    if (index !== null) choose(cellAt(index));
  });
  const roving = { columns: () => classes, count: () => classes * classes, focus: () => undefined };
  element.addEventListener("keydown", (event) => {
    const index = indexOf(event);
    if (index === null) return;
    if (event.key === "Enter" || event.key === " ") choose(cellAt(index));
    else {
      const target = next(event.key, event.ctrlKey, index, roving);
      if (target === null) return;
      tds[target]?.focus();
    }
    event.preventDefault();
  });
  return {
    element,
    mark(cell) {
      tds.forEach((td, i) => {
        const [row, column] = cellAt(i);
        set(td, "aria-selected", cell && row === cell[0] && column === cell[1] ? "true" : null);
      });
    },
    draw(matrix, cells, diagonal) {
      const sums = matrix.map(sum);
      const most = largest(sums, 1);
      const widest = largest(shown.map((row) => largest(shown.map((column) => matrix[row]?.[column] ?? 0))));
      element.style.setProperty("--digits", String(cells === "share" ? 3 : String(widest).length));
      tds.forEach((td, i) => {
        const [row, column] = cellAt(i);
        const n = matrix[row]?.[column] ?? 0;
        const hidden = row === column && !diagonal;
        const share = sums[row] ? n / (sums[row] as number) : 0;
        const step = hidden ? 0 : shade(cells === "share" ? share * most : n, most);
        td.className = `${row === column ? "hit" : "miss"} s${step}`;
        const text = hidden || !n ? "" : cells === "share" ? bare(percent(share, 0)).replace(" ", "") : String(n);
        if (td.textContent !== text) td.textContent = text;
        const amount = cells === "share" ? percent(share, 0) : say("samples", { count: n });
        set(td, "aria-label", say("matrix.cell", { amount, truth: nameOf(row), guess: nameOf(column) }));
      });
      shown.forEach((label, i) => {
        (rowTotals[i] as HTMLElement).textContent = String(sums[label] ?? 0);
        (columnTotals[i] as HTMLElement).textContent = String(sum(matrix.map((row) => row[label] ?? 0)));
      });
    },
  };
}
