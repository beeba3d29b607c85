// The JSON files of an artifacts root, as the training side writes them. Names are its names.
import {
  type Check,
  type Checked,
  dictionary,
  fields,
  flag,
  integer,
  list,
  nullable,
  number,
  oneOf,
  optional,
  Refusal,
  text,
} from "./check.ts";

export const SCHEMA = 1;
export const MAX_CLASSES = 1000;

const unit = number(0, 1);
const sha256 = text(64, /^[0-9a-f]{64}$/, "64 hexadecimal digits");
const runId = text(96, /^\d{8}-\d{6}(-[a-z0-9-]+)?$/, "a run id such as 20261122-191612-baseline");
const created = text(20, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/, "a time such as 2026-11-22T19:16:12Z");
const base64 = text(2 ** 27, /^[A-Za-z0-9+/]*={0,2}$/, "base64 text");
const classIndex = integer(0, MAX_CLASSES - 1);
const classNames = list(text(200), 2, MAX_CLASSES);
const imageShape = list(integer(1, 4096), 2, 2);
const maxValue = integer(1, 255);
const matrix = list(list(integer(), 2, MAX_CLASSES), 2, MAX_CLASSES);
const sampleId = integer();
const diverged = nullable(fields({ epoch: integer(1), reason: text(500) }));
const curve = list(nullable(number(0)));

export const manifest = fields({
  run_id: nullable(runId),
  created,
  results_digest: sha256,
  files: dictionary(fields({ bytes: integer(), sha256 }), 64),
});
export type Manifest = Checked<typeof manifest>;

const tier = oneOf("bit-identical", "metric-identical (1e-9)", "within seed noise", "different");
const replay = fields({ replayed: created, tier, promised: tier, held: flag, differs: list(text(40), 0, 64) });
export type Replay = Checked<typeof replay>;

export const index = fields({
  generation: integer(),
  latest: nullable(runId),
  runs: list(
    fields({
      run_id: runId,
      label: nullable(text(200)),
      created,
      model: text(80),
      channels: list(integer(1), 0, 31),
      hidden_sizes: list(integer(1), 0, 31),
      parameters: integer(1),
      accuracy: unit,
      macro_f1: unit,
      synthetic: flag,
      diverged: flag,
      interrupted: optional(flag),
      manifest_sha256: sha256,
      replay: optional(replay),
    }),
  ),
});
export type Index = Checked<typeof index>;
export type IndexEntry = Index["runs"][number];

const scores = { precision: nullable(unit), recall: nullable(unit), "f1-score": nullable(unit), support: integer() };
export type ClassScores = Checked<typeof classScores>;
const classScores = fields(scores);

export const metrics = fields({
  accuracy: unit,
  train_accuracy: unit,
  macro_f1: unit,
  log_loss: number(0),
  accuracy_interval: fields({ level: number(0, 1), method: text(40), low: unit, high: unit }),
  classification_report: dictionary((value, where): ClassScores | number =>
    typeof value === "number" ? unit(value, where) : classScores(value, where),
  ),
  confusion_matrix: matrix,
  labels: classNames,
});
export type Metrics = Checked<typeof metrics>;

const convolution = fields({ channels: integer(1), height: integer(1, 4096), width: integer(1, 4096), pooled: flag });
const layer = {
  inputs: integer(1),
  units: integer(1),
  activation: oneOf("relu", "softmax"),
  convolution: optional(convolution),
};
export type Setting = string | number | boolean | null | number[];
const setting: Check<Setting> = (value, where) => {
  if (value === null || typeof value === "boolean") return value;
  if (typeof value === "string") return text(1000)(value, where);
  if (typeof value === "number") return number()(value, where);
  if (Array.isArray(value)) return list(number(), 0, 64)(value, where);
  throw new Refusal(where, "text, a number, true, false, null or a list of integers", value);
};

export const summary = fields({
  run_id: nullable(runId),
  label: nullable(text(200)),
  created,
  synthetic: flag,
  command: text(4000),
  config: dictionary(setting, 200),
  config_origin: dictionary(text(1000), 200),
  model: fields({
    name: text(80),
    layers: list(fields({ ...layer, parameters: integer(1) }), 1, 32),
    parameters: integer(1),
  }),
  dataset: fields({
    name: text(80),
    title: text(200),
    source: text(300),
    note: text(300),
    sha256,
    samples: integer(1),
    image_shape: imageShape,
    max_value: maxValue,
    class_names: classNames,
    file: text(60, /^[a-z0-9][a-z0-9_-]{0,47}\.json$/, "the bare name of a data set's file"),
  }),
  split: fields({ training: integer(1), holdout: integer(1), sha256 }),
  diverged,
  timing: fields({ total_seconds: number(0), training_seconds: number(0) }),
  environment: dictionary(setting, 200),
  results_digest: sha256,
  interrupted: optional(fields({ epoch: integer(1), planned: integer(2) })),
});
export type Summary = Checked<typeof summary>;

export const predictions = fields({
  image_shape: imageShape,
  max_value: maxValue,
  labels: classNames,
  samples: list(
    fields({
      sample_id: sampleId,
      pixels: list(integer(0, 255), 1),
      true_label: classIndex,
      predicted_label: classIndex,
      confidence: unit,
      probabilities: list(unit, 2, MAX_CLASSES),
    }),
  ),
});
export type Predictions = Checked<typeof predictions>;

export const lossCurve = fields({
  epochs: list(integer(1)),
  training_loss: curve,
  holdout_loss: curve,
  training_accuracy: curve,
  holdout_accuracy: curve,
  diverged,
});
export type LossCurve = Checked<typeof lossCurve>;

export const holdout = fields({
  sample_ids: list(sampleId, 1),
  true_labels: list(classIndex, 1),
  predicted_labels: list(classIndex, 1),
  probabilities: list(list(unit, 2, MAX_CLASSES), 1),
});
export type Holdout = Checked<typeof holdout>;

export const epochSnapshots = fields({
  epochs: list(integer(1), 0, 1000),
  confusion_matrices: list(matrix, 0, 1000),
  first_layer_weights: nullable(list(nullable(base64), 0, 1000)),
  first_layer_reason: nullable(text(500)),
});
export type EpochSnapshots = Checked<typeof epochSnapshots>;

export const model = fields({
  image_shape: imageShape,
  max_value: maxValue,
  offset: base64,
  scale: base64,
  layers: list(fields({ ...layer, weights: base64, bias: base64 }), 1, 32),
  parameters: integer(1),
});
export type Model = Checked<typeof model>;

export const dataset = fields({
  name: text(80),
  title: text(200),
  image_shape: imageShape,
  max_value: maxValue,
  class_names: classNames,
  labels: list(classIndex, 1),
  pixels: base64,
  sha256,
});
export type Dataset = Checked<typeof dataset>;
