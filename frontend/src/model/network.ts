// The forward pass, so that the page can ask the trained network about any image.
import type { Layer, Network } from "../bundle/run.ts";
import { type Convolution, KERNEL, POOL } from "./layers.ts";

/** Activations of every layer for one image; the last are the class probabilities. */
export function forward(network: Network, pixels: ArrayLike<number>): Float64Array[] {
  let input = Float64Array.from(network.offset, (offset, i) => ((pixels[i] ?? 0) - offset) / (network.scale[i] ?? 1));
  return network.layers.map((layer) => {
    const output = layer.convolution ? convolve(layer, layer.convolution, input) : dense(layer, input);
    if (layer.activation === "softmax") softmax(output);
    else for (let i = 0; i < output.length; i++) output[i] = Math.max(0, output[i] as number);
    input = output;
    return output;
  });
}

function dense({ units, inputs, weights, bias }: Layer, input: Float64Array): Float64Array<ArrayBuffer> {
  return Float64Array.from(bias.subarray(0, units), (start, unit) => {
    let total = start;
    for (let i = 0, at = unit * inputs; i < inputs; i++, at++) total += (weights[at] as number) * (input[i] as number);
    return total;
  });
}

/** 3 × 3 weights per channel at every pixel, zeros around the image; pooled, the largest of each 2 × 2 sums. */
function convolve(
  { units, weights, bias }: Layer,
  { channels, height, width, pooled }: Convolution,
  input: Float64Array,
): Float64Array<ArrayBuffer> {
  const step = pooled ? POOL : 1;
  const [rows, columns] = [Math.floor(height / step), Math.floor(width / step)];
  const output = new Float64Array(units * rows * columns).fill(-Infinity);
  for (let unit = 0; unit < units; unit++)
    for (let y = 0; y < rows * step; y++)
      for (let x = 0; x < columns * step; x++) {
        let total = bias[unit] as number;
        for (let channel = 0; channel < channels; channel++)
          for (let cell = 0; cell < KERNEL * KERNEL; cell++) {
            const row = y + Math.floor(cell / KERNEL) - 1;
            const column = x + (cell % KERNEL) - 1;
            if (row < 0 || row >= height || column < 0 || column >= width) continue;
            total +=
              (weights[(unit * channels + channel) * KERNEL * KERNEL + cell] as number) *
              (input[(channel * height + row) * width + column] as number);
          }
        const at = (unit * rows + Math.floor(y / step)) * columns + Math.floor(x / step);
        output[at] = Math.max(output[at] as number, total);
      }
  return output;
}

export function probabilities(network: Network, pixels: ArrayLike<number>): number[] {
  return [...(forward(network, pixels).at(-1) ?? [])];
}

export function softmax(logits: Float64Array): void {
  const top = Math.max(...logits);
  let total = 0;
  for (let i = 0; i < logits.length; i++) total += logits[i] = Math.exp((logits[i] as number) - top);
  for (let i = 0; i < logits.length; i++) logits[i] = (logits[i] as number) / total;
}

export function argmax(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if ((values[i] as number) > (values[best] as number)) best = i;
  return best;
}
