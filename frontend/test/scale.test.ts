import assert from "node:assert/strict";
import { test } from "node:test";
import { lastAtMost, logTicks, shade, ticks } from "../src/view/scale.ts";

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
