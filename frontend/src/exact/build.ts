// From settings to an untrained network, as learning/build.py: its layers, its scaling, its initial weights.
import { fsum } from "./arithmetic.ts";
import type { Shape } from "./layers.ts";
import { countParameters, matricesOf, type Net } from "./network.ts";
import { randomStream, unitUniform, WEIGHTS } from "./random.ts";
import { type Config, type Data, sizeOf } from "./settings.ts";

const POOL = 2;
const CELLS = 9;
const LARGE = 14; // pixels: larger images are pooled after every convolution

export function shapesOf({ channels, hiddenSizes }: Config, data: Data): Shape[] {
  const shapes: Shape[] = [];
  const image = data.image ?? { channels: 1, height: 1, width: sizeOf(data) };
  let { channels: depth, height, width } = image;
  channels.forEach((units, i) => {
    const pooled = i % 2 === 1 || i === channels.length - 1 || Math.max(height, width) >= LARGE;
    const convolution = { channels: depth, height, width, pooled };
    const inputs = depth * height * width;
    const weights = depth * CELLS;
    depth = units;
    if (pooled) [height, width] = [Math.floor(height / POOL), Math.floor(width / POOL)];
    shapes.push({ inputs, units, weights, outputs: units * height * width, convolution });
  });
  let inputs = depth * height * width;
  for (const units of [...hiddenSizes, data.classNames.length]) {
    shapes.push({ inputs, units, weights: inputs, outputs: units });
    inputs = units;
  }
  const empty = shapes.find(({ outputs }) => !outputs);
  if (empty)
    throw new Error("channels: expected images that can be pooled so often, got smaller ones; try fewer layers");
  return shapes;
}

/** The scaling comes from the training rows alone. */
export function newNetwork(config: Config, data: Data, training: readonly number[]): Net {
  const shapes = shapesOf(config, data);
  const size = sizeOf(data);
  const [offset, scale] =
    config.scaling === "max"
      ? [new Float32Array(size), new Float32Array(size).fill(data.maxValue)]
      : standardScaling(data, training, size);
  const parameters = new Float32Array(countParameters(shapes));
  const uniform = unitUniform(randomStream(config.randomState, WEIGHTS).words(parameters.length));
  let at = 0;
  matricesOf(shapes, parameters).forEach((matrix, i) => {
    const { weights } = shapes[i] as Shape;
    const limit = Math.sqrt(6 / weights);
    if (i < shapes.length - 1)
      for (let j = 0; j < matrix.length; j++)
        if (j % (weights + 1) < weights) matrix[j] = (2 * (uniform[at + j] as number) - 1) * limit;
    at += matrix.length;
  });
  return { shapes, parameters, offset, scale };
}

/** Mean and standard deviation of each feature, from sums that are exact or rounded once; a constant divides by 1. */
function standardScaling({ values }: Data, training: readonly number[], size: number): [Float32Array, Float32Array] {
  const count = training.length;
  const mean = new Float64Array(size);
  const deviation = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    const column = Float64Array.from(training, (row) => values[row * size + i] as number);
    if (values instanceof Uint8Array) {
      let [total, squares] = [0, 0];
      for (const value of column) {
        total += value;
        squares += value * value;
      }
      mean[i] = total / count;
      deviation[i] = Math.sqrt(Number(BigInt(count) * BigInt(squares) - BigInt(total) ** 2n)) / count;
    } else {
      const middle = fsum(column) / count;
      mean[i] = middle;
      deviation[i] = Math.sqrt(fsum(column.map((value) => (value - middle) * (value - middle))) / count);
    }
  }
  return [Float32Array.from(mean), Float32Array.from(deviation, (value) => (value === 0 ? 1 : value))];
}
