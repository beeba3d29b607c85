// What every layer answered to an image, as small pictures: a cell for each unit, or a map for each channel.
import type { Network } from "../bundle/run.ts";
import type { LayerShape } from "../model/layers.ts";
import { forward } from "../model/network.ts";
import type { Shape } from "../view/digit.ts";
import { digit, el, inkScale, largest, mapOf, say } from "./tools.ts";
import { mosaic } from "./weights.ts";

export const columnsOf = (units: number): number => (units <= 16 ? units : units <= 64 ? 8 : 16);

/** Activations of a dense layer as small squares, in rows of at most 16; of a convolution, one small image per unit. */
export function activations(values: ArrayLike<number>, layer?: LayerShape): HTMLCanvasElement {
  const most = largest(Array.from(values), 1e-9);
  if (layer?.convolution) {
    const sheet = mosaic(values, layer.units, mapOf(layer));
    return digit(sheet.values, sheet.shape, most, inkScale());
  }
  const columns = columnsOf(values.length);
  const rows = Math.ceil(values.length / columns);
  const canvas = digit(values, [rows, columns] as Shape, most, inkScale());
  canvas.classList.add("units-map");
  canvas.style.width = `min(100%, ${Math.min(88 / rows, 22) * columns}px)`;
  return canvas;
}

/** What the hidden layers make of it, from left to right between the picture and the answer. */
export function responses(network: Network, values: ArrayLike<number>): HTMLElement[] {
  return forward(network, values)
    .slice(0, -1)
    .map((answer, i) => {
      const active = answer.filter((value) => value > 0).length;
      const words = say("net", { layer: i + 1, active, units: answer.length });
      return el(
        "figure",
        {},
        activations(answer, network.layers[i]),
        el("figcaption", { class: "small muted" }, words),
      );
    });
}
