// Against SciPy, scikit-learn and NumPy: tests/golden/page.json, written by make_page_golden.py beside it.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { decodeFloats } from "../src/bundle/bytes.ts";
import { mcnemar } from "../src/model/changes.ts";
import { type LayerShape, weightsPerUnit } from "../src/model/layers.ts";
import { nearest } from "../src/model/nearest.ts";
import { probabilities } from "../src/model/network.ts";
import { classScores } from "../src/model/scores.ts";

const golden = JSON.parse(readFileSync(new URL("../../tests/golden/page.json", import.meta.url), "utf8"));
type Stored = LayerShape & { activation: "relu" | "softmax"; weights: string; bias: string };
const close = (a: number, b: number, tolerance: number, what: string): void =>
  assert.ok(Math.abs(a - b) <= tolerance, `${what}: ${a} is not ${b}`);

test("the exact McNemar test is SciPy's binomial test", () => {
  for (const { first, second, p } of golden.mcnemar)
    close(mcnemar(first, second), p, 1e-9 * p + 1e-14, `${first} against ${second}`);
});

test("class scores are scikit-learn's", () => {
  const { matrix, precision, recall, f1, support } = golden.scores;
  classScores(matrix).forEach((scores, i) => {
    close(scores.precision ?? NaN, precision[i], 1e-12, "precision");
    close(scores.recall ?? NaN, recall[i], 1e-12, "recall");
    close(scores.f1 ?? NaN, f1[i], 1e-12, "F1");
    assert.equal(scores.support, support[i]);
  });
});

test("a class that is never predicted has no precision, and one without samples no recall", () => {
  const [first, second] = classScores([
    [0, 0],
    [3, 0],
  ]);
  assert.deepEqual([first?.recall, second?.precision, first?.precision], [null, null, 0]);
});

for (const [title, key] of [
  ["the forward pass is NumPy's", "network"],
  ["a convolution is SciPy's correlation", "convolutions"],
] as const)
  test(title, () => {
    const { offset, scale, layers, images, probabilities: expected } = golden[key];
    const network = {
      offset: decodeFloats(offset, images[0].length, "offset"),
      scale: decodeFloats(scale, images[0].length, "scale"),
      layers: layers.map((layer: Stored) => ({
        ...layer,
        weights: decodeFloats(layer.weights, layer.units * weightsPerUnit(layer), "weights"),
        bias: decodeFloats(layer.bias, layer.units, "bias"),
      })),
    };
    images.forEach((image: number[], i: number) =>
      probabilities(network, image).forEach((value, k) => close(value, expected[i][k], 1e-9, `image ${i}`)),
    );
  });

test("the nearest images are NumPy's", () => {
  const samples = golden.nearest.images.map((pixels: number[], id: number) => ({
    id,
    truth: 0,
    holdout: false,
    guess: null,
    pixels,
  }));
  assert.deepEqual(
    nearest(golden.nearest.images[0], samples.slice(1), 6).map((each) => each.id),
    golden.nearest.nearest_to_first,
  );
});
