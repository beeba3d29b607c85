import assert from "node:assert/strict";
import { test } from "node:test";
import { grouped, stemOf, tQuantile } from "../src/model/groups.ts";

test("a label loses the number at its end, and nothing else", () => {
  const stems = ["mlp seed 3", "mlp-12", "softmax", "42", "cnn 3x3 s7", "seed=5", "fold_2", "bus"].map(stemOf);
  assert.deepEqual(stems, ["mlp", "mlp", "softmax", "42", "cnn 3x3", "seed=5", "fold_2", "bus"]);
});

test("quantiles of t are those that scipy.stats.t.ppf(0.975, n) gives", () => {
  const known: [number, number][] = [
    [1, 12.706204736],
    [10, 2.228138852],
    [11, 2.20098516],
    [20, 2.085963447],
    [100, 1.983971519],
    [1000, 1.962339081],
  ];
  for (const [freedom, value] of known) assert.ok(Math.abs(tQuantile(freedom) - value) < 2e-4, String(freedom));
});

test("groups have more than one run, their mean and its interval", () => {
  const found = grouped([
    ["a", 0.5],
    ["b", 0.9],
    ["a", 0.7],
    ["c", 1],
    ["b", 0.9],
  ]);
  assert.deepEqual(
    found.map(({ name, runs }) => [name, runs]),
    [
      ["b", 2],
      ["a", 2],
    ],
  );
  const a = found[1];
  assert.ok(a && Math.abs(a.mean - 0.6) < 1e-12 && Math.abs((a.half ?? 0) - 1.2706205) < 1e-6);
});
