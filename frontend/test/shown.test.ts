// The selected sample is always one of those shown, whatever the filters; labels follow the epoch.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Run } from "../src/bundle/run.ts";
import { matches, type Sample, type Samples } from "../src/selection/samples.ts";
import { shownOf } from "../src/selection/shown.ts";
import { INITIAL, ORDERS, OUTCOMES, type Selection, SPLITS } from "../src/selection/state.ts";

const probabilities = [
  [0.9, 0.1, 0],
  [0.2, 0.7, 0.1],
  [0.5, 0.1, 0.4],
  [0.3, 0.3, 0.4],
];
const list: Sample[] = Array.from({ length: 8 }, (_, id) => {
  const holdout = id % 2 === 1;
  const row = probabilities[(id - 1) / 2] ?? [];
  const label = row.indexOf(Math.max(...row));
  const guess = holdout ? { label, confidence: row[label] ?? 0, probabilities: row } : null;
  return { id, truth: id % 3, holdout, guess, values: [id] };
});
const samples: Samples = { list, byId: new Map(list.map((each) => [each.id, each])) };
const ids = [1, 3, 5, 7];
const predictions = [Uint16Array.of(2, 2, 2, 2), Uint16Array.of(0, 1, 2, 2), Uint16Array.of(0, 1, 0, 2)];
const run = {
  holdout: { state: "ok", value: { sample_ids: ids } },
  snapshots: { state: "ok", value: { epochs: [2, 4, 6], predictions } },
} as unknown as Run;
const before = new Map(ids.map((id) => [id, id > 4]));

function* selections(): Generator<Selection> {
  for (const truth of [[], [0], [1, 2]])
    for (const predicted of [null, 0, 1, 2])
      for (const split of SPLITS)
        for (const outcome of OUTCOMES)
          for (const order of ORDERS)
            for (const confidence of [
              [0, 100],
              [50, 80],
            ] as [number, number][])
              for (const epoch of [null, 1, 2, 5])
                for (const sample of [null, 0, 3, 7, 99])
                  yield { ...INITIAL, truth, predicted, split, outcome, order, confidence, epoch, sample };
}

test("of every combination of filters, the selected sample is one of those shown, or there is none", () => {
  const shown = shownOf(run, samples, before);
  let none = 0;
  for (const selection of selections()) {
    const found = shown.samples(selection);
    const current = shown.current(selection);
    if (current === null) assert.equal(found.length, 0);
    else assert.ok(found.includes(current));
    none += Number(current === null);
    const wanted = list.filter((each) => matches(each, selection, before, shown.labels(selection)));
    assert.deepEqual(new Set(found), new Set(wanted));
    const selected = selection.sample === null ? undefined : samples.byId.get(selection.sample);
    if (selected && found.includes(selected)) assert.equal(current, selected);
  }
  assert.ok(none > 100);
});

test("the labels are those of the last snapshot that is not later, and the final ones where none is wanted", () => {
  const shown = shownOf(run, samples, null);
  const at = (epoch: number | null): (number | null)[] =>
    ids.map((id) => shown.label({ ...INITIAL, epoch }, samples.byId.get(id) as Sample));
  assert.deepEqual(at(2), [2, 2, 2, 2]);
  assert.deepEqual(at(5), [0, 1, 2, 2]);
  assert.deepEqual(at(6), [0, 1, 0, 2]);
  assert.deepEqual(at(null), [0, 1, 0, 2]);
  const cell: Selection = { ...INITIAL, epoch: 4, truth: [2], predicted: 2 };
  assert.deepEqual(
    shown.samples(cell).map(({ id }) => id),
    [5],
  );
});

test("a run without them keeps to the final labels", () => {
  const old = { ...run, snapshots: { state: "ok", value: { epochs: [2, 4, 6], predictions: null } } } as unknown as Run;
  const shown = shownOf(old, samples, null);
  assert.equal(shown.labels({ ...INITIAL, epoch: 2 }), null);
  assert.equal(shown.label({ ...INITIAL, epoch: 2 }, samples.byId.get(1) as Sample), 0);
});

test("learned last comes first: what is still wrong, then by the place from which on it was right", () => {
  const labels = [Uint16Array.of(2, 0, 2, 0), Uint16Array.of(1, 0, 0, 0), Uint16Array.of(1, 0, 2, 0)]; // true: 1 0 2 1
  const snapshots = { state: "ok", value: { epochs: [2, 4, 6], predictions: labels } };
  const shown = shownOf({ ...run, snapshots } as unknown as Run, samples, null);
  const found = shown.samples({ ...INITIAL, split: "holdout", order: "learned" });
  assert.deepEqual(
    found.map(({ id }) => [id, shown.learned?.get(id)]),
    [
      [7, 3],
      [5, 2],
      [1, 1],
      [3, 0],
    ],
  );
});
