// The run that a training in the page makes, against the files that Python wrote of the same predictions.
import assert from "node:assert/strict";
import { test } from "node:test";
import { loadRun } from "../src/bundle/load.ts";
import type { Network, Run } from "../src/bundle/run.ts";
import type { Trained } from "../src/lab/made.ts";
import { argmax } from "../src/model/network.ts";
import { classScores } from "../src/model/scores.ts";
import { accuracyOf, wilson } from "../src/model/stats.ts";
import { say } from "../src/text/language.ts";
import { DATASET, DATASET_PATH, digest, ROOT, sealed, tiny } from "./tiny.ts";

Object.assign(globalThis, { tools: { accuracyOf, argmax, classScores, say, wilson } }); // as the build gives them
const { madeRun } = await import("../src/lab/made.ts");

async function storedRun(): Promise<Run> {
  const { manifest, texts } = sealed(tiny());
  const all = new Map(Object.entries(texts).map(([name, text]) => [`${ROOT}/${name}`, text]));
  all.set(`${ROOT}/manifest.json`, JSON.stringify(manifest)).set(DATASET_PATH, JSON.stringify(DATASET));
  return loadRun({ kind: "http", read: async (path) => all.get(path) as string }, ROOT, digest);
}

const value = <T>(part: { state: string; value?: T }): T => {
  assert.equal(part.state, "ok");
  return part.value as T;
};

/** A training that came out as the stored run did. */
async function same(): Promise<{ run: Run; trained: Trained }> {
  const run = await storedRun();
  const { sample_ids, probabilities, predicted_labels } = value(run.holdout);
  const network: Network = value(run.network);
  const labels = [Uint16Array.from(predicted_labels)];
  const rest = {
    digest: network.sha256,
    curve: value(run.curve),
    holdoutIds: sample_ids,
    trainAccuracy: 1,
    trainingLabels: [1],
    seconds: 3,
  };
  return { run, trained: { network, probabilities, labels, ...rest } };
}

test("a training that came out as the stored run has its files", async () => {
  const { run, trained } = await same();
  const made = madeRun(run, trained, new Map());
  const { sample_ids, true_labels, predicted_labels, probabilities } = value(run.holdout);
  assert.deepEqual(value(made.holdout), { sample_ids, true_labels, predicted_labels, probabilities });
  const [own, theirs] = [value(made.metrics), value(run.metrics)];
  for (const key of ["accuracy", "test_accuracy", "train_accuracy", "confusion_matrix", "labels"] as const)
    assert.deepEqual(own[key], theirs[key], key);
  for (const key of ["macro_f1", "log_loss"] as const) near(own[key] as number, theirs[key] as number, key);
  for (const end of ["low", "high"] as const)
    near(own.accuracy_interval?.[end] as number, theirs.accuracy_interval?.[end] as number, end);
  for (const [name, scores] of own.classification_report) {
    const stated = theirs.classification_report.get(name) as unknown as Record<string, number | null>;
    for (const [key, score] of Object.entries(scores as object)) assert.deepEqual(score, stated[key], `${name} ${key}`);
  }
  assert.deepEqual(value(made.snapshots).matrices, value(run.snapshots).matrices);
  for (const key of ["split", "model"] as const)
    assert.equal(JSON.stringify(made.summary[key]), JSON.stringify(run.summary[key]), key);
});

test("it says what was changed, and is of no folder", async () => {
  const { run, trained } = await same();
  run.summary.config.set("learning_rate", 0.5);
  const changed = new Map<string, unknown>([
    ["epochs", 7],
    ["learning_rate", undefined],
  ]);
  const { id, files, notices, summary } = madeRun(run, trained, changed);
  assert.deepEqual([id, summary.run_id, files, notices], [null, null, [], []]);
  assert.equal(summary.config.get("epochs"), 7);
  assert.equal(summary.config.has("learning_rate"), false);
  assert.equal(summary.config.get("exact"), true);
  assert.equal(run.summary.config.has("learning_rate"), true); // the stored one is as it was
  assert.equal(summary.timing.training_seconds, 3);
});

test("on another hold-out it counts anew, and is not taken for the same split", async () => {
  const { run, trained } = await same();
  const other = {
    ...trained,
    holdoutIds: [1],
    probabilities: [[0.2, 0.8]],
    labels: [Uint16Array.of(1)],
    trainingLabels: [0, 1],
  };
  const { summary, metrics, holdout } = madeRun(run, other, new Map([["random_state", 1]]));
  assert.deepEqual(value(holdout).true_labels, [1]);
  assert.deepEqual(value(metrics).confusion_matrix, [
    [0, 0],
    [0, 1],
  ]);
  assert.notEqual(summary.split.sha256, run.summary.split.sha256);
  assert.deepEqual([summary.split.training, summary.split.holdout], [2, 1]);
  assert.deepEqual(
    [summary.split.training_counts, summary.split.holdout_counts],
    [
      [1, 1],
      [0, 1],
    ],
  );
});

test("what trained is what was trained on: a part of it where the others were left out", async () => {
  const { run, trained } = await same();
  const part = { ...trained, trainingLabels: [0] }; // as wrong labels are
  const { split } = madeRun(run, part, new Map([["label_noise", 1]])).summary;
  assert.deepEqual([split.training, split.training_counts], [1, [1, 0]]);
  assert.equal(split.sha256, run.summary.split.sha256);
});

test("beside an interrupted run it says how many epochs it trained, and was not interrupted", async () => {
  const { run, trained } = await same();
  run.summary.interrupted = { epoch: 2, planned: 9 };
  run.summary.config.set("epochs", 9);
  for (const [changed, epochs] of [
    [new Map(), 2],
    [new Map([["epochs", 4]]), 4],
  ] as const) {
    const { summary } = madeRun(run, trained, changed);
    assert.deepEqual([summary.interrupted, summary.config.get("epochs")], [undefined, epochs]);
  }
});

test("it has nothing that only the stored run recorded", async () => {
  const { run, trained } = await same();
  run.summary.sweep = "20251122-000000-sweep";
  const { summary, texts } = madeRun(run, trained, new Map([["random_state", 1]]));
  assert.deepEqual([texts, summary.sweep, summary.command, summary.results_digest], [undefined, undefined, "", ""]);
  assert.notEqual(summary.created, run.summary.created);
  assert.notEqual(run.texts, undefined); // the stored one is as it was
});

test("without hidden layers the weights are its pictures, with others it has none", async () => {
  const { run, trained } = await same();
  const weights = Float32Array.from([1, 2, 3, 4]);
  const [layer] = trained.network.layers;
  assert.ok(layer);
  const picturesOf = (layers: Network["layers"]) =>
    value(madeRun(run, { ...trained, network: { ...trained.network, layers } }, new Map()).snapshots).pictures;
  assert.deepEqual(picturesOf([{ ...layer, weights }]), [{ epoch: 1, weights }]);
  assert.deepEqual(picturesOf([layer, layer]), []);
});

test("epochs that come later do not change it", async () => {
  const { run, trained } = await same();
  const made = madeRun(run, trained, new Map());
  trained.curve.epochs.push(3);
  assert.deepEqual(value(made.curve).epochs, [1, 2]);
});

function near(a: number, b: number, what: string): void {
  assert.ok(Math.abs(a - b) < 1e-12, `${what}: ${a} is not ${b}`);
}
