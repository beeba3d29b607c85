// How strokes become the image that the network is asked about, step by step.
import { type Prepared, SIDE } from "../exact/strokes.ts";
import type { Stroke } from "./link.ts";
import { pathOf } from "./pad.ts";
import { digit, el, replace, say, svg } from "./tools.ts";

export interface Steps {
  element: HTMLElement;
  show(strokes: readonly Stroke[], prepared: Prepared | null): void;
}

export function steps(): Steps {
  const element = el("div", { class: "draw-steps" });
  return {
    element,
    show(strokes, prepared) {
      if (!prepared) {
        element.replaceChildren();
        return;
      }
      const upright = lines(prepared.upright);
      replace(
        element,
        step(say("strokes.yours"), lines(strokes)),
        step(say("strokes.upright"), upright),
        step(`${SIDE} × ${SIDE}, ${say("strokes.ink")}`, digit(prepared.field, [SIDE, SIDE], 1)),
        step("8 × 8", digit(prepared.image, [8, 8], 16)),
      );
    },
  };
}

const step = (name: string, picture: Element): HTMLElement => el("figure", {}, picture, el("figcaption", {}, name));

/** Strokes as lines, as large as the picture has room. */
function lines(strokes: readonly (readonly (readonly [number, number])[])[]): SVGSVGElement {
  const points = strokes.flat();
  const [left, top] = [0, 1].map((axis) => Math.min(...points.map((point) => point[axis] as number)));
  const [right, bottom] = [0, 1].map((axis) => Math.max(...points.map((point) => point[axis] as number)));
  const side = 1.25 * Math.max((right ?? 1) - (left ?? 0), (bottom ?? 1) - (top ?? 0), 1e-6);
  const start = [((left ?? 0) + (right ?? 0) - side) / 2, ((top ?? 0) + (bottom ?? 0) - side) / 2];
  const moved = strokes.map((stroke) =>
    stroke.map(([x, y]) => [(64 * (x - (start[0] ?? 0))) / side, (64 * (y - (start[1] ?? 0))) / side] as const),
  );
  return svg(
    "svg",
    { viewBox: "0 0 64 64", class: "pad-lines", "aria-hidden": "true" },
    ...moved.map((stroke) => svg("path", { d: pathOf(stroke) })),
  );
}
