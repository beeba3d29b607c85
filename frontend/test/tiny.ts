// A run of two classes for the tests, as its files say it.
import { createHash } from "node:crypto";

export type Files = Record<string, unknown>;
export const sha = (text: string): string => createHash("sha256").update(text).digest("hex");
export const digest = (text: string): Promise<string> => Promise.resolve(sha(text));
export const floats = (...values: number[]): string => Buffer.from(new Float32Array(values).buffer).toString("base64");
export const ID = "20261122-191612-tiny";
export const ROOT = `artifacts/${ID}`;
export const DATA_SHA = "a".repeat(64);

/** A run of two classes and 1 × 2 pixels: three samples, two of them held out. */
export function tiny(): Files {
  const v = { schema_version: 1 };
  const report = {
    cat: { precision: 1, recall: 1, "f1-score": 1, support: 1 },
    dog: { precision: null, recall: 0, "f1-score": 0, support: 1 },
    accuracy: 0.5,
  };
  return {
    "run_summary.json": {
      ...v,
      run_id: ID,
      label: "tiny",
      created: "2026-11-22T19:16:12Z",
      synthetic: false,
      command: "",
      config: { epochs: 2 },
      config_origin: { epochs: "default" },
      model: {
        name: "logistic",
        layers: [{ inputs: 2, units: 2, activation: "softmax", parameters: 6 }],
        parameters: 6,
      },
      dataset: {
        name: "pets",
        title: "Pets",
        source: "",
        note: "",
        sha256: DATA_SHA,
        samples: 3,
        image_shape: [1, 2],
        max_value: 16,
        class_names: ["cat", "dog"],
        file: "pets-aaaaaaaaaaaa.json",
      },
      split: { training: 1, holdout: 2, sha256: DATA_SHA },
      diverged: null,
      timing: { total_seconds: 1, training_seconds: 1 },
      environment: {},
      results_digest: DATA_SHA,
    },
    "metrics.json": {
      ...v,
      accuracy: 0.5,
      train_accuracy: 1,
      macro_f1: 0.5,
      log_loss: 1,
      accuracy_interval: { level: 0.95, method: "wilson", low: 0.1, high: 0.9 },
      classification_report: report,
      confusion_matrix: [
        [1, 0],
        [1, 0],
      ],
      labels: ["cat", "dog"],
    },
    "holdout.json": {
      ...v,
      sample_ids: [0, 2],
      true_labels: [0, 1],
      predicted_labels: [0, 0],
      probabilities: [
        [0.9, 0.1],
        [0.6, 0.4],
      ],
    },
    "loss_curve.json": {
      ...v,
      epochs: [1, 2],
      training_loss: [1, 0.5],
      holdout_loss: [1, null],
      training_accuracy: [0, 1],
      holdout_accuracy: [0, 0.5],
      diverged: null,
    },
    "epoch_snapshots.json": {
      ...v,
      epochs: [2],
      confusion_matrices: [
        [
          [1, 0],
          [1, 0],
        ],
      ],
      first_layer_weights: [floats(1, 2, 3, 4)],
      first_layer_reason: null,
    },
    "model.json": {
      ...v,
      image_shape: [1, 2],
      max_value: 16,
      offset: floats(0, 0),
      scale: floats(1, 1),
      layers: [{ inputs: 2, units: 2, activation: "softmax", weights: floats(1, 2, 3, 4), bias: floats(0, 0) }],
      parameters: 6,
    },
  };
}

export const DATASET = {
  schema_version: 1,
  name: "pets",
  title: "Pets",
  image_shape: [1, 2],
  max_value: 16,
  class_names: ["cat", "dog"],
  labels: [0, 1, 1],
  pixels: Buffer.from([1, 2, 3, 4, 5, 6]).toString("base64"),
  sha256: DATA_SHA,
};

export function sealed(files: Files): { manifest: Files; texts: Record<string, string> } {
  const texts = Object.fromEntries(Object.entries(files).map(([name, payload]) => [name, JSON.stringify(payload)]));
  const entries = Object.fromEntries(
    Object.entries(texts).map(([name, text]) => [name, { bytes: text.length, sha256: sha(text) }]),
  );
  return {
    manifest: {
      schema_version: 1,
      run_id: ID,
      created: "2026-11-22T19:16:12Z",
      results_digest: DATA_SHA,
      files: entries,
    },
    texts,
  };
}

/** An index of that run. */
export const INDEX = {
  schema_version: 1,
  generation: 3,
  latest: ID,
  runs: [
    {
      run_id: ID,
      label: "tiny",
      created: "2026-11-22T19:16:12Z",
      model: "logistic",
      channels: [],
      hidden_sizes: [],
      parameters: 6,
      accuracy: 0.5,
      macro_f1: 0.5,
      synthetic: false,
      diverged: false,
      manifest_sha256: DATA_SHA,
    },
  ],
};
