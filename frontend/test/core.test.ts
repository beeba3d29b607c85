import assert from "node:assert/strict";
import { test } from "node:test";
import { changes } from "../src/model/stats.ts";
import { find } from "../src/selection/runs.ts";
import { chosen, hardest, matches, type Sample } from "../src/selection/samples.ts";
import { shuffled } from "../src/selection/shuffle.ts";
import { INITIAL } from "../src/selection/state.ts";
import * as format from "../src/text/format.ts";
import { configDifferences, verdict } from "../src/text/verdicts.ts";
import { lastAtMost, logTicks, shade, ticks } from "../src/view/scale.ts";

const sample = (id: number, truth: number, label: number | null, confidence = 0.9): Sample => ({
  id,
  truth,
  holdout: label !== null,
  pixels: null,
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
    pixels: [0],
  }));
  many[5] = { ...(many[5] as Sample), pixels: null as never };
  const whole = { list: [...many, { ...sample(999, 0, null), pixels: [0] }], byId: new Map() };
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

test("changes count only what both runs held out", () => {
  const changed = changes(
    new Map([
      [1, true],
      [2, false],
      [3, true],
      [9, true],
    ]),
    new Map([
      [1, true],
      [2, true],
      [3, false],
      [8, true],
    ]),
  );
  assert.deepEqual(changed, { fixed: [2], broken: [3], bothRight: 1, bothWrong: 0 });
});

test("the verdict says chance where it is chance, and difference where it is one", () => {
  const many = Array.from({ length: 12 }, (_, i) => i);
  assert.match(
    verdict({ fixed: many, broken: [], bothRight: 300, bothWrong: 2 }, "b", "a"),
    /more than chance.*p < 0.001/,
  );
  assert.match(
    verdict({ fixed: [1], broken: [2, 3], bothRight: 300, bothWrong: 2 }, "b", "a"),
    /could well be chance.*p = 1.00/,
  );
  assert.match(verdict({ fixed: [], broken: [], bothRight: 300, bothWrong: 2 }, "b", "a"), /no difference to test/);
  assert.match(verdict({ fixed: [], broken: [], bothRight: 0, bothWrong: 0 }, "b", "a"), /none that both predicted/);
});

test("settings that cannot change a result come last", () => {
  const found = configDifferences(
    new Map<string, unknown>([
      ["run_label", "a"],
      ["epochs", 3],
      ["same", 1],
    ]),
    new Map<string, unknown>([
      ["run_label", "b"],
      ["epochs", 4],
      ["same", 1],
      ["gone", [1, 2]],
    ]),
  );
  assert.deepEqual(
    found.map(({ key, was, now }) => [key, was, now]),
    [
      ["epochs", "4", "3"],
      ["gone", "1,2", null],
      ["run_label", "b", "a"],
    ],
  );
});

test("a percentage below one is never rounded up to certainty", () => {
  assert.equal(format.percent(0.99951), "> 99.9 %");
  assert.equal(format.percent(1), "100.0 %");
  assert.equal(format.interval(0.984, 0.99951), "98.4\u00a0–\u2060\u00a099.95\u00a0%");
});

test("numbers and times read as written", () => {
  assert.equal(format.count(17226), "17,226");
  assert.equal(format.time("2026-11-22T19:16:12Z"), "22 Nov 2026, 19:16 UTC");
  assert.equal(format.short(0.00012345), "0.000123");
  assert.equal(format.series(["a", "b", "c"]), "a, b and c");
  assert.equal(format.times(1) + format.times(2) + format.times(12), "oncetwice12 times");
});

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
  assert.equal(find(runs, "odd mlp", "newest").length, 500);
  assert.equal(find(runs, "synthetic", "newest")[0]?.run_id, "20261122-000007");
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
    ["interrupted", "replayed different"].map((query) => find(marked, query, "newest").map((run) => run.run_id)),
    [["20261122-000009"], ["20261122-000008"]],
  );
  assert.equal(find(runs, "", "accuracy")[0]?.accuracy, 0.999);
  assert.equal(find(runs, "", "macro_f1")[0]?.macro_f1, 1);
});
