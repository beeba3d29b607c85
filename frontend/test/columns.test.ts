import assert from "node:assert/strict";
import { test } from "node:test";
import { alikeBut, chosenApart, differing, inOrder, type Settings } from "../src/model/columns.ts";

const settings = (values: Record<string, unknown>): Settings =>
  new Map(
    Object.entries({
      model: "mlp",
      hidden_sizes: [128, 64],
      learning_rate: 0.01,
      image_shape: [8, 8],
      random_state: 42,
      epochs: 100,
      run_label: "a",
      ...values,
    }),
  );

test("columns are the settings that differ; not the label, nor what the model's column says", () => {
  const runs = [
    settings({ random_state: 1 }),
    settings({ learning_rate: 0.1, hidden_sizes: [8], run_label: "b" }),
    settings({ epochs: 5, random_state: 2 }),
  ];
  assert.deepEqual(differing(runs), ["learning_rate", "epochs", "random_state"]);
  assert.deepEqual(chosenApart(runs), ["learning_rate", "epochs"]);
  assert.deepEqual(differing([]), []);
  assert.deepEqual(differing(runs.slice(0, 1)), []);
});

test("what a choice made differ comes before chance, and that before what comes with another model", () => {
  const runs = [
    settings({ random_state: 1, optimizer: "adamw" }),
    settings({ random_state: 2, optimizer: "adamw", epochs: 5 }),
    settings({ random_state: 1, optimizer: "sgd", model: "logistic", learning_rate: 0.5 }),
  ];
  assert.deepEqual(differing(runs), ["epochs", "random_state", "learning_rate", "optimizer"]);
  assert.deepEqual(chosenApart(runs), ["epochs"]);
});

test("a list is the same as its like, and a setting that one run does not have differs", () => {
  const older = new Map(settings({}));
  older.delete("epochs");
  assert.deepEqual(differing([settings({}), settings({ image_shape: [8, 8] })]), []);
  assert.deepEqual(differing([settings({}), older]), ["epochs"]);
});

test("runs of one setting are alike whatever their seed and label; not those of another network", () => {
  assert.equal(alikeBut(settings({ random_state: 7, run_label: "z" })), alikeBut(settings({ split_state: 3 })));
  assert.notEqual(alikeBut(settings({})), alikeBut(settings({ epochs: 5 })));
  assert.notEqual(alikeBut(settings({})), alikeBut(settings({ hidden_sizes: [8] })));
});

test("numbers are in the order of their size, texts of their letters, and what is not known is last both ways", () => {
  const order = (values: unknown[], rising: boolean): unknown[] =>
    inOrder(
      values.map((value) => ({ value })),
      (each) => each.value,
      rising,
    ).map(({ value }) => value);
  assert.deepEqual(order([10, undefined, 9, 0.5], true), [0.5, 9, 10, undefined]);
  assert.deepEqual(order([10, undefined, 9, 0.5], false), [10, 9, 0.5, undefined]);
  assert.deepEqual(order(["sgd", "adamw"], true), ["adamw", "sgd"]);
});
