// Against SciPy, scikit-learn and NumPy: tests/golden/page.json, written by make_page_golden.py beside it.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { decodeFloats } from "../src/bundle/bytes.ts";
import { mcnemar } from "../src/model/changes.ts";
import { components } from "../src/model/components.ts";
import { type LayerShape, weightsPerUnit } from "../src/model/layers.ts";
import { nearest } from "../src/model/nearest.ts";
import { probabilities } from "../src/model/network.ts";
import { classScores } from "../src/model/scores.ts";

const golden = JSON.parse(readFileSync(new URL("../../tests/golden/page.json", import.meta.url), "utf8"));
type Stored = LayerShape & { activation: "relu" | "softmax"; weights: string; bias: string };
const close = (a: number, b: number, tolerance: number, what: string): void =>
  assert.ok(Math.abs(a - b) <= tolerance, `${what}: ${a} is not ${b}`);
function ended<T>(steps: Iterator<unknown, T>): T {
  let step = steps.next();
  while (!step.done) step = steps.next();
  return step.value;
}

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
    values: pixels,
  }));
  assert.deepEqual(
    nearest(golden.nearest.images[0], samples.slice(1), 6).map((each) => each.id),
    golden.nearest.nearest_to_first,
  );
});

test("the two principal components are scikit-learn's, and of what is flat nothing is made up", () => {
  const { rows, points, shares } = golden.components;
  const found = ended(components(rows));
  found.shares.forEach((share, k) => close(share, shares[k], 1e-10, "share of the variance"));
  for (const k of [0, 1] as const) {
    const sign = Math.sign(found.points[0]?.[k] ?? 0) * Math.sign(points[0][k]);
    found.points.forEach((point, i) => close(sign * point[k], points[i][k], 1e-3, `component ${k} of row ${i}`));
  }
  const numbers = (rows: number[][]): number[] => {
    const { points, shares } = ended(components(rows));
    return [...points.flat(), ...shares];
  };
  for (const flat of [[[3, 3]], [[1], [1], [1]], [[], []]]) assert.ok(numbers(flat).every((each) => each === 0));
  [-2, 0, -1, 0, 3, 0, 1, 0].forEach((wanted, i) => close(numbers([[0], [1], [5]])[i] ?? NaN, wanted, 1e-12, "a line"));
});
