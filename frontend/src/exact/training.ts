// The training loop, as learning/training.py, as a generator: it yields between pieces of work that take milliseconds.
import { type Pass, passes, smoothedTargets } from "./batches.ts";
import { newNetwork } from "./build.ts";
import type { Shape } from "./layers.ts";
import {
  backward,
  best,
  blocksOf,
  classesOf,
  cool,
  cooled,
  forward,
  inputsOf,
  matricesOf,
  type Net,
  type Scores,
  score,
  type Workspace,
  workspace,
} from "./network.ts";
import { optimizer } from "./optimizers.ts";
import { type Config, type Data, sizeOf } from "./settings.ts";
import { type Split, splitOf } from "./split.ts";

export interface Epoch {
  number: number; // from 1
  training: Scores;
  holdout: Scores;
  predicted: Uint16Array; // of each hold-out sample
  probabilities: Float32Array; // (hold-out samples, classes)
  net: Net; // as it predicted them
}

export interface Diverged {
  epoch: number; // the one that was undone
  reason: string;
}

export interface Trained {
  net: Net; // with a temperature, its last layer divided by that
  diverged: Diverged | null;
}

export interface Training {
  split: Split;
  /** Yields an epoch when one is done, and undefined in between. */
  steps: Generator<Epoch | undefined, Trained>;
  /** Batches that are done, and all of them. */
  progress(): { done: number; all: number };
}

/** Checks the settings and splits the data; nothing is trained before the first step. Throws Error for what cannot be. */
export function training(config: Config, data: Data): Training {
  const split = splitOf(config, data);
  const count = split.training.length;
  const batch = Math.min(config.batchSize, count) || count;
  const each = Math.ceil(count / batch);
  const state = { done: 0 };
  return {
    split,
    steps: run(config, data, split, batch, state),
    progress: () => ({ done: state.done, all: each * config.epochs }),
  };
}

function* run(
  config: Config,
  data: Data,
  split: Split,
  batch: number,
  state: { done: number },
): Generator<Epoch | undefined, Trained> {
  const net = yield* newNetwork(config, data, split.training);
  const learn = learner(config, net, split, yield* passes(config, net, data, split, batch), state);
  const look = watcher(config, net, data, split.holdout);
  let diverged: Diverged | null = null;
  for (let number = 1; number <= config.epochs && !diverged; number++) {
    const before = net.parameters.slice();
    const rate = config.learningRate * Math.max(0, 1 - config.lrDecay * (number - 1));
    const training = yield* learn(rate);
    const found = yield* look();
    diverged = divergence(number, training.loss, found.holdout.loss);
    if (diverged) net.parameters.set(before);
    else yield { number, training, ...found };
  }
  return { net: cooled(net, config.temperature), diverged };
}

function divergence(epoch: number, training: number, holdout: number): Diverged | null {
  for (const [name, loss] of [["training", training] as const, ["hold-out", holdout] as const])
    if (!Number.isFinite(loss)) return { epoch, reason: `the ${name} loss was ${Number.isNaN(loss) ? "nan" : "inf"}` };
  return null;
}

type Learn = (rate: number) => Generator<undefined, Scores>;

function learner(config: Config, net: Net, split: Split, feed: () => Pass, state: { done: number }): Learn {
  const classes = classesOf(net);
  const count = split.training.length;
  const batch = Math.min(config.batchSize, count) || count;
  const spaces = new Map<number, Workspace>();
  for (const size of [batch, count % batch]) if (size) spaces.set(size, workspace(net.shapes, size));
  const probabilities = new Float32Array(count * classes);
  const gradient = new Float32Array(net.parameters.length);
  const gradients = matricesOf(net.shapes, gradient);
  const update = optimizer(config.optimizer, net.parameters, config.momentum);
  const smooth = smoothedTargets(classes, config.labelSmoothing);
  const targets = new Float32Array(batch * classes);
  return function* learn(rate) {
    const { order, blocks } = feed();
    const labels = Array.from(order, (row) => split.labels[row] as number);
    let start = 0;
    for (const block of blocks()) {
      if (!block) {
        yield;
        continue;
      }
      const width = block.inputs.length / block.samples;
      for (let first = 0; first < block.samples; first += batch) {
        const size = Math.min(batch, block.samples - first);
        const inputs = block.inputs.subarray(first * width, (first + size) * width);
        const space = spaces.get(size) as Workspace;
        const predicted = probabilities.subarray(start * classes, (start + size) * classes);
        for (let i = 0; i < size; i++) {
          const label = labels[start + i] as number;
          targets.set(smooth.subarray(label * classes, (label + 1) * classes), i * classes);
        }
        yield* forward(net, inputs, space, predicted);
        yield* backward(net, inputs, space, predicted, targets, gradients);
        decay(net, rate, config.weightDecay);
        update(gradient, rate);
        start += size;
        state.done++;
        yield;
      }
    }
    cool(probabilities, config.temperature, classes);
    yield;
    return score(probabilities, labels, classes);
  };
}

/** Weight decay apart from the gradient; biases are not decayed. */
export function decay({ shapes, parameters }: Net, rate: number, weightDecay: number): void {
  if (!weightDecay) return;
  const kept = Math.fround(1 - Math.fround(Math.fround(rate) * Math.fround(weightDecay)));
  let at = 0;
  for (const { units, weights } of shapes)
    for (let unit = 0; unit < units; unit++, at++)
      for (let i = 0; i < weights; i++, at++) parameters[at] = (parameters[at] as number) * kept;
}

type Look = () => Generator<undefined, Omit<Epoch, "number" | "training">>;

/** Scores and labels of these samples, without changing the network. */
function watcher(config: Config, net: Net, data: Data, ids: readonly number[]): Look {
  const { ask } = asker(net, data, ids);
  const labels = ids.map((id) => data.labels[id] as number);
  const classes = classesOf(net);
  return function* look() {
    const asked = cooled(net, config.temperature);
    const probabilities = yield* ask(asked);
    const predicted = Uint16Array.from(ids, (_, row) => best(probabilities, row, classes));
    return { holdout: score(probabilities, labels, classes), predicted, probabilities, net: asked };
  };
}

/** What networks of this shape say of these samples, (samples, classes); the samples are scaled once. */
export function asker(
  net: Net,
  data: Data,
  ids: readonly number[],
): { ask(asked: Net): Generator<undefined, Float32Array> } {
  const size = sizeOf(data);
  const classes = classesOf(net);
  const rows = (first: number, count: number): Float32Array => {
    const found = new Float32Array(count * size);
    for (let i = 0; i < count; i++) {
      const id = ids[first + i] as number;
      found.set(data.values.subarray(id * size, (id + 1) * size), i * size);
    }
    return found;
  };
  const blocks = blocksOf(net.shapes, ids.length);
  const inputs: Float64Array[] = [];
  const space = workspace(net.shapes, blocks[0]?.size ?? 0);
  return {
    *ask(asked) {
      const probabilities = new Float32Array(ids.length * classes);
      for (const [i, { first, size: count }] of blocks.entries()) {
        const scaled = inputs[i] ?? (yield* inputsOf(net, rows(first, count), count));
        inputs[i] = scaled;
        yield* forward(asked, scaled, space, probabilities.subarray(first * classes, (first + count) * classes));
      }
      return probabilities;
    },
  };
}

/** Multiplications of a whole training, about: what its time goes by. */
export function count(config: Config, shapes: readonly Shape[], training: number, holdout: number): number {
  const once = shapes.reduce((total, { units, weights, convolution }) => {
    const places = convolution ? convolution.height * convolution.width : 1;
    return total + units * (weights + 1) * places;
  }, 0);
  return config.epochs * once * (3 * training + holdout);
}
