import assert from "node:assert/strict";
import { test } from "node:test";
import type { Flip } from "../src/model/minds.ts";
import { fewestPixels, saliency } from "../src/model/minds.ts";
import { tools } from "../src/pages/tools.ts";
import type { App } from "../src/panels/app.ts";

Object.assign(globalThis, { tools }); // what the build hands to panels.js
const { shared } = await import("../src/below/shared.ts");
Object.assign(globalThis, { tools: { ...tools, ...shared } }); // and to lab.js
const { flipped } = await import("../src/lab/mind.ts");

/** A softmax regression of nine pixels and three classes, and one with a hidden layer. */
const softmax = (logits: readonly number[]): number[] => {
  const top = Math.max(...logits);
  const powers = logits.map((each) => Math.exp(each - top));
  const total = powers.reduce((a, b) => a + b);
  return powers.map((each) => each / total);
};
const W = [0, 1, 2].map((label) => Array.from({ length: 9 }, (_, i) => Math.sin(3 * label + 1.7 * i) / 4));
const V = [0, 1, 2, 3].map((unit) => Array.from({ length: 9 }, (_, i) => Math.cos(2 * unit + 1.3 * i) / 3));
const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, each, i) => sum + each * (b[i] ?? 0), 0);
const linear = (values: readonly number[]): number[] => softmax(W.map((row) => dot(row, values)));
const deep = (values: readonly number[]): number[] => {
  const hidden = V.map((row) => Math.max(0, dot(row, values)));
  return softmax(
    [0, 1, 2].map((label) =>
      dot(
        [1, -1, 0.5, -0.7].map((w, i) => w * Math.sin(label + i)),
        hidden,
      ),
    ),
  );
};
const best = (values: readonly number[]): number => values.indexOf(Math.max(...values));
const LEVELS = Array.from({ length: 17 }, (_, i) => i);

function run<R>(steps: Iterator<unknown, R>): R {
  for (;;) {
    const { value, done } = steps.next();
    if (done) return value;
  }
}

test("a flip is a flip, and one pixel is enough exactly where brute force says so", () => {
  let [ones, more] = [0, 0];
  for (let n = 0; n < 60; n++)
    for (const [ask, levels] of [
      [linear, LEVELS],
      [deep, LEVELS],
      [linear, [6]],
      [deep, [5, 7]],
    ] as const) {
      const image = Array.from({ length: 9 }, (_, i) => Math.abs(Math.round(8 * Math.sin(7.1 * n + 3.3 * i + 1)) * 2));
      const before = best(ask(image));
      const single = image.some((_, at) =>
        levels.some((value: number) => best(ask(image.map((was, i) => (i === at ? value : was)))) !== before),
      );
      const flip = run(fewestPixels(ask, image, levels));
      assert.equal(flip?.pixels.length === 1, single);
      if (!flip) continue;
      assert.notEqual(flip.label, before);
      assert.equal(best(ask(flip.values)), flip.label);
      assert.deepEqual(
        [...flip.values.keys()].filter((i) => flip.values[i] !== image[i]),
        [...flip.pixels].sort((a, b) => a - b),
      );
      assert.equal(flip.proven, flip.pixels.length <= 2);
      if (flip.pixels.length === 1) ones++;
      else more++;
    }
  assert.ok(ones > 10 && more > 0, `${ones} ${more}`);
});

test("what an answer leans on is its gradient: p (w − Σ p w) of a softmax regression", () => {
  const image = [3, 0, 16, 8, 2, 11, 5, 7, 1];
  const answer = linear(image);
  const label = best(answer);
  const given = saliency(linear, image, 1e-4);
  image.forEach((_, i) => {
    const mean = answer.reduce((sum, p, each) => sum + p * ((W[each] as number[])[i] as number), 0);
    const wanted = (answer[label] as number) * (((W[label] as number[])[i] as number) - mean);
    assert.ok(Math.abs((given[i] as number) - wanted) < 1e-7);
  });
});

test("only where whatever a pixel can be was tried is it said that one is not enough; a colour pixel counts once", () => {
  const said = (dataset: object, places: number[]): string => {
    const run = { summary: { dataset: { class_names: ["0", "1"], image_shape: [1, 2], ...dataset } } };
    const ask = (values: readonly number[]): number[] => (values[0] ? [0.2, 0.8] : [0.9, 0.1]);
    const flip: Flip = { pixels: places, values: [1], label: 1, proven: places.length <= 2 };
    return flipped({ run } as unknown as App, ask, [0], flip);
  };
  const [proven, fewer] = ["One pixel is not enough.", "Perhaps fewer would do"];
  assert.ok(said({ max_value: 16 }, [0, 1]).includes(proven));
  assert.ok(said({ max_value: 255 }, [0, 1]).includes(fewer)); // tried black and white only
  assert.ok(said({ max_value: 16, channels: 3 }, [0, 1]).includes(fewer));
  assert.match(said({ max_value: 16, channels: 3 }, [0, 2, 4]), /^One pixel changed/);
  assert.match(said({ max_value: 16, channels: 3 }, [0, 2, 3]), /^Two pixels changed/);
});
