// The confusion matrix of this run less that of the other, over the samples that both held out.
import type { App } from "../panels/app.ts";
import { changedTiles } from "./changed.ts";
import {
  classesToShow,
  el,
  largest,
  matrixGrid,
  nameOf,
  namesOf,
  replace,
  say,
  sentence,
  set,
  terms,
} from "./tools.ts";

const MOST = 60; // classes: more would be a million cells

interface Moved {
  id: number;
  truth: number;
  was: number;
  now: number;
}

/** The samples that got another label. */
export function moved(app: App): Moved[] {
  const before = app.compared?.samples.byId;
  return app.samples.list.flatMap(({ id, truth, guess }) => {
    const was = before?.get(id)?.guess?.label;
    return guess && was !== undefined && was !== guess.label ? [{ id, truth, was, now: guess.label }] : [];
  });
}

export function differenceMatrix(app: App): HTMLElement | null {
  const other = app.compared?.run;
  const all = moved(app);
  if (!other || !all.length) return null;
  const names = app.run.summary.dataset.class_names;
  const cells = names.map(() => names.map(() => 0));
  const add = (row: number, column: number, n: number): void => {
    const line = cells[row];
    if (line) line[column] = (line[column] ?? 0) + n;
  };
  for (const { truth, was, now } of all) {
    add(truth, now, 1);
    add(truth, was, -1);
  }
  const sizes = cells.map((row) => row.map(Math.abs));
  const shown = shownClasses(all, sizes);
  const cut = all.some((each) => [each.truth, each.was, each.now].some((key) => !shown.includes(key)));
  const tray = el("div", { class: "changed", "aria-live": "polite" });
  const read = terms(app.run).as;
  const choose = (truth: number, predicted: number): void => {
    grid.mark([truth, predicted]);
    const of = all.filter((each) => each.truth === truth && [each.was, each.now].includes(predicted));
    const came = of.filter(({ now }) => now === predicted).length;
    const text = say("difference.cell", {
      truth: nameOf(app.run, truth),
      read,
      predicted: nameOf(app.run, predicted),
      came,
      left: of.length - came,
    });
    replace(
      tray,
      el("p", { class: "small muted" }, sentence(text)),
      changedTiles(
        app,
        of.map(({ id }) => id),
      ),
    );
  };
  const grid = matrixGrid({
    names,
    shown,
    label: say("difference.grid"),
    point: () => undefined,
    choose: ([truth, predicted]) => choose(truth, predicted),
  });
  const most = largest(sizes.flat(), 1); // of a thousand classes, too many for arguments
  grid.draw(sizes, "count", true);
  for (const cell of grid.element.querySelectorAll<HTMLElement>("td[data-cell]")) {
    const at = Number(cell.dataset.cell);
    const [row, column] = [shown[Math.floor(at / shown.length)] ?? 0, shown[at % shown.length] ?? 0];
    const value = cells[row]?.[column] ?? 0;
    const text = `${value > 0 ? "+" : "−"}${Math.abs(value)}`;
    const better = !value || value > 0 === (row === column);
    cell.className = `${better ? "hit" : "miss"} s${value ? Math.ceil((8 * Math.abs(value)) / most) : 0}`;
    cell.textContent = value ? text : "";
    set(
      cell,
      "aria-label",
      say("matrix.cell", {
        amount: value ? text : say("difference.no"),
        truth: nameOf(app.run, row),
        guess: nameOf(app.run, column),
      }),
    );
  }
  const right = (label: "was" | "now"): number => all.filter((each) => each[label] === each.truth).length;
  const [fixed, broken] = [right("now"), right("was")];
  const [now, was] = namesOf(app.run, other);
  const sum = `${fixed < broken ? "−" : "+"}${Math.abs(fixed - broken)}`;
  const said = say("difference", { was, now, fixed, broken, sum });
  return el(
    "div",
    { class: "two-columns" },
    el(
      "div",
      { class: "matrix-scroll difference", tabindex: 0, role: "region", "aria-label": say("differences") },
      grid.element,
    ),
    el(
      "div",
      { class: "stack" },
      el("p", { class: "reading" }, sentence(said)),
      el("p", { class: "small muted" }, say("difference.key")),
      cut && el("p", { class: "small muted" }, say("confusion.some", { shown: shown.length, all: names.length })),
      tray,
    ),
  );
}

/** Of many classes those in which something changed; of very many such, those with the most mistakes in it. */
function shownClasses(all: readonly Moved[], sizes: readonly (readonly number[])[]): number[] {
  const touched = new Set(all.flatMap(({ truth, was, now }) => [truth, was, now]));
  if (touched.size > MOST) return classesToShow(sizes);
  return [...sizes.keys()].filter((key) => sizes.length <= 20 || touched.has(key));
}
