// One step of the training with everything that it computed: what "One step by hand" shows.
import { passes, smoothedTargets } from "./batches.ts";
import { newNetwork } from "./build.ts";
import type { Shape } from "./layers.ts";
import { backward, classesOf, forward, matricesOf, workspace } from "./network.ts";
import { optimizer } from "./optimizers.ts";
import type { Config, Data } from "./settings.ts";
import { splitOf } from "./split.ts";
import { decay } from "./training.ts";

export interface OneStep {
  number: number; // of the step, from 1
  shapes: readonly Shape[];
  samples: number; // of the batch
  ids: readonly number[]; // of the batch
  labels: readonly number[]; // that it trains on
  inputs: readonly (Float32Array | Float64Array)[]; // of each layer, (samples, inputs + 1)
  probabilities: Float32Array; // (samples, classes)
  targets: Float32Array; // (samples, classes)
  deltas: readonly Float32Array[]; // per layer (samples, outputs)
  gradients: readonly Float32Array[]; // per layer (units, weights + 1)
  before: readonly Float32Array[]; // the matrices before the step
  decayed: readonly Float32Array[]; // and after weight decay
  after: readonly Float32Array[];
  rate: number;
}

/** Trains from the start up to this step. Yields between pieces of work; throws Error for settings that cannot be. */
export function* oneStep(config: Config, data: Data, number: number): Generator<undefined, OneStep> {
  const split = splitOf(config, data);
  const count = split.training.length;
  const batch = Math.min(config.batchSize, count) || count;
  const net = newNetwork(config, data, split.training);
  const classes = classesOf(net);
  const feed = passes(config, net, data, split, batch);
  const gradient = new Float32Array(net.parameters.length);
  const gradients = matricesOf(net.shapes, gradient);
  const update = optimizer(config.optimizer, net.parameters, config.momentum);
  const smooth = smoothedTargets(classes, config.labelSmoothing);
  let done = 0;
  for (let epoch = 1; ; epoch++) {
    const rate = config.learningRate * Math.max(0, 1 - config.lrDecay * (epoch - 1));
    const { order, blocks } = feed();
    let start = 0;
    for (const block of blocks()) {
      if (!block) {
        yield;
        continue;
      }
      const width = block.inputs.length / block.samples;
      for (let first = 0; first < block.samples; first += batch, done++) {
        const size = Math.min(batch, block.samples - first);
        const rows = Array.from({ length: size }, (_, i) => order[start + i] as number);
        const labels = rows.map((row) => split.labels[row] as number);
        const targets = new Float32Array(size * classes);
        labels.forEach((label, i) => {
          targets.set(smooth.subarray(label * classes, (label + 1) * classes), i * classes);
        });
        const inputs = block.inputs.subarray(first * width, (first + size) * width);
        const space = workspace(net.shapes, size);
        const probabilities = new Float32Array(size * classes);
        yield* forward(net, inputs, space, probabilities);
        yield* backward(net, inputs, space, probabilities, targets, gradients);
        const copies = (): Float32Array[] => matricesOf(net.shapes, net.parameters.slice());
        const before = copies();
        decay(net, rate, config.weightDecay);
        const decayed = copies();
        update(gradient, rate);
        start += size;
        yield;
        if (done + 1 < number) continue;
        return {
          number,
          shapes: net.shapes,
          samples: size,
          ids: rows.map((row) => split.training[row] as number),
          labels,
          inputs: [inputs, ...space.hidden],
          probabilities,
          targets,
          deltas: space.deltas,
          gradients,
          before,
          decayed,
          after: copies(),
          rate,
        };
      }
    }
  }
}
