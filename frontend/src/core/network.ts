// The forward pass, so that the page can ask the trained network about any image.
import type { Network } from "../bundle/run.ts";

/** Activations of every layer for one image; the last are the class probabilities. */
export function forward(network: Network, pixels: ArrayLike<number>): Float64Array[] {
  let input = Float64Array.from(network.offset, (offset, i) => ((pixels[i] ?? 0) - offset) / (network.scale[i] ?? 1));
  return network.layers.map(({ units, inputs, weights, bias, activation }) => {
    const output = new Float64Array(units);
    for (let unit = 0; unit < units; unit++) {
      let total = bias[unit] ?? 0;
      for (let i = 0, at = unit * inputs; i < inputs; i++, at++) total += (weights[at] as number) * (input[i] as number);
      output[unit] = activation === "relu" ? Math.max(0, total) : total;
    }
    if (activation === "softmax") softmax(output);
    return (input = output);
  });
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
