// Rules between the files of a run, so that no view can index out of what it was given.
import type * as contract from "../contract.ts";
import { outputsOf, weightsPerUnit } from "../model/layers.ts";
import { bytesAt, decodeBytes, decodeFloats, floatsOf, inflate } from "./bytes.ts";
import { Refusal } from "./check.ts";
import { type Described, type Images, type Network, type Snapshots, sizeOf } from "./run.ts";

const MAX_WORK = 2 ** 28; // about a second

export function metrics(value: contract.Metrics, summary: contract.RunSummary): contract.Metrics {
  const names = summary.dataset.class_names;
  if (value.labels.join("\n") !== names.join("\n"))
    throw new Refusal("metrics.json.labels", "the class names of run_summary.json", value.labels);
  square(value.confusion_matrix, names.length, "metrics.json.confusion_matrix");
  return value;
}
export function holdout(value: contract.Holdout, summary: contract.RunSummary): contract.Holdout {
  const classes = summary.dataset.class_names.length;
  const n = value.sample_ids.length;
  for (const key of ["true_labels", "predicted_labels", "probabilities"] as const)
    length(value[key], n, `holdout.json.${key}`);
  below(value.sample_ids, summary.dataset.samples, "holdout.json.sample_ids");
  below(value.true_labels, classes, "holdout.json.true_labels");
  below(value.predicted_labels, classes, "holdout.json.predicted_labels");
  value.probabilities.forEach((row, i) => length(row, classes, `holdout.json.probabilities[${i}]`));
  if (new Set(value.sample_ids).size !== n)
    throw new Refusal("holdout.json.sample_ids", "each sample once", "a sample twice");
  return value;
}
export function predictions(value: contract.Predictions, summary: contract.RunSummary): contract.Predictions {
  const classes = summary.dataset.class_names.length;
  value.samples.forEach((sample, i) => {
    const where = `predictions.json.samples[${i}]`;
    length(numbersOf(sample), sizeOf(summary), where);
    length(sample.probabilities, classes, `${where}.probabilities`);
    below([sample.true_label, sample.predicted_label], classes, `${where}.label`);
  });
  return value;
}
export function curve(value: contract.LossCurve): contract.LossCurve {
  value.epochs.forEach((epoch, i) => {
    if (epoch !== i + 1) throw new Refusal(`loss_curve.json.epochs[${i}]`, String(i + 1), epoch);
  });
  for (const key of ["training_loss", "holdout_loss", "training_accuracy", "holdout_accuracy"] as const)
    length(value[key], value.epochs.length, `loss_curve.json.${key}`);
  return value;
}
export function snapshots(value: contract.EpochSnapshots, summary: contract.RunSummary): Snapshots {
  const classes = summary.dataset.class_names.length;
  const where = "epoch_snapshots.json";
  length(value.confusion_matrices, value.epochs.length, `${where}.confusion_matrices`);
  value.confusion_matrices.forEach((matrix, i) => square(matrix, classes, `${where}.confusion_matrices[${i}]`));
  const size = classes * sizeOf(summary);
  const weights = value.first_layer_weights;
  if (weights) length(weights, value.epochs.length, `${where}.first_layer_weights`);
  const pictures = value.epochs.flatMap((epoch, i) => {
    const text = weights?.[i]; // null: only some epochs keep their picture
    return text ? [{ epoch, weights: decodeFloats(text, size, `${where}.first_layer_weights[${i}]`) }] : [];
  });
  return {
    epochs: value.epochs,
    matrices: value.confusion_matrices,
    pictures,
    predictions: labelsOf(value, classes),
  };
}
export function network(value: contract.Model, summary: contract.RunSummary): Network {
  const pixels = sizeOf(summary);
  let inputs = pixels;
  const layers = value.layers.map((layer, i) => {
    const where = `model.json.layers[${i}]`;
    if (layer.inputs !== inputs) throw new Refusal(`${where}.inputs`, String(inputs), layer.inputs);
    inputs = outputsOf(layer);
    const { channels, height, width } = layer.convolution ?? { channels: layer.inputs, height: 1, width: 1 };
    if (channels * height * width !== layer.inputs)
      throw new Refusal(`${where}.convolution`, `${layer.inputs} pixels`, channels * height * width);
    const work = layer.units * weightsPerUnit(layer) * height * width;
    if (!inputs || work > MAX_WORK) throw new Refusal(where, `1..${MAX_WORK} multiplications for an image`, work);
    return {
      ...layer,
      weights: decodeFloats(layer.weights, layer.units * weightsPerUnit(layer), `${where}.weights`),
      bias: decodeFloats(layer.bias, layer.units, `${where}.bias`),
    };
  });
  if (inputs !== summary.dataset.class_names.length)
    throw new Refusal("model.json.layers", `${summary.dataset.class_names.length} units at the end`, inputs);
  return {
    offset: decodeFloats(value.offset, pixels, "model.json.offset"),
    scale: decodeFloats(value.scale, pixels, "model.json.scale"),
    layers,
    sha256: value.sha256,
  };
}
export function images(value: contract.Dataset, summary: Described): Packed {
  const stated = summary.dataset;
  if (value.sha256 !== stated.sha256)
    throw new Refusal(`${stated.file}: sha256`, stated.sha256.slice(0, 12), value.sha256.slice(0, 12));
  length(value.labels, stated.samples, `${stated.file}: labels`);
  below(value.labels, stated.class_names.length, `${stated.file}: labels`);
  const [count, where] = [stated.samples * sizeOf(summary), `${stated.file}: samples`];
  if (value.pixels !== undefined)
    return { labels: value.labels, bytes: decodeBytes(value.pixels, count, where), floats: false, count, where };
  const floats = stated.feature_names !== undefined;
  return { labels: value.labels, bytes: bytesAt(value.samples ?? "", where), floats, count, where, packed: true };
}

/** The samples of a data set as its file has them. */
interface Packed {
  labels: number[];
  bytes: Uint8Array<ArrayBuffer>;
  floats: boolean;
  count: number; // of numbers
  where: string;
  packed?: true;
}

/** The samples as numbers. */
export async function unpacked(
  { labels, bytes, floats, count, where, packed }: Packed,
  kept: ReadonlySet<number> | null,
): Promise<Images> {
  const plain = packed ? await inflate(bytes, floats ? 4 * count : count, where) : bytes;
  return { labels, values: floats ? floatsOf(plain, where) : plain, kept };
}

/** The numbers of a sample of predictions.json. */
export function numbersOf(sample: contract.Predictions["samples"][number]): readonly number[] {
  return sample.pixels ?? sample.features ?? [];
}

/** The labels of the hold-out after each snapshot: the first as they are, the others as changes. */
function labelsOf(value: contract.EpochSnapshots, classes: number): Uint16Array[] | null {
  const { first_predictions: first, prediction_changes: changes } = value;
  if (!first || !changes) return null;
  const where = "epoch_snapshots.json";
  length(changes, Math.max(0, value.epochs.length - 1), `${where}.prediction_changes`);
  below(first, classes, `${where}.first_predictions`);
  const all = [Uint16Array.from(first)];
  changes.forEach(({ rows, predicted }, i) => {
    const here = `${where}.prediction_changes[${i}]`;
    length(predicted, rows.length, `${here}.predicted`);
    below(rows, first.length, `${here}.rows`);
    below(predicted, classes, `${here}.predicted`);
    const labels = Uint16Array.from(all[i] as Uint16Array);
    rows.forEach((row, place) => {
      labels[row] = predicted[place] as number;
    });
    all.push(labels);
  });
  return all;
}

function length(values: ArrayLike<unknown>, wanted: number, where: string): void {
  if (values.length !== wanted) throw new Refusal(where, `a list of ${wanted}`, values);
}

function below(values: number[], limit: number, where: string): void {
  const bad = values.findIndex((value) => value >= limit);
  if (bad >= 0) throw new Refusal(`${where}[${bad}]`, `0..${limit - 1}`, values[bad]);
}

function square(matrix: number[][], size: number, where: string): void {
  length(matrix, size, where);
  matrix.forEach((row, i) => length(row, size, `${where}[${i}]`));
}
