import assert from "node:assert/strict";
import { test } from "node:test";
import type { Run } from "../src/bundle/run.ts";
import { KINDS, type Lesson, lessonsOf, type Seen } from "../src/model/lessons.ts";
import type { Sample } from "../src/selection/samples.ts";
import { INITIAL, type Selection } from "../src/selection/state.ts";

const sample = (id: number, truth: number, probabilities: number[] | null, values = true): Sample => ({
  id,
  truth,
  holdout: probabilities !== null,
  values: values ? [0] : null,
  guess: probabilities && {
    label: probabilities.indexOf(Math.max(...probabilities)),
    confidence: Math.max(...probabilities),
    probabilities,
  },
});
const list = [
  sample(1, 0, [0.9, 0.05, 0.05]),
  sample(2, 0, [0.1, 0.8, 0.1]),
  sample(5, 1, [0.3, 0.6, 0.1]),
  sample(6, 1, null),
  sample(7, 2, [0.02, 0.95, 0.03], false), // more doubtful, but not to be seen
  sample(8, 2, [0, 0.4, 0.6]),
];
const samples = { list, byId: new Map(list.map((each) => [each.id, each])) };
const ok = (value: object): object => ({ state: "ok", value });

function run(changes: object = {}): Run {
  return {
    id: "a",
    summary: {
      dataset: { class_names: ["cat", "dog", "owl"], image_shape: [1, 1] },
      model: { layers: [{}, {}] },
      config: new Map<string, unknown>([["hidden_sizes", [128, 64]]]),
    },
    metrics: ok({
      confusion_matrix: [
        [9, 3, 0],
        [1, 9, 1],
        [0, 3, 7],
      ],
    }),
    curve: ok({ epochs: [1, 2, 3], holdout_loss: [0.5, 0.2, 0.3], holdout_accuracy: [0.5, 0.8, 0.9] }),
    network: ok({}),
    images: ok({}),
    ...changes,
  } as unknown as Run;
}
const seen = (selection: Partial<Selection>, more: Partial<Seen> = {}): Seen => ({
  selection: { ...INITIAL, ...selection },
  compared: null,
  drawn: null,
  ...more,
});
const made = (
  config: Record<string, unknown>,
  matrix = [
    [9, 3, 0],
    [4, 6, 1],
    [0, 3, 7],
  ],
): Run =>
  run({
    id: null,
    summary: { ...run().summary, config: new Map(Object.entries(config)) },
    metrics: ok({ confusion_matrix: matrix }),
  });
const kinds = (...args: Parameters<typeof lessonsOf>): string[] => lessonsOf(...args).map(({ kind }) => kind);
function lesson(kind: Lesson["kind"], of = run(), history = 3, trains = true): Lesson {
  const found = lessonsOf(of, samples, history, trains).find((each) => each.kind === kind);
  assert.ok(found, kind);
  return found;
}

test("a run has at most six lessons, and none that makes no sense for it", () => {
  assert.deepEqual(kinds(run(), samples, 3, true), ["doubt", "epoch", "cell", "region", "units", "beside"]);
  assert.deepEqual(kinds(run(), samples, 1, true).at(-1), "paint");
  const bare = run({ metrics: { state: "absent" }, curve: { state: "absent" }, network: { state: "damaged" } });
  assert.deepEqual(kinds(bare, { list: [], byId: new Map() }, 1, false), []);
  const table = run({ summary: { ...run().summary, dataset: { class_names: ["a"] }, model: { layers: [{}] } } });
  assert.deepEqual(kinds(table, samples, 1, true), ["doubt", "epoch", "cell", "region", "share"]);
});

test("nothing is done at the start", () => {
  const all = [...lessonsOf(run(), samples, 3, true), lesson("paint", run(), 1)];
  assert.deepEqual(
    all.filter((each) => each.done(seen({}))).map(({ kind }) => kind),
    [],
  );
});

test("the most doubtful sample is the one with an image and the most for another class", () => {
  const { values, done, answer } = lesson("doubt");
  assert.deepEqual(values, { truth: "cat", other: "dog" });
  assert.ok(done(seen({ sample: 2 })) && !done(seen({ sample: 7 })) && !done(seen({ sample: 5 })));
  assert.deepEqual(answer(seen({})), { truth: "cat", other: "dog", sample: "2", share: 0.8 });
});

test("the epoch is the one with the lowest loss, or the first of the highest accuracy, and never the last", () => {
  assert.ok(lesson("epoch").done(seen({ epoch: 2 })) && !lesson("epoch").done(seen({ epoch: 3 })));
  const falling = { epochs: [1, 2, 3, 4], holdout_loss: [4, 3, null, 1], holdout_accuracy: [0.1, 0.9, 0.9, 0.9] };
  assert.ok(lesson("reached", run({ curve: ok(falling) })).done(seen({ epoch: 2 })));
  for (const curve of [
    { epochs: [1, 2], holdout_loss: [2, 1], holdout_accuracy: [0.1, 0.2] },
    { epochs: [1, 2], holdout_loss: [null, null], holdout_accuracy: [null, null] },
    { epochs: [], holdout_loss: [], holdout_accuracy: [] },
  ])
    assert.equal(kinds(run({ curve: ok(curve) }), samples, 1, false).includes("epoch"), false);
});

test("the epoch is found among a million as well", () => {
  const epochs = Array.from({ length: 1_000_000 }, (_, i) => i + 1);
  const holdout_loss = epochs.map((each) => Math.abs(each - 700_000));
  const curve = { epochs, holdout_loss, holdout_accuracy: epochs.map(() => 0.5) };
  assert.ok(lesson("epoch", run({ curve: ok(curve) })).done(seen({ epoch: 700_000 })));
});

test("the commonest mistake may be any of several", () => {
  const { done, answer } = lesson("cell");
  for (const truth of [0, 2]) assert.ok(done(seen({ truth: [truth], predicted: 1 })));
  assert.ok(!done(seen({ truth: [1], predicted: 0 })) && !done(seen({ truth: [0], predicted: 0 })));
  assert.ok(!done(seen({ truth: [0, 2], predicted: 1 })) && !done(seen({ truth: [], predicted: 1 })));
  assert.deepEqual(answer(seen({})), { count: "3", truth: "cat", predicted: "dog" });
  const perfect = run({
    metrics: ok({
      confusion_matrix: [
        [9, 0],
        [0, 9],
      ],
    }),
  });
  assert.equal(kinds(perfect, samples, 1, false).includes("cell"), false);
});

test("a region has at least three samples that were predicted, and a mistake", () => {
  const { done } = lesson("region");
  assert.ok(done(seen({ among: [1, 2, 5] })) && done(seen({ among: [1, 2, 6, 8] })));
  assert.ok(!done(seen({ among: [1, 5, 8] })) && !done(seen({ among: [2, 5] })) && !done(seen({ among: [1, 2, 6] })));
  const right = list.filter(({ id }) => id !== 2);
  const [found] = lessonsOf(run(), { list: right, byId: new Map() }, 1, false).filter(({ kind }) => kind === "classes");
  assert.ok(found?.done(seen({ among: [1, 5, 8] })) && !found.done(seen({ among: [1] })));
});

test("a training in the page counts if it had half the units, or half the samples", () => {
  const { done, answer } = lesson("units");
  const [half, most] = [made({ hidden_sizes: [64, 32] }), made({ hidden_sizes: [128, 32] })];
  assert.ok(done(seen({}, { compared: half })) && !done(seen({}, { compared: most })));
  assert.ok(!done(seen({}, { compared: { ...half, id: "stored" } })));
  assert.deepEqual(answer(seen({}, { compared: half })), { truth: "dog", predicted: "cat", before: "1", after: "4" });
  assert.equal(answer(seen({})), null);
  const logistic = run({ summary: { ...run().summary, model: { layers: [{}] } } });
  const few = lesson("share", logistic);
  assert.ok(few.done(seen({}, { compared: made({ train_share: 0.2 }) })));
  assert.ok(!few.done(seen({}, { compared: made({}) })));
});

test("samples that changed sides are asked for beside a run of the history", () => {
  const { done } = lesson("beside");
  const other = run({ id: "b" });
  assert.ok(
    done(seen({ outcome: "fixed" }, { compared: other })) && done(seen({ outcome: "broken" }, { compared: other })),
  );
  assert.ok(!done(seen({}, { compared: other })) && !done(seen({ outcome: "fixed" })));
  assert.ok(!done(seen({ outcome: "fixed" }, { compared: made({}) })));
});

test("a picture that was painted over counts once it is taken for something else", () => {
  const { done, answer } = lesson("paint", run(), 1);
  assert.ok(done(seen({}, { drawn: { was: 0, now: 1 } })) && !done(seen({}, { drawn: { was: 1, now: 1 } })));
  assert.deepEqual(answer(seen({}, { drawn: { was: 0, now: 1 } })), { was: "cat", now: "dog" });
  assert.equal(new Set(KINDS).size, 10);
});
