// What a single unit of a network does: what it is given, what it makes of that, and which samples excite it.
import type { Layer, Network } from "../bundle/run.ts";
import { forward } from "./network.ts";

export interface UnitAnswer {
  weights: Float32Array; // a view
  products: Float64Array | null; // weight × input, for a dense layer
  bias: number;
  sum: number; // of the products
  answer: number; // after the activation; of a convolution the largest of its map
  map: Float64Array; // all that the unit answers: one number, or its map
}

/** What one unit makes of an image. */
export function unitAnswer(network: Network, values: ArrayLike<number>, index: number, unit: number): UnitAnswer {
  const layer = network.layers[index] as Layer;
  const answers = forward(network, values);
  const input =
    answers[index - 1] ??
    Float64Array.from(network.offset, (offset, i) => ((values[i] ?? 0) - offset) / (network.scale[i] ?? 1));
  const per = layer.weights.length / layer.units;
  const weights = layer.weights.subarray(unit * per, (unit + 1) * per);
  const products = layer.convolution ? null : Float64Array.from(weights, (weight, i) => weight * (input[i] ?? 0));
  const map = answerOf(layer, answers[index] as Float64Array, unit);
  return {
    weights,
    products,
    bias: layer.bias[unit] ?? 0,
    sum: products?.reduce((total, each) => total + each, 0) ?? 0,
    answer: map.reduce((most, each) => Math.max(most, each), -Infinity),
    map,
  };
}

function answerOf({ units }: Layer, answers: Float64Array, unit: number): Float64Array {
  const each = answers.length / units;
  return answers.subarray(unit * each, (unit + 1) * each);
}

/** Multiplications of one forward pass. */
export function workOf(network: Network): number {
  return network.layers.reduce(
    (total, { weights, convolution: map }) => total + weights.length * (map ? map.height * map.width : 1),
    0,
  );
}

/** For each unit of a layer the `most` samples it answers most to, the strongest first; places in `samples`. */
export function exciting(
  network: Network,
  samples: readonly ArrayLike<number>[],
  index: number,
  most: number,
): number[][] {
  const layer = network.layers[index] as Layer;
  const upTo = { ...network, layers: network.layers.slice(0, index + 1) };
  const all = samples.map((values) => {
    const answers = forward(upTo, values)[index] as Float64Array;
    return Float64Array.from({ length: layer.units }, (_, unit) =>
      answerOf(layer, answers, unit).reduce((top, each) => Math.max(top, each), -Infinity),
    );
  });
  const places = samples.map((_, i) => i);
  return Array.from({ length: layer.units }, (_, unit) => {
    const of = (i: number): number => all[i]?.[unit] ?? 0;
    return places
      .filter((i) => of(i) > 0)
      .sort((a, b) => of(b) - of(a) || a - b)
      .slice(0, most);
  });
}
