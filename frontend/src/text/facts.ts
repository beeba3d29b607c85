// What panels ask about a run, in one place.
import { channelsOf, type Described, type Run } from "../bundle/run.ts";
import { accuracyOf } from "../model/stats.ts";
import { architecture } from "./format.ts";
import { say } from "./language.ts";

export function titleOf(run: Run): string {
  return run.summary.label ?? run.id ?? architecture(run.summary.model.name, hiddenSizes(run));
}

/** Units of every layer but the last. */
export function hiddenSizes(run: Run): number[] {
  return run.summary.model.layers.slice(0, -1).map((layer) => layer.units);
}

export interface ImageShape {
  shape: readonly [number, number]; // height, width
  channels: number;
  most: number; // of a pixel
  ink: boolean; // large values are ink on paper, or else light
}

/** What an image of this run is; null where its samples are the rows of a table. */
export function imageOf({ summary }: { summary: Described }): ImageShape | null {
  const { dataset } = summary;
  if (!dataset.image_shape) return null;
  const [height, width] = dataset.image_shape;
  const ink = dataset.tone !== "light";
  return { shape: [height ?? 1, width ?? 1], channels: channelsOf(dataset), most: dataset.max_value ?? 1, ink };
}

export function nameOf(run: Run, label: number): string {
  return run.summary.dataset.class_names[label] ?? String(label);
}

/** Whether its confusion matrix needs the whole width. */
export function isWide(run: Run): boolean {
  return run.summary.dataset.class_names.length > 14;
}

/** Whether its chain of layers needs the whole width. */
export function isDeep(run: Run): boolean {
  return run.summary.model.layers.length > 3;
}

/** The last epoch of training, 0 where no curve was recorded. */
export function lastEpoch(run: Run): number {
  return run.curve.state === "ok" ? run.curve.value.epochs.length : 0;
}

export interface Terms {
  reads: string;
  as: string;
  correctly: string;
  image: string; // one of its samples
  images(count: number): string;
}

/** How this run's data are spoken of: digits are read, anything else is classified; rows of a table are no images. */
export function terms(run: Run): Terms {
  const isImage = run.summary.dataset.image_shape !== undefined;
  const digits = isDigits(run);
  return {
    reads: digits ? say("reads") : say("classifies"),
    as: digits ? say("read.as") : say("classified.as"),
    correctly: digits ? say("read.right") : say("classified.right"),
    image: isImage ? say("one.image") : say("one.sample"),
    images: (count) => (isImage ? say("images", { count }) : say("samples", { count })),
  };
}

export function isDigits(run: Run): boolean {
  const { class_names, image_shape } = run.summary.dataset;
  return image_shape !== undefined && class_names.every((name) => /^\d$/.test(name));
}

/** The hold-out that the scores rest on: how many, and how many of them were right; null where it was not recorded. */
export function tally(run: Run): { hits: number; n: number } | null {
  return run.metrics.state === "ok" ? accuracyOf(run.metrics.value.confusion_matrix) : null;
}

/** Whether settings such as train_share keep samples from the training; of which is not recorded. */
export function leftOut({ summary }: Run): boolean {
  return summary.split.training + summary.split.holdout < summary.dataset.samples;
}

/** What is said of a sample that was not held out. */
export function restWord(run: Run): string {
  return leftOut(run) ? say("not.held") : say("training.word");
}
