// The network, as learning/network.py: layers one after the other, what they predict, and the gradient of the loss.
import { constant, exp, log, mean, TINY } from "./arithmetic.ts";
import { type Inputs, type Shape, type Work, workOf } from "./layers.ts";

const { fround } = Math;
const BLOCK = 4096; // samples at a time, at most
const MEMORY = 2 ** 24; // numbers in the caches of all layers, about

export interface Net {
  shapes: readonly Shape[];
  parameters: Float32Array; // all matrices end to end, changed in place by training
  offset: Float32Array; // (inputs,)
  scale: Float32Array; // (inputs,)
}

export const countParameters = (shapes: readonly Shape[]): number =>
  shapes.reduce((total, { units, weights }) => total + units * (weights + 1), 0);

export const classesOf = ({ shapes }: Net): number => shapes.at(-1)?.units ?? 0;

/** The matrices (units, weights + 1) of a flat vector, without copying. */
export function matricesOf(shapes: readonly Shape[], flat: Float32Array): Float32Array[] {
  let at = 0;
  return shapes.map(({ units, weights }) => {
    const start = at;
    at += units * (weights + 1);
    return flat.subarray(start, at);
  });
}

/** The network whose logits are these divided by the temperature. */
export function cooled(net: Net, temperature: number): Net {
  if (temperature === 1) return net;
  const parameters = net.parameters.slice();
  const last = matricesOf(net.shapes, parameters).at(-1) as Float32Array;
  const by = fround(temperature);
  for (let i = 0; i < last.length; i++) last[i] = (last[i] as number) / by;
  return { ...net, parameters };
}

/** Samples (count, inputs) as the first layer takes them: scaled, with a one at the end of each row, rounded once. */
export function inputsOf(net: Net, samples: ArrayLike<number>, count: number): Float64Array {
  const { offset, scale } = net;
  const size = offset.length;
  const scaled = new Float32Array(count * (size + 1));
  for (let row = 0, at = 0, from = 0; row < count; row++) {
    for (let i = 0; i < size; i++)
      scaled[at++] = fround((samples[from++] as number) - (offset[i] as number)) / (scale[i] as number);
    scaled[at++] = 1;
  }
  return constant(scaled);
}

/** Pieces of the samples that fit into memory, all of one size; the last may begin before the one before it ends. */
export function blocksOf(shapes: readonly Shape[], samples: number): { first: number; size: number }[] {
  const memory = shapes.reduce((total, { weights, convolution }) => {
    return total + (convolution ? (weights + 1) * convolution.height * convolution.width : 0);
  }, 0);
  const most = Math.max(1, Math.min(BLOCK, Math.floor(MEMORY / Math.max(1, memory))));
  const count = Math.ceil(samples / most);
  const size = Math.ceil(samples / Math.max(1, count));
  return Array.from({ length: count }, (_, number) => ({ first: Math.min(number * size, samples - size), size }));
}

/** One pass over a fixed number of samples. */
export interface Workspace {
  samples: number;
  works: readonly Work[];
  hidden: readonly Float32Array[]; // per hidden layer (samples, outputs + 1), a one at the end of each row
  deltas: readonly Float32Array[]; // per layer (samples, outputs)
}

export function workspace(shapes: readonly Shape[], samples: number): Workspace {
  const hidden = shapes.slice(0, -1).map(({ outputs }) => new Float32Array(samples * (outputs + 1)).fill(1));
  const deltas = shapes.map(({ outputs }) => new Float32Array(samples * outputs));
  return { samples, works: shapes.map((shape) => workOf(shape, samples)), hidden, deltas };
}

/** Fills `hidden` and probabilities (samples, classes) for inputs (samples, inputs + 1). */
export function* forward(
  net: Net,
  inputs: Float64Array,
  space: Workspace,
  probabilities: Float32Array,
): Generator<undefined> {
  const matrices = matricesOf(net.shapes, net.parameters);
  for (let i = 0; i < matrices.length; i++) {
    const below: Inputs = i
      ? { values: space.hidden[i - 1] as Float32Array, constant: false }
      : { values: inputs, constant: true };
    const out = space.hidden[i] ?? probabilities;
    const { outputs } = net.shapes[i] as Shape;
    const stride = out === probabilities ? outputs : outputs + 1;
    yield* (space.works[i] as Work).forward(matrices[i] as Float32Array, below, out, stride);
    if (out !== probabilities) for (let at = 0; at < out.length; at++) if ((out[at] as number) < 0) out[at] = 0;
  }
  softmax(probabilities, classesOf(net));
}

/** Turns each row of logits into probabilities, in place. */
export function softmax(logits: Float32Array, classes: number): void {
  for (let start = 0; start < logits.length; start += classes) {
    let top = -Infinity;
    for (let i = start; i < start + classes; i++) top = Math.max(top, logits[i] as number);
    let total = 0;
    for (let i = start; i < start + classes; i++) {
      const value = exp(fround((logits[i] as number) - top));
      logits[i] = value;
      total = i > start ? fround(total + value) : value;
    }
    for (let i = start; i < start + classes; i++) logits[i] = (logits[i] as number) / total;
  }
}

/** Makes probabilities those of their logits divided by the temperature, in place. */
export function cool(probabilities: Float32Array, temperature: number, classes: number): void {
  if (temperature === 1) return;
  for (let i = 0; i < probabilities.length; i++)
    probabilities[i] = log(Math.max(probabilities[i] as number, TINY)) / temperature;
  softmax(probabilities, classes);
}

/** Fills the gradients, one matrix per layer, of the mean cross-entropy. After `forward` on the same inputs. */
export function* backward(
  net: Net,
  inputs: Float64Array,
  space: Workspace,
  probabilities: Float32Array,
  targets: Float32Array,
  gradients: readonly Float32Array[],
): Generator<undefined> {
  const { samples, deltas, works, hidden } = space;
  const matrices = matricesOf(net.shapes, net.parameters);
  const last = deltas.at(-1) as Float32Array;
  for (let i = 0; i < last.length; i++)
    last[i] = fround((probabilities[i] as number) - (targets[i] as number)) / samples;
  for (let i = gradients.length - 1; i >= 0; i--) {
    const delta = deltas[i] as Float32Array;
    const below: Inputs = i
      ? { values: hidden[i - 1] as Float32Array, constant: false }
      : { values: inputs, constant: true };
    yield* (works[i] as Work).gradWeights(below, delta, gradients[i] as Float32Array);
    if (!i) break;
    const next = deltas[i - 1] as Float32Array;
    yield* (works[i] as Work).gradInput(matrices[i] as Float32Array, delta, next);
    masked(next, hidden[i - 1] as Float32Array, (net.shapes[i - 1] as Shape).outputs, samples);
  }
}

/** Keeps what belongs to units that answered; NaN stays. */
function masked(delta: Float32Array, hidden: Float32Array, outputs: number, samples: number): void {
  for (let sample = 0, at = 0; sample < samples; sample++)
    for (let i = 0, from = sample * (outputs + 1); i < outputs; i++, at++, from++)
      if (!((hidden[from] as number) > 0)) delta[at] = (delta[at] as number) * 0;
}

export interface Scores {
  loss: number; // mean log loss
  accuracy: number;
}

export function score(probabilities: Float32Array, labels: ArrayLike<number>, classes: number): Scores {
  const losses = new Float64Array(labels.length);
  let hits = 0;
  for (let i = 0; i < labels.length; i++) {
    losses[i] = log(Math.max(probabilities[i * classes + (labels[i] as number)] as number, TINY));
    if (best(probabilities, i, classes) === labels[i]) hits++;
  }
  return { loss: -mean(losses), accuracy: hits / labels.length };
}

/** The first of the most probable classes of a row. */
export function best(probabilities: ArrayLike<number>, row: number, classes: number): number {
  let top = 0;
  for (let i = 1; i < classes; i++)
    if ((probabilities[row * classes + i] as number) > (probabilities[row * classes + top] as number)) top = i;
  return top;
}
