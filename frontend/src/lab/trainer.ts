// The exact training of a run's data with some settings, as the laboratory runs it.
import type { Network, Run } from "../bundle/run.ts";
import type { LossCurve } from "../contract.ts";
import { shapesOf } from "../exact/build.ts";
import { apart, modelDigest } from "../exact/digest.ts";
import type { Shape } from "../exact/layers.ts";
import { best, matricesOf, type Net } from "../exact/network.ts";
import { type Config, configOf, type Data } from "../exact/settings.ts";
import { asker, count, type Epoch, training } from "../exact/training.ts";
import type { Trained } from "./made.ts";
import type { Wrong } from "./progress.ts";
import { relevant, type Settings } from "./settings.ts";
import { imageOf, say } from "./tools.ts";

const SPEED = 8e8; // multiplications a second that a usual machine does

export interface Course {
  steps: Iterator<unknown, Trained>;
  epochs: number; // planned
  curve: LossCurve; // of the epochs so far
  share(): number; // of the work that is done, 0..1
  wrong(): Wrong | null;
  /** What is known after the last epoch; null before the first. */
  sofar(): Trained | null;
}

/** A training that has not begun. Throws Error, with a sentence, for settings that cannot be trained. */
export function courseOf(run: Run, settings: Settings): Course {
  const config = configOf(settings);
  const data = dataOf(run, settings);
  const { split, steps, progress } = training(config, data);
  const labels: Uint16Array[] = [];
  const classes = data.classNames.length;
  let last: Epoch | null = null;
  const curve: LossCurve = {
    epochs: [],
    training_loss: [],
    holdout_loss: [],
    training_accuracy: [],
    holdout_accuracy: [],
    diverged: null,
  };
  const trained = (net: Net, digest: string, flat: Float32Array, trainAccuracy: number): Trained => ({
    network: networkOf(net, digest),
    digest,
    curve,
    trainingLabels: split.labels,
    holdoutIds: split.holdout,
    probabilities: split.holdout.map((_, row) => Array.from(flat.subarray(row * classes, (row + 1) * classes))),
    labels,
    trainAccuracy,
    seconds: 0,
  });
  const note = (epoch: Epoch): void => {
    const { number, training: own, holdout, predicted } = epoch;
    last = epoch;
    curve.epochs.push(number);
    curve.training_loss.push(own.loss);
    curve.training_accuracy.push(own.accuracy);
    curve.holdout_loss.push(holdout.loss);
    curve.holdout_accuracy.push(holdout.accuracy);
    labels.push(predicted);
  };
  return {
    epochs: config.epochs,
    curve,
    share: () => progress().done / Math.max(1, progress().all),
    wrong: () => {
      const given = labels.at(-1);
      return given ? { ids: split.holdout, given } : null;
    },
    sofar: () => last && trained(last.net, "", last.probabilities, last.training.accuracy),
    steps: (function* run() {
      for (;;) {
        const { value, done } = steps.next();
        if (!done) {
          if (value) note(value);
          yield;
          continue;
        }
        const { net, diverged } = value;
        curve.diverged = diverged;
        const holdout = yield* asker(net, data, split.holdout).ask(net);
        const own = yield* asker(net, data, split.training).ask(net);
        const hits = split.training.filter((_, row) => best(own, row, classes) === split.labels[row]).length;
        return trained(net, modelDigest(net, data), holdout, hits / split.training.length);
      }
    })(),
  };
}

/** How long it would take, about. */
export function work(run: Run, settings: Settings): { seconds: number } {
  const config: Config = configOf(settings);
  const { training: rows, holdout } = run.summary.split;
  try {
    return { seconds: count(config, shapesOf(config, dataOf(run, settings)), rows, holdout) / SPEED };
  } catch {
    return { seconds: 0 }; // what cannot be trained is said once it is tried
  }
}

export function dataOf(run: Run, settings: Settings): Data {
  const { dataset, config } = run.summary;
  if (run.images.state !== "ok") throw new Error(say("lab.nodata"));
  const image = imageOf(run);
  const recorded = relevant(config, dataset.class_names);
  const given = settings.get("split") === "given";
  const unchanged = ["split", "random_state", "split_state", "test_size"].every(
    (key) => String(recorded.get(key)) === String(settings.get(key)),
  );
  return {
    values: run.images.value.values,
    labels: run.images.value.labels,
    classNames: dataset.class_names,
    image: image && { channels: image.channels, height: image.shape[0], width: image.shape[1] },
    maxValue: image?.most ?? 1,
    holdout: run.holdout.state === "ok" ? { ids: run.holdout.value.sample_ids, fixed: given || unchanged } : null,
  };
}

/** As the page reads it from model.json. */
export function networkOf(net: Net, sha256: string): Network {
  const layers = matricesOf(net.shapes, net.parameters).map((matrix, i) => {
    const { inputs, units, weights, convolution } = net.shapes[i] as Shape;
    const { kept, bias } = apart(matrix, units, weights);
    const activation = i === net.shapes.length - 1 ? ("softmax" as const) : ("relu" as const);
    return { inputs, units, activation, weights: kept, bias, ...(convolution && { convolution }) };
  });
  return { offset: net.offset, scale: net.scale, layers, sha256 };
}
