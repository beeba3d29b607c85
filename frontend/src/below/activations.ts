// What every layer answered to an image, as small pictures: a cell for each unit, or a map for each channel.
import type { Layer, Network } from "../bundle/run.ts";
import { forward } from "../model/network.ts";
import { count, digit, el, inkScale, mapOf, plural } from "./tools.ts";

const COLUMNS = 16; // units or channels in a row

export function activations(network: Network, values: ArrayLike<number>): HTMLElement {
  const answers = forward(network, values).slice(0, -1);
  const layers = answers.map((answer, i) => {
    const layer = network.layers[i] as Layer;
    const { cells, shape } = layer.convolution ? maps(layer, answer) : units(answer);
    const active = answer.filter((value) => value > 0).length;
    const words = layer.convolution
      ? `Layer ${i + 1}, ${plural(layer.units, "channel")}: ${count(active)} of ${count(answer.length)} pixels answer`
      : `Layer ${i + 1}, ${plural(answer.length, "unit")}: ${count(active)} answer`;
    const canvas = digit(cells, shape, Math.max(...answer, 1e-9), inkScale());
    return el("figure", { class: "lab-layer" }, canvas, el("figcaption", {}, words));
  });
  return el("div", { class: "activations" }, ...layers);
}

interface Cells {
  cells: number[];
  shape: [number, number];
}

function units(answer: ArrayLike<number>): Cells {
  const columns = Math.min(COLUMNS * 2, answer.length);
  return { cells: Array.from(answer), shape: [Math.ceil(answer.length / columns), columns] };
}

/** The maps of all channels beside each other, with a line of nothing between. */
function maps(layer: Layer, answer: ArrayLike<number>): Cells {
  const [height, width] = mapOf(layer);
  const columns = Math.min(COLUMNS, layer.units);
  const rows = Math.ceil(layer.units / columns);
  const shape: [number, number] = [rows * (height + 1) - 1, columns * (width + 1) - 1];
  const cells = new Array<number>(shape[0] * shape[1]).fill(0);
  for (let unit = 0; unit < layer.units; unit++)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const row = Math.floor(unit / columns) * (height + 1) + y;
        cells[row * shape[1] + (unit % columns) * (width + 1) + x] = answer[(unit * height + y) * width + x] ?? 0;
      }
  return { cells, shape };
}
