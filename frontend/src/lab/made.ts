// The run that a training in the page makes, as if it had been read: so every other panel can show it.
import type { Network, Part, Run, Snapshots } from "../bundle/run.ts";
import type { Holdout, LossCurve, Metrics } from "../contract.ts";
import { accuracyOf, argmax, classScores, say, wilson } from "./tools.ts";

type Setting = string | number | boolean | number[] | null;

/** What a training computed. */
export interface Trained {
  network: Network;
  digest: string; // sha256 of the weights
  curve: LossCurve;
  trainingLabels: readonly number[]; // of the samples that trained, as they were learned
  holdoutIds: readonly number[];
  probabilities: readonly (readonly number[])[]; // of the hold-out
  labels: readonly Uint16Array[]; // per epoch, what each hold-out sample was given
  trainAccuracy: number;
  seconds: number;
}

/**
 * `changed` are the settings that differ from those of the stored run, by their recorded names. Of the stored run it
 * has what both have alike, such as the data set; none of what only that one recorded, such as ROC curves.
 */
export function madeRun({ texts: _, ...stored }: Run, trained: Trained, changed: ReadonlyMap<string, unknown>): Run {
  const { summary } = stored;
  const truth = stored.images.state === "ok" ? stored.images.value.labels : [];
  const ids = [...trained.holdoutIds];
  const holdout: Holdout = {
    sample_ids: ids,
    true_labels: ids.map((id) => truth[id] ?? 0),
    predicted_labels: trained.probabilities.map((row) => argmax(row)),
    probabilities: trained.probabilities.map((row) => [...row]),
  };
  const config = new Map(summary.config);
  for (const [key, value] of changed)
    if (value === undefined) config.delete(key);
    else config.set(key, value as Setting);
  if (summary.interrupted && !changed.has("epochs")) config.set("epochs", summary.interrupted.epoch); // as far as it came
  config.set("exact", true);
  const classes = summary.dataset.class_names.length;
  const sameHoldout =
    stored.holdout.state === "ok" && stored.holdout.value.sample_ids.join() === holdout.sample_ids.join();
  return {
    ...stored,
    id: null,
    summary: {
      ...summary,
      run_id: null,
      label: say("lab.label"),
      created: new Date().toISOString(),
      command: "", // the laboratory has the one that trains it
      config,
      model: { ...summary.model, ...shapeOf(trained.network) },
      diverged: trained.curve.diverged,
      interrupted: undefined,
      sweep: undefined,
      timing: { total_seconds: trained.seconds, training_seconds: trained.seconds },
      results_digest: "",
      split: {
        ...summary.split,
        sha256: sameHoldout ? summary.split.sha256 : "0".repeat(64),
        holdout: ids.length,
        holdout_counts: counts(holdout.true_labels, classes),
        training: trained.trainingLabels.length,
        training_counts: counts(trained.trainingLabels, classes),
      },
    },
    metrics: ok(metricsOf(holdout, summary.dataset.class_names, trained.trainAccuracy)),
    predictions: { state: "absent" },
    holdout: ok(holdout),
    curve: ok(structuredClone(trained.curve)), // a training that goes on adds to it
    snapshots: ok(snapshotsOf(holdout, trained, classes)),
    network: ok(trained.network),
    files: [],
    notices: [],
  };
}

/** As it is recorded of a run: laid beside another, its own layers count. */
function shapeOf({ layers }: Network): Pick<Run["summary"]["model"], "layers" | "parameters"> {
  const recorded = layers.map(({ weights, bias, ...layer }) => ({
    ...layer,
    parameters: weights.length + bias.length,
  }));
  return { layers: recorded, parameters: recorded.reduce((total, { parameters }) => total + parameters, 0) };
}

const ok = <T>(value: T): Part<T> => ({ state: "ok", value });

function counts(labels: readonly number[], classes: number): number[] {
  const found = new Array<number>(classes).fill(0);
  for (const label of labels) found[label] = (found[label] ?? 0) + 1;
  return found;
}

export function matrixOf(truth: readonly number[], given: ArrayLike<number>, classes: number): number[][] {
  const matrix = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  truth.forEach((label, i) => {
    const row = matrix[label] as number[];
    const column = given[i] as number;
    row[column] = (row[column] ?? 0) + 1;
  });
  return matrix;
}

/** Without hidden layers, the weights are the picture of each class; those of the last epoch are known. */
function snapshotsOf(holdout: Holdout, { labels, network }: Trained, classes: number): Snapshots {
  const [layer, ...others] = network.layers;
  return {
    epochs: labels.map((_, i) => i + 1),
    matrices: labels.map((given) => matrixOf(holdout.true_labels, given, classes)),
    pictures: layer && !others.length ? [{ epoch: labels.length, weights: layer.weights }] : [],
    predictions: [...labels],
  };
}

function metricsOf(holdout: Holdout, names: readonly string[], trainAccuracy: number): Metrics {
  const matrix = matrixOf(holdout.true_labels, holdout.predicted_labels, names.length);
  const { hits, n } = accuracyOf(matrix);
  const scores = classScores(matrix);
  const losses = holdout.probabilities.map(
    (row, i) => -Math.log(Math.max(row[holdout.true_labels[i] ?? 0] ?? 0, 1e-300)),
  );
  const mean = (values: readonly number[]): number => values.reduce((total, each) => total + each, 0) / values.length;
  return {
    accuracy: hits / n,
    test_accuracy: hits / n,
    train_accuracy: trainAccuracy,
    macro_f1: mean(scores.map(({ f1 }) => f1 ?? 0)),
    log_loss: mean(losses),
    accuracy_interval: { level: 0.95, method: "wilson", ...wilson({ hits, n }) },
    classification_report: new Map(
      names.map((name, label) => {
        const { precision = null, recall = null, f1 = null, support = 0 } = scores[label] ?? {};
        return [name, { precision, recall, "f1-score": f1, support }];
      }),
    ),
    confusion_matrix: matrix,
    labels: [...names],
  };
}
