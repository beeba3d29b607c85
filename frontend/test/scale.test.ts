import assert from "node:assert/strict";
import { test } from "node:test";
import { tools } from "../src/pages/tools.ts";
import { lastAtMost, shade } from "../src/view/scale.ts";

Object.assign(globalThis, { tools }); // what the build hands to panels.js
const { epochTicks, logTicks, ticks } = await import("../src/below/ticks.ts");

test("ticks are round and inside", () => {
  assert.deepEqual(ticks(0, 1), [0, 0.2, 0.4, 0.6, 0.8, 1]);
  assert.deepEqual(ticks(1, 100), [20, 40, 60, 80, 100]);
  assert.deepEqual(logTicks(0.08, 2), [0.1, 0.3, 1]);
});

test("one mistake among many hits is seen, and nothing is not", () => {
  assert.equal(shade(1, 1000), 1);
  assert.equal(shade(0, 1000), 0);
  assert.equal(shade(1000, 1000), 8);
});

test("the snapshot of an epoch is the last one not later", () => {
  assert.deepEqual(
    [0, 1, 4, 5, 99].map((epoch) => lastAtMost([1, 5, 10], epoch)),
    [0, 0, 0, 1, 2],
  );
});

test("the numbers below an axis keep their distance, whatever the width and the number of epochs", () => {
  for (const epochs of [2, 3, 5, 10, 30, 80, 99, 100, 101, 999, 1000, 12_345])
    for (const span of [40, 90, 120, 150, 200, 320, 600, 1200]) {
      const x = (epoch: number): number => 46 + ((epoch - 1) / (epochs - 1)) * span;
      const found = epochTicks(epochs, x);
      const width = (tick: number): number => 7 * (tick === 1 || found.length === 1 ? 7 : String(tick).length);
      const boxes = found.map((tick): [number, number] => {
        const [at, wide] = [x(tick), width(tick)];
        if (tick === 1 && found.length > 1) return [at, at + wide];
        return tick === epochs ? [at - wide, at] : [at - wide / 2, at + wide / 2];
      });
      assert.equal(found.at(-1), epochs);
      boxes
        .slice(1)
        .forEach(([left], i) => assert.ok(left > boxes[i]![1] + 4, `${epochs} epochs in ${span}: ${found}`));
    }
  assert.deepEqual(
    epochTicks(100, (epoch) => 6 * epoch),
    [1, 20, 40, 60, 80, 100],
  );
  assert.deepEqual(
    epochTicks(1, () => 46),
    [1],
  );
});
