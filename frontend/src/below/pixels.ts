// An image to draw over: its picture, the ghost of what was there, and above both the cells that are painted. The
// keyboard can do all of it.
import type { App } from "../panels/app.ts";
import { brushOf } from "./brush.ts";
import { button, el, imageOf, lookOf, next, say, set } from "./tools.ts";

export const MAX_CELLS = 1024;
const AT_ONCE = 256; // cells; of larger images they are made when the pointer or the keyboard comes

export interface Painter {
  box: HTMLElement;
  controls: HTMLElement;
  /** Shows the values again, as after a change of colours. */
  paint(): void;
}

/** The pixels of an image; `back` is what the button is called that takes the drawing away. */
export function pixels(
  app: Pick<App, "run" | "edited">,
  original: ArrayLike<number>,
  back = say("draw.back"),
): Painter {
  const { shape, channels, most, ink } = imageOf(app.run) as NonNullable<ReturnType<typeof imageOf>>;
  const [rows, columns] = shape;
  const size = rows * columns;
  const values = Array.from(app.edited.values ?? original);
  const written = channels === 1 && columns <= 16; // the numbers in the cells
  const picture = el("canvas", { class: "digit", width: columns, height: rows, "aria-hidden": "true" });
  const ghost = el("canvas", { class: "digit ghost", width: 3 * columns, height: 3 * rows, "aria-hidden": "true" });
  const grid = el("div", {
    class: "pixels",
    role: "group",
    "aria-label": say("draw.pixels", { rows: String(rows), columns: String(columns) }),
  });
  grid.style.setProperty("--columns", String(columns));
  const brush = brushOf(channels, most, ink);
  const cells: HTMLElement[] = [];
  let active = 0;
  const at = (i: number): number[] => Array.from({ length: channels }, (_, channel) => values[i + channel * size] ?? 0);
  const label = (i: number): void => {
    const [cell, now] = [cells[i], at(i)];
    if (!cell) return;
    if (written) cell.textContent = String(now[0]);
    cell.classList.toggle("dark", (now[0] ?? 0) > most / 2 === ink);
    const [row, column] = [Math.floor(i / columns) + 1, (i % columns) + 1].map(String);
    set(cell, "aria-label", say("draw.pixel", { value: now.join(", "), row: row ?? "", column: column ?? "" }));
  };
  const make = (until: number): void => {
    for (let i = cells.length; i < until; i++) {
      const cell = el("button", { type: "button", tabindex: i === active ? 0 : -1, "data-index": i });
      cells.push(cell);
      grid.append(cell);
      label(i);
    }
  };
  make(size > AT_ONCE ? 1 : size);
  for (const event of ["pointerenter", "focusin"]) grid.addEventListener(event, () => make(size), { once: true });

  const paint = (): void => {
    const look = lookOf(app.run);
    picture.getContext("2d")?.putImageData(look.image(values), 0, 0);
    const [was, marks] = [look.image(original).data, new ImageData(3 * columns, 3 * rows)];
    for (let i = 0; i < size; i++) {
      if (at(i).every((value, channel) => value === original[i + channel * size])) continue;
      const corner = (3 * Math.floor(i / columns) + 2) * 3 * columns + 3 * (i % columns) + 2; // beside the number
      marks.data.set(was.subarray(4 * i, 4 * i + 4), 4 * corner);
    }
    ghost.getContext("2d")?.putImageData(marks, 0, 0);
    reset.disabled = app.edited.values === null;
  };
  const put = (changed: readonly number[], amounts: (i: number) => readonly number[]): void => {
    for (const i of changed) {
      amounts(i).forEach((amount, channel) => {
        values[i + channel * size] = Math.max(0, Math.min(most, amount));
      });
      label(i);
    }
    app.edited.set(values);
    paint();
  };
  const same = (i: number): boolean => {
    const [now, wanted] = [at(i), brush.amounts()];
    return channels === 1 ? (now[0] ?? 0) >= (wanted[0] ?? 0) : now.join() === wanted.join();
  };
  const focus = (i: number): void => {
    make(size);
    set(cells[active] as HTMLElement, "tabindex", -1);
    active = i;
    set(cells[i] as HTMLElement, "tabindex", 0);
    cells[i]?.focus({ preventScroll: true });
  };
  const reset = button(back, {}, () => {
    values.forEach((_, i) => (values[i] = original[i] ?? 0));
    app.edited.set(null);
    focus(active);
    for (let i = 0; i < size; i++) label(i);
    paint();
  });
  draggable(grid, shape, {
    begin(i, erases) {
      focus(i);
      const amounts = erases || same(i) ? brush.none : brush.amounts();
      return (changed) => put(changed, () => amounts);
    },
  });
  grid.addEventListener("keydown", (event) => {
    const { index } = (event.target as HTMLElement).dataset;
    if (index === undefined) return;
    const i = Number(index);
    const target = next(event.key, event.ctrlKey, i, { columns: () => columns, count: () => size, focus });
    const step = Math.ceil(most / 16);
    const by = (change: number): void => put([i], () => at(i).map((value) => value + change));
    if (target !== null) focus(target);
    else if (event.key === "+" || event.key === "=") by(step);
    else if (event.key === "-") by(-step);
    else if (event.key === "Enter" || event.key === " ") put([i], () => (same(i) ? brush.none : brush.amounts()));
    else return;
    event.preventDefault();
  });
  paint();
  const hint = el("p", { class: "small muted" }, say("draw.hint"));
  return {
    box: el("div", { class: "big" }, picture, ghost, grid),
    controls: el("div", { class: "draw-controls" }, el("div", { class: "controls" }, brush.element, reset), hint),
    paint,
  };
}

type Stroke = (cells: readonly number[]) => void;

/** Strokes of the pointer over a grid: `begin` is given the first cell, and returns what goes on with the next ones. */
function draggable(
  grid: HTMLElement,
  [rows, columns]: readonly [number, number],
  { begin }: { begin(cell: number, erases: boolean): Stroke },
): void {
  const cellAt = ({ clientX, clientY }: PointerEvent): number | null => {
    const box = grid.getBoundingClientRect();
    const column = Math.floor((columns * (clientX - box.left)) / box.width);
    const row = Math.floor((rows * (clientY - box.top)) / box.height);
    return row >= 0 && row < rows && column >= 0 && column < columns ? row * columns + column : null;
  };
  let stroke: Stroke | null = null;
  grid.addEventListener("pointerdown", (event) => {
    const cell = cellAt(event);
    if (cell === null || event.button > 0) return;
    event.preventDefault(); // the focus is given by hand
    grid.setPointerCapture?.(event.pointerId);
    stroke = begin(cell, event.shiftKey);
    stroke([cell]);
  });
  grid.addEventListener("pointermove", (event) => {
    if (!stroke) return;
    const events = event.getCoalescedEvents?.() ?? [];
    const passed = (events.length ? events : [event]).map(cellAt).filter((cell) => cell !== null);
    if (passed.length) stroke([...new Set(passed)]);
  });
  for (const end of ["pointerup", "pointercancel"] as const)
    grid.addEventListener(end, () => {
      stroke = null;
    });
}
