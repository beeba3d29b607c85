import assert from "node:assert/strict";
import { test } from "node:test";
import { find } from "../src/selection/runs.ts";
import { chosen, hardest, matches, type Sample } from "../src/selection/samples.ts";
import { shuffled } from "../src/selection/shuffle.ts";
import { INITIAL } from "../src/selection/state.ts";

const sample = (id: number, truth: number, label: number | null, confidence = 0.9): Sample => ({
  id,
  truth,
  holdout: label !== null,
  values: null,
  guess:
    label === null
      ? null
      : { label, confidence, probabilities: [0, 1, 2].map((k) => (k === label ? confidence : (1 - confidence) / 2)) },
});
const list = [sample(3, 0, 0), sample(10, 1, 2, 0.5), sample(11, 1, null), sample(500, 2, 2, 0.6)];
const samples = { list, byId: new Map(list.map((each) => [each.id, each])) };
const ids = (patch: object, before: Map<number, boolean> | null = null): number[] =>
  chosen(samples, { ...INITIAL, ...patch }, before).map((each) => each.id);

test("filters combine and keep stable ids", () => {
  assert.deepEqual(ids({}), [3, 10, 11, 500]);
  assert.deepEqual(ids({ truth: [1] }), [10, 11]);
  assert.deepEqual(ids({ truth: [1], predicted: 2 }), [10]);
  assert.deepEqual(ids({ split: "training" }), [11]);
  assert.deepEqual(ids({ outcome: "wrong" }), [10]);
  assert.deepEqual(ids({ outcome: "right", confidence: [70, 100] }), [3]);
  assert.deepEqual(ids({ order: "doubt" }), [10, 500, 3, 11]);
  assert.deepEqual(ids({ among: [3, 11, 400, 500] }), [3, 11, 500]);
  assert.deepEqual(ids({ among: [3, 11, 500], split: "holdout" }), [3, 500]);
});

test("samples that changed sides are found by id", () => {
  const before = new Map([
    [3, false],
    [10, true],
    [500, true],
  ]);
  assert.deepEqual(ids({ outcome: "fixed" }, before), [3]);
  assert.deepEqual(ids({ outcome: "broken" }, before), [10]);
  assert.equal(matches(list[0] as Sample, { ...INITIAL, outcome: "fixed" }, null), false);
});

test("the hardest are the mistakes with the least for the truth, then the right ones with the least", () => {
  const many = Array.from({ length: 300 }, (_, id) => ({
    ...sample(id, id % 3, id % 7 ? id % 3 : (id + 1) % 3, 0.5 + ((id * 37) % 101) / 250),
    values: [0],
  }));
  many[5] = { ...(many[5] as Sample), values: null as never };
  const whole = { list: [...many, { ...sample(999, 0, null), values: [0] }], byId: new Map() };
  const truth = (each: Sample): number => each.guess?.probabilities[each.truth] ?? 9;
  const wrong = (each: Sample): boolean => each.guess?.label !== each.truth;
  const sorted = many
    .filter((each) => each.id !== 5)
    .sort((a, b) => Number(wrong(b)) - Number(wrong(a)) || truth(a) - truth(b) || a.id - b.id);
  for (const n of [1, 8, 60])
    assert.deepEqual(
      hardest(whole, n).map((each) => each.id),
      sorted.slice(0, n).map((each) => each.id),
    );
  assert.deepEqual(hardest({ list: [], byId: new Map() }, 3), []);
});

test("a shuffle keeps every item once and depends on the seed alone", () => {
  const items = Array.from({ length: 500 }, (_, i) => i);
  assert.deepEqual(
    [...shuffled(items, 5)].sort((a, b) => a - b),
    items,
  );
  assert.deepEqual(shuffled(items, 5), shuffled(items, 5));
  assert.notDeepEqual(shuffled(items, 5), shuffled(items, 6));
  assert.deepEqual(
    shuffled([1, 2, 3, 4, 5], 1),
    [1, 2, 3, 4, 5].map((_, i) => shuffled([1, 2, 3, 4, 5], 1)[i]),
  );
});

test("a shuffle prefers no place", () => {
  const counts = [0, 0, 0, 0];
  for (let seed = 0; seed < 8000; seed++) counts[shuffled([0, 1, 2, 3], seed).indexOf(0)]!++;
  for (const n of counts) assert.ok(Math.abs(n - 2000) < 200, counts.join());
});

test("a thousand runs are searched by every word", () => {
  const runs = Array.from({ length: 1000 }, (_, i) => ({
    run_id: `20261122-${String(i).padStart(6, "0")}`,
    label: i % 2 ? "odd one" : null,
    created: "2026-11-22T19:16:12Z",
    model: "mlp",
    channels: [],
    hidden_sizes: [i],
    parameters: 1,
    accuracy: i / 1000,
    macro_f1: 1 - i / 1000,
    synthetic: i === 7,
    diverged: false,
    manifest_sha256: "",
  }));
  assert.equal(find(runs, "odd mlp").length, 500);
  assert.equal(find(runs, "synthetic")[0]?.run_id, "20261122-000007");
  const marked = runs.map((run, i) =>
    i === 9
      ? { ...run, interrupted: true }
      : i === 8
        ? {
            ...run,
            replay: {
              replayed: run.created,
              tier: "different" as const,
              promised: "bit-identical" as const,
              held: false,
              differs: [],
            },
          }
        : run,
  );
  assert.deepEqual(
    ["interrupted", "replayed different"].map((query) => find(marked, query).map((run) => run.run_id)),
    [["20261122-000009"], ["20261122-000008"]],
  );
  assert.equal(find(runs, "", "accuracy")[0]?.accuracy, 0.999);
  assert.equal(find(runs, "", "macro_f1")[0]?.macro_f1, 1);
});
