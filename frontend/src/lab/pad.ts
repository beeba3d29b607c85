// The pad: strokes by mouse, touch or pen. It keeps the points; what becomes of them is the business of others.
import type { Stroke } from "./link.ts";
import { el, replace, say, svg } from "./tools.ts";

export interface Pad {
  element: HTMLElement;
  readonly strokes: readonly Stroke[];
  set(strokes: readonly Stroke[]): void;
  undo(): void;
}

const SIZE = 256; // units of a side
const NEAR = 2; // units below which a point adds nothing
const MOST = 1200; // points of a drawing

/** `drawn` follows every move, `ended` every stroke. */
export function pad(drawn: () => void, ended: () => void): Pad {
  let strokes: [number, number][][] = [];
  let active: [number, number][] | null = null;
  const lines = svg("g", {});
  const sheet = svg("svg", { viewBox: `0 0 ${SIZE} ${SIZE}`, class: "pad-lines", "aria-hidden": "true" }, lines);
  const words = say("draw.pad");
  const element = el("div", { class: "pad", role: "img", "aria-label": words }, sheet);

  const redraw = (): void => {
    replace(lines, ...strokes.map((stroke) => svg("path", { d: pathOf(stroke) })));
    drawn();
  };
  const add = (event: PointerEvent): boolean => {
    const { left, top, width, height } = element.getBoundingClientRect();
    const at = (value: number, start: number, size: number): number =>
      Math.round(Math.max(0, Math.min(SIZE - 1, (SIZE * (value - start)) / size)));
    const [x, y] = [at(event.clientX, left, width), at(event.clientY, top, height)];
    const last = active?.at(-1);
    if (!active || (last && Math.hypot(last[0] - x, last[1] - y) < NEAR)) return false;
    if (strokes.reduce((total, { length }) => total + length, 0) >= MOST) return false;
    active.push([x, y]);
    return true;
  };
  element.addEventListener("pointerdown", (event) => {
    if (event.button > 0 || active) return;
    event.preventDefault();
    element.setPointerCapture(event.pointerId);
    active = [];
    strokes.push(active);
    if (add(event)) redraw();
    else strokes.pop();
  });
  element.addEventListener("pointermove", (event) => {
    if (!active || !element.hasPointerCapture(event.pointerId)) return;
    const moves = event.getCoalescedEvents?.() ?? [];
    if ((moves.length ? moves : [event]).map(add).some(Boolean)) redraw();
  });
  const end = (): void => {
    if (!active) return;
    active = null;
    ended();
  };
  for (const name of ["pointerup", "pointercancel", "lostpointercapture"] as const) element.addEventListener(name, end);
  return {
    element,
    get strokes() {
      return strokes;
    },
    set(next) {
      strokes = next.map((stroke) => stroke.map(([x, y]) => [x, y]));
      redraw();
    },
    undo() {
      strokes.pop();
      redraw();
    },
  };
}

/** A lone point is a dot. */
export function pathOf(stroke: Stroke): string {
  return `${stroke.map(([x, y], i) => `${i ? "L" : "M"}${x} ${y}`).join("")}${stroke.length < 2 ? "h0.01" : ""}`;
}
