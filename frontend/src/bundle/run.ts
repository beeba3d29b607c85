// One run, as the page knows it: each file is there, absent, or damaged — never silently empty.

import type * as contract from "../contract.ts";
import type { LayerShape } from "../model/layers.ts";

export type IndexEntry = contract.Index["runs"][number];
export type Replay = NonNullable<IndexEntry["replay"]>;
export type Part<T> = { state: "ok"; value: T } | { state: "absent" } | { state: "damaged"; problem: string };

export interface Layer extends LayerShape {
  activation: "relu" | "softmax";
  weights: Float32Array; // units × inputs, or units × channels × 3 × 3
  bias: Float32Array; // units
}
export interface Network {
  offset: Float32Array;
  scale: Float32Array;
  layers: Layer[];
  sha256: string; // of all these numbers, as model.json states it
}
export interface Images {
  labels: number[];
  values: Uint8Array | Float32Array; // sample after sample: pixels by channel, row and column, or features
  kept: ReadonlySet<number> | null; // the samples that were taken along into an export; null: all
}
export interface Snapshots {
  epochs: number[];
  matrices: number[][][];
  pictures: { epoch: number; weights: Float32Array }[]; // classes × pixels; none where a network has hidden layers
  predictions: Uint16Array[] | null; // per epoch, the label of each hold-out sample; null where not recorded
}
/** Whether the bytes that were read are the ones the manifest names. */
export type Verified = "match" | "unverified" | "unread" | "damaged" | "absent";
export interface FileStatus {
  name: string;
  bytes: number;
  sha256: string;
  verified: Verified;
}

export interface Run {
  directory: string; // relative to the page
  id: string | null; // null in flat mode
  summary: contract.RunSummary;
  manifest: contract.Manifest;
  metrics: Part<contract.Metrics>;
  predictions: Part<contract.Predictions>;
  holdout: Part<contract.Holdout>;
  curve: Part<contract.LossCurve>;
  snapshots: Part<Snapshots>;
  network: Part<Network>;
  images: Part<Images>;
  files: FileStatus[];
  texts?: Texts; // for files that only some panels read; none of a run that was made here
  notices: string[];
}

/** The files of a run as they were read. */
export interface Texts {
  manifest: contract.Manifest;
  manifestSha: string | null; // null where the manifest's own bytes were not read
  texts: Map<string, string>;
  problems: Map<string, string>;
}

/** What a run and a sweep say alike of their data set. */
export interface Described {
  dataset: Pick<
    contract.RunSummary["dataset"],
    "file" | "sha256" | "samples" | "class_names" | "image_shape" | "channels" | "max_value" | "feature_names" | "tone"
  >;
}

/** How many numbers a sample is. */
export function sizeOf({ dataset }: Described): number {
  const [height, width] = dataset.image_shape ?? [1, dataset.feature_names?.length ?? 1];
  return (height ?? 1) * (width ?? 1) * channelsOf(dataset);
}

export function channelsOf(dataset: Described["dataset"]): number {
  return dataset.channels ?? 1;
}
