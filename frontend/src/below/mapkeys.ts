// What belongs to the map: the colours of the classes with their key, and what a finger does on it.
import type { Run } from "../bundle/run.ts";
import type { Point } from "../model/around.ts";
import { button, el, nameOf, palette, say, set } from "./tools.ts";

const COLOURS = 10; // that can be told apart; with more classes every dot is grey

/** Where an arrow key leads. */
export const WAYS: Readonly<Record<string, Point>> = {
  ArrowRight: [1, 0],
  ArrowLeft: [-1, 0],
  ArrowDown: [0, 1],
  ArrowUp: [0, -1],
};

const isColoured = (run: Run): boolean => run.summary.dataset.class_names.length <= COLOURS;

/** A colour for each class, as the theme has them; one for all where they are too many. */
export function coloursOf(run: Run): string[] {
  const names = isColoured(run) ? run.summary.dataset.class_names.map((_, i) => `--class-${i}`) : ["--border"];
  return palette(...names).map((rgb) => `rgb(${rgb.join()})`);
}

/** Null where dots have no colours. */
export function keysOf(run: Run): HTMLElement | null {
  if (!isColoured(run)) return null;
  const keys = run.summary.dataset.class_names.map((_, i) => {
    const dot = el("i");
    dot.style.setProperty("background", `var(--class-${i})`);
    return el("li", { translate: "no" }, dot, nameOf(run, i));
  });
  return el("ul", { class: "map-keys", "aria-label": say("map.keys") }, ...keys);
}

/** A finger scrolls the page, unless it is to draw: there is a button for that where there is a touch screen. */
export function touch(box: HTMLElement): { element: HTMLElement; draws(event: PointerEvent): boolean } {
  const element = button(say("map.draw"), { class: "toggle touch", "aria-pressed": "false" }, () =>
    set(element, "aria-pressed", String(box.classList.toggle("drawn-on"))),
  );
  return { element, draws: ({ pointerType }) => pointerType !== "touch" || box.classList.contains("drawn-on") };
}
