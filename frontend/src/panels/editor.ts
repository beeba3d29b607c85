// “What if”: change pixels of the selected sample and watch the answer move. The keyboard can do all of it.

import type { Shape } from "../view/digit.ts";
import { button, el, set } from "../view/dom.ts";
import { next } from "../view/roving.ts";

const MAX_CELLS = 1024;

/** `drawn` is what stood in it before, null for the original; `change` gets null for the original, too. */
export function pixelEditor(
  original: ArrayLike<number>,
  drawn: readonly number[] | null,
  shape: Shape,
  most: number,
  change: (values: number[] | null) => void,
): HTMLElement | null {
  if (shape[0] * shape[1] > MAX_CELLS) return null;
  const values = Array.from(drawn ?? original);
  const details = el(
    "details",
    { class: "data editor", open: drawn !== null },
    el("summary", {}, "What if it were drawn differently?"),
  );
  const grid = el("div", { class: "pixels", role: "group", "aria-label": `Pixels, ${shape[0]} by ${shape[1]}` });
  grid.style.setProperty("--columns", String(shape[1]));
  const cells = values.map((value, i) =>
    el("button", { type: "button", tabindex: i ? -1 : 0, "data-index": i }, shape[1] > 16 ? null : String(value)),
  );
  grid.append(...cells);
  let active = 0;
  const put = (i: number, value: number): void => {
    values[i] = Math.max(0, Math.min(most, value));
    label(i);
    change(values);
  };
  const label = (i: number): void => {
    const cell = cells[i] as HTMLElement;
    const value = values[i] ?? 0;
    if (shape[1] <= 16) cell.textContent = String(value);
    cell.style.setProperty("--ink-share", `${Math.round((100 * value) / most)}%`);
    cell.classList.toggle("dark", value > most / 2);
    set(cell, "aria-label", `${value}, row ${Math.floor(i / shape[1]) + 1}, column ${(i % shape[1]) + 1}`);
  };
  const focus = (i: number): void => {
    set(cells[active] as HTMLElement, "tabindex", -1);
    active = i;
    set(cells[i] as HTMLElement, "tabindex", 0);
    cells[i]?.focus();
  };
  const indexOf = (event: Event): number | null => {
    const index = (event.target as HTMLElement).dataset.index;
    return index === undefined ? null : Number(index);
  };
  const strength = el("input", { type: "number", min: 1, max: most, value: most, "aria-label": "Ink" });
  let ink: number | null = null; // what the pressed pointer draws
  grid.addEventListener("pointerdown", (event) => {
    const i = indexOf(event);
    if (i === null || event.button > 0) return;
    (event.target as Element).releasePointerCapture?.(event.pointerId);
    const wanted = Number(strength.value);
    ink = event.shiftKey || (values[i] ?? 0) >= wanted ? 0 : wanted;
    put(i, ink);
  });
  grid.addEventListener("pointerover", (event) => {
    const i = indexOf(event);
    if (i !== null && ink !== null && event.buttons) put(i, ink);
    else ink = null;
  });
  grid.addEventListener("keydown", (event) => {
    const i = indexOf(event);
    if (i === null) return;
    const target = next(event.key, event.ctrlKey, i, { columns: () => shape[1], count: () => values.length, focus });
    if (target !== null) focus(target);
    else if (event.key === "+" || event.key === "=") put(i, (values[i] ?? 0) + Math.ceil(most / 16));
    else if (event.key === "-") put(i, (values[i] ?? 0) - Math.ceil(most / 16));
    else if (event.key === "Enter" || event.key === " ")
      put(i, (values[i] ?? 0) >= Number(strength.value) ? 0 : Number(strength.value));
    else return;
    event.preventDefault();
  });
  const reset = button("Back to the sample", {}, () => {
    values.forEach((_, i) => (values[i] = original[i] ?? 0));
    values.forEach((_, i) => label(i));
    change(null);
  });
  const labelAll = (): void => values.forEach((_, i) => label(i));
  if (details.open) labelAll();
  else details.addEventListener("toggle", labelAll, { once: true });
  details.append(
    el("p", { class: "small muted" }, "Drag to draw, Shift erases. Keys: arrows, + −, Enter."),
    grid,
    el("div", { class: "controls" }, el("label", { class: "field" }, "Ink", strength), reset),
  );
  return details;
}
