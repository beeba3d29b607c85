import assert from "node:assert/strict";
import { test } from "node:test";
import { type Answers, suspicious } from "../src/model/suspicious.ts";

/** A run that held these out: sample id → [label, what it said]. */
const run = (results: string, said: Record<number, [number, number]>): Answers => ({
  results,
  ids: Object.keys(said).map(Number),
  truths: Object.values(said).map(([truth]) => truth),
  labels: Object.values(said).map(([, label]) => label),
});
const RUNS = [
  run("a", { 1: [0, 5], 2: [1, 1], 3: [2, 9], 4: [3, 8] }),
  run("b", { 1: [0, 5], 2: [1, 7], 3: [2, 9], 5: [4, 0] }),
  run("c", { 1: [0, 6], 2: [1, 7], 3: [2, 2], 5: [4, 0] }),
  run("d", { 1: [0, 5], 2: [1, 1] }),
];

test("the largest share of wrong runs leads, and what they said is counted", () => {
  const { runs, repeats, samples, enough, suspects } = suspicious(RUNS, 2);
  assert.deepEqual([runs, repeats, samples, enough], [4, 0, 5, 4]);
  assert.deepEqual(suspects, [
    {
      id: 1,
      truth: 0,
      heldOut: 4,
      wrong: 4,
      said: [
        [5, 3],
        [6, 1],
      ],
    },
    { id: 5, truth: 4, heldOut: 2, wrong: 2, said: [[0, 2]] },
    { id: 3, truth: 2, heldOut: 3, wrong: 2, said: [[9, 2]] },
    { id: 2, truth: 1, heldOut: 4, wrong: 2, said: [[7, 2]] },
  ]);
});

test("of a sample that few runs held out nothing is said", () => {
  assert.deepEqual(
    suspicious(RUNS, 3).suspects.map(({ id }) => id),
    [1, 3, 2],
  );
  assert.equal(suspicious(RUNS, 5).suspects.length, 0);
});

test("a run that repeats another is no second opinion", () => {
  const { runs, repeats, suspects } = suspicious([RUNS[0] as Answers, RUNS[0] as Answers, RUNS[0] as Answers], 2);
  assert.deepEqual([runs, repeats, suspects.length], [1, 2, 0]);
});

test("one wrong run of two is not enough", () => {
  const other = run("e", { 4: [3, 3] });
  assert.deepEqual(suspicious([RUNS[0] as Answers, other], 2).suspects, []);
});
