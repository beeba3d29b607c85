// Exact training against Python, room by room: tests/golden/exact_steps.json, written by make_exact_steps.py beside it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { exp, fsum, log } from "../src/exact/arithmetic.ts";
import { jittered } from "../src/exact/augmentation.ts";
import { newNetwork } from "../src/exact/build.ts";
import { best } from "../src/exact/network.ts";
import { oneStep } from "../src/exact/onestep.ts";
import { optimizer } from "../src/exact/optimizers.ts";
import { randomOrder, randomStream, unitUniform } from "../src/exact/random.ts";
import { splitOf } from "../src/exact/split.ts";
import { asker } from "../src/exact/training.ts";
import { dataOf, digestOf, digestOfIds, doubles, finished, floats, golden, settingsOf, train } from "./exact.ts";

const { fround } = Math;

test("random words are NumPy's", () => {
  for (const [state, purpose, words] of golden.randomness.words)
    assert.deepEqual(Array.from(randomStream(state, purpose).words(words.length), String), words);
});

test("random orders are Python's", () => {
  for (const [count, digest] of golden.randomness.orders)
    assert.equal(digestOfIds(randomOrder(randomStream(42, 2), count)), digest, `${count}`);
});

test("the exponential and the logarithm have Python's bits", () => {
  const [powers, exponentials] = golden.numerics.exp.map(floats);
  assert.ok(powers.length >= 2000);
  powers.forEach((x: number, i: number) => assert.equal(exp(x), exponentials[i], `exp(${x})`));
  const [positive, logarithms] = [floats(golden.numerics.log[0]), doubles(golden.numerics.log[1])];
  assert.ok(positive.length >= 2000);
  positive.forEach((x, i) => assert.equal(log(x), logarithms[i], `log(${x})`));
});

test("the square root, which is taken on trust, is NumPy's for 100,000 numbers", () => {
  const numbers = unitUniform(randomStream(7, 1).words(100_000)).map((x) => fround(fround(x) * fround(1e-3)));
  assert.equal(digestOf(numbers.map(Math.sqrt)), golden.numerics.roots);
});

test("a sum is rounded once, as Python's fsum", () => {
  for (const [values, sum] of golden.numerics.sums) assert.equal(fsum(values), sum, JSON.stringify(values.slice(0, 4)));
});

test("images move as in Python", () => {
  for (const { channels, height, width, count, maps, pixels, digest } of golden.augmentation) {
    const numbers = unitUniform(randomStream(5, height).words(channels * height * width * count));
    const images = Float32Array.from(numbers);
    finished(jittered(images, count, channels, height, width, randomStream(5, 3).words(6 * maps), pixels));
    assert.equal(digestOf(images), digest, `${channels} × ${height} × ${width}`);
  }
});

test("optimisers change parameters as in Python, and forget the same", () => {
  for (const [name, states] of Object.entries<Record<string, string>>(golden.optimizers)) {
    const gradients = unitUniform(randomStream(9, 0).words(120 * 40)).map((x) => x - 0.5);
    const parameters = Float32Array.from({ length: 40 }, (_, i) => (i === 39 ? 1 : i * (2 / 39) - 1));
    const update = optimizer(name, parameters, 0.3);
    for (let number = 1; number <= 120; number++) {
      const gradient = Float32Array.from(gradients.subarray(40 * (number - 1), 40 * number));
      if (number > 1) gradient.fill(0, 0, 3);
      update(gradient, 0.01);
      if (states[number]) assert.equal(digestOf(parameters), states[number], `${name}, update ${number}`);
    }
  }
});

for (const [name, each] of Object.entries<Record<string, string>>(golden.splits))
  test(`the split is Python's: ${name}`, () => {
    const data = dataOf(each.data as string);
    const split = splitOf(settingsOf(each.config as never, data), data);
    assert.equal(digestOfIds(split.holdout), each.holdout, "hold-out");
    assert.equal(digestOfIds(split.training), each.training, "training");
    assert.equal(digestOfIds(split.labels), each.labels, "labels");
  });

test("settings that no split can have are refused by name", () => {
  const data = dataOf("digits");
  const config = settingsOf(golden.splits["random 42"].config, data);
  assert.throws(() => splitOf({ ...config, testSize: 0.0001 }, data), /^Error: split: expected every class on both/);
  assert.throws(() => splitOf({ ...config, split: "folds", testSize: 0.3 }, data), /^Error: test_size: expected 1/);
  assert.throws(() => splitOf({ ...config, split: "grouped" }, data), /^Error: split: expected/);
  assert.throws(() => splitOf({ ...config, split: "given" }, data), /^Error: split: expected/);
});

for (const each of golden.steps)
  test(`one step is Python's in every number: ${each.name}, ${each.before} batches before`, () => {
    const data = dataOf(each.data);
    const config = settingsOf(each.config, data);
    const start = newNetwork(config, data, splitOf(config, data).training);
    assert.equal(digestOf(start.parameters), each.start, "start");
    const step = finished(oneStep(config, data, each.before + 1));
    const rows = (values: ArrayLike<number>): number => values.length / step.samples;
    const outputs = [...step.inputs.slice(1).map((hidden) => withoutLast(hidden, rows(hidden))), step.probabilities];
    assert.equal(digestOfIds(step.labels), each.labels, "labels");
    assert.equal(digestOf(step.inputs[0]!), each.inputs, "inputs");
    assert.deepEqual(outputs.map(digestOf), each.outputs, "forward");
    assert.deepEqual(step.deltas.map(digestOf), each.deltas, "errors");
    assert.deepEqual(step.gradients.map(digestOf), each.gradients, "gradients");
    assert.deepEqual(step.after.map(digestOf), each.parameters, "update");
    for (const { layer, unit, column, before, gradient, after } of each.weights.flat()) {
      const at = unit * (step.shapes[layer]!.weights + 1) + column;
      const shown = [step.before[layer]![at], step.gradients[layer]![at], step.after[layer]![at]];
      assert.deepEqual(shown.map(zero), [before, gradient, after].map(zero), `layer ${layer}, ${unit}, ${column}`);
    }
  });

const zero = (value: number | undefined): number | undefined => value && value + 0; // −0 is 0

function withoutLast(values: ArrayLike<number>, width: number): number[] {
  return Array.from(values).filter((_, i) => i % width !== width - 1);
}

for (const [name, each] of Object.entries<Record<string, never>>(golden.cases))
  test(`a whole training has Python's weights: ${name}`, () => {
    const data = dataOf(each.data as never);
    const config = settingsOf(each.config as never, data);
    const found = train(config, data);
    const { epochs, net } = found;
    assert.equal(found.digest, each.weights);
    assert.equal(epochs.length, each.epochs);
    assert.deepEqual(found.diverged, each.diverged);
    const curve = epochs.map(({ training, holdout }) => [
      training.loss,
      training.accuracy,
      holdout.loss,
      holdout.accuracy,
    ]);
    assert.deepEqual(curve.length < 5 ? curve : [...curve.slice(0, 2), ...curve.slice(-2)], each.curve);
    const { training, labels, holdout } = splitOf(config, data);
    assert.equal(digestOf(finished(asker(net, data, holdout).ask(net))), each.probabilities);
    const guesses = finished(asker(net, data, training).ask(net));
    const hits = labels.filter((label, row) => best(guesses, row, data.classNames.length) === label).length;
    assert.equal(hits / training.length, each.train_accuracy);
  });
