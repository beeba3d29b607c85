// What the page of a sweep says, by the table that Python's tests read, too; and what it refuses.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type { Source } from "../src/bundle/source.ts";
import { Missing } from "../src/bundle/source.ts";
import type { Sweep } from "../src/contract.ts";
import { type App, pointsOf, ranked, runAddress, trainCommand } from "../src/sweep/app.ts";
import { loadSweep, sweepIn, sweepsOf, wantedSweep } from "../src/sweep/load.ts";
import { roundTicks, scaleOf, tickText } from "../src/sweep/track.ts";
import { differenceSentence, rowName, settingName, sweepSentences } from "../src/sweep/words.ts";

interface Entry {
  sweep: Sweep;
  sentences: string[];
  differences: string[];
  names: string[];
  rows: string[];
}
const table: Record<string, Entry> = JSON.parse(
  readFileSync(new URL("../../tests/golden/sweeps.json", import.meta.url), "utf8"),
);
const plain = (text: string): string => text.replaceAll("\u00a0", " ");
const models = (): Sweep => structuredClone((table.models as Entry).sweep);

for (const [name, { sweep, sentences, differences, names, rows }] of Object.entries(table))
  test(`${name}: the page says what Python says`, () => {
    assert.deepEqual(sweepSentences(sweep).map(plain), sentences);
    assert.deepEqual(
      differences.map((_, row) => plain(differenceSentence(sweep, row))),
      differences,
    );
    assert.deepEqual(
      names.map((_, i) => settingName(sweep, i)),
      names,
    );
    assert.deepEqual(
      rows.map((_, i) => rowName(sweep, i)),
      rows,
    );
  });

test("an address names one sweep, or the latest is meant", () => {
  assert.deepEqual(wantedSweep(""), { kind: "latest" });
  assert.deepEqual(wantedSweep("?sweep=artifacts/sweeps/20261126-200000-a/"), {
    kind: "sweep",
    path: "artifacts/sweeps/20261126-200000-a",
  });
  for (const bad of ["?sweep=//evil", "?sweep=javascript:1", "?sweep=a&sweep=b", "?sweep=../../../../x", "?sweep="])
    assert.equal(wantedSweep(bad).kind, "refused", bad);
});

/** A source that has one file. */
function holding(path: string, value: unknown): Source {
  return {
    kind: "http",
    async read(wanted) {
      if (wanted !== path) throw new Missing(wanted);
      return JSON.stringify(value);
    },
  };
}
const FOLDER = "artifacts/sweeps/20261126-200000-example";

test("a sweep is read with its root, and without its data set all the same", async () => {
  const stable = { ...models(), stability: [] };
  const { sweep, root, images } = await loadSweep(holding(`${FOLDER}/sweep.json`, stable), FOLDER);
  assert.equal(root, "artifacts");
  assert.equal(images.state, "absent");
  assert.equal(sweep.settings.values.length, 3);
});

const BROKEN: [string, (sweep: Sweep) => void, RegExp][] = [
  [
    "a short column",
    (sweep) => sweep.points.accuracy.pop(),
    /points\.accuracy: expected a list of 30, got a list of 29/,
  ],
  ["a setting that is not there", (sweep) => sweep.points.setting.splice(0, 1, 3), /points\.setting: expected 0\.\.2/],
  ["a value too few", (sweep) => sweep.settings.values.splice(0, 1, []), /settings\.values\[0\]: expected a list of 1/],
  ["a best that is not there", (sweep) => Object.assign(sweep.best as object, { setting: 9 }), /best: expected 0\.\.2/],
  ["a run id with a path in it", (sweep) => sweep.points.run.splice(0, 1, "../../x"), /points\.run/],
  ["a negative sample", (sweep) => sweep.pairs.point.push(-1), /pairs\.point/],
];
for (const [name, spoil, message] of BROKEN)
  test(`refused: ${name}`, async () => {
    const sweep = models();
    spoil(sweep);
    await assert.rejects(loadSweep(holding(`${FOLDER}/sweep.json`, sweep), FOLDER), message);
  });

const entry = (n: number, sweep?: string): object => ({
  run_id: `20260101-00000${n}-x`,
  label: null,
  created: "2026-01-01T00:00:00Z",
  model: "mlp",
  channels: [],
  hidden_sizes: [4],
  parameters: 10,
  accuracy: 0.5,
  macro_f1: 0.5,
  synthetic: false,
  diverged: false,
  manifest_sha256: "0".repeat(64),
  ...(sweep ? { sweep } : {}),
});
const segment = (n: number): object => ({
  file: `index-000${n}.json`,
  runs: 1,
  real: 1,
  lowest: "20260101-000001-x",
  highest: "20260101-000009-x",
  sha256: "0".repeat(64),
});
/** A history whose newest run belongs to `newest`, with two segments of a run each. */
function history(newest?: string): { source: Source; read: string[] } {
  const read: string[] = [];
  const files: Record<string, object> = {
    "a/index.json": {
      schema_version: 2,
      generation: 1,
      latest: "20260101-000009-x",
      count: 3,
      runs: [entry(9, newest)],
      segments: [segment(2), segment(1)],
    },
    "a/index-0002.json": { schema_version: 1, runs: [entry(2, "20260102-000000-b")] },
    "a/index-0001.json": { schema_version: 1, runs: [entry(1, "20260101-000000-a")] },
  };
  const source: Source = {
    kind: "http",
    async read(path) {
      read.push(path);
      if (!files[path]) throw new Missing(path);
      return JSON.stringify(files[path]);
    },
  };
  return { source, read };
}

test("sweeps of older runs are looked for when asked, or where the newest have none", async () => {
  const known = history("20260103-000000-c");
  assert.deepEqual(await sweepsOf(known.source, "a"), { ids: ["20260103-000000-c"], older: true });
  assert.deepEqual(known.read, ["a/index.json"]);
  const all = { ids: ["20260103-000000-c", "20260102-000000-b", "20260101-000000-a"], older: false };
  assert.deepEqual(await sweepsOf(known.source, "a", true), all);
  const unknown = history();
  assert.deepEqual(await sweepsOf(unknown.source, "a"), { ids: ["20260102-000000-b"], older: true });
  assert.deepEqual(await sweepsOf(unknown.source, "nowhere"), { ids: [], older: false });
});

test("a folder that was opened holds the newest sweep", () => {
  assert.equal(
    sweepIn(["a/sweeps/20250101-000000-x/sweep.json", "a/sweeps/20260101-000000-y/sweep.json"]),
    "a/sweeps/20260101-000000-y",
  );
  assert.equal(sweepIn(["a/index.json"]), null);
});

test("a point leads to its run, or to the command that trains it", () => {
  const sweep = models();
  sweep.points.run[0] = "20261126-200000-a";
  sweep.points.run[1] = "20261126-200001-b";
  sweep.points.split_state[2] = 7;
  const app: App = {
    sweep,
    root: "artifacts",
    images: { state: "absent" },
    exported: false,
    scope: new AbortController().signal,
  };
  assert.equal(
    runAddress(app, 0, 5, 1),
    "index.html?artifacts=artifacts/20261126-200000-a&vs=20261126-200001-b&sample=5",
  );
  assert.equal(runAddress(app, 2), null);
  assert.equal(runAddress({ ...app, exported: true }, 0), null);
  assert.equal(
    trainCommand(app, 2),
    "digit-classifier train --epochs 40 --model logistic --random-state 2 --split-state 7",
  );
});

test("every kind of setting is typed as the table says that Python's tests parse", () => {
  const url = new URL("../../tests/golden/sweep_commands.json", import.meta.url);
  const commands: [string, Sweep["settings"]["values"][number][number], string][] = JSON.parse(
    readFileSync(url, "utf8"),
  );
  for (const [name, value, typed] of commands) {
    const sweep = models();
    sweep.axes = [{ ...(sweep.axes[0] as Sweep["axes"][number]), name }];
    sweep.settings.values = [[value]];
    sweep.points.setting = [0];
    const command = trainCommand({ sweep } as App, 0);
    assert.ok(command.startsWith(`${sweep.train_command} ${typed} --random-state `), command);
  }
});

test("settings stand in the order of their means, and points with theirs", () => {
  const sweep = models();
  const order = ranked(sweep);
  assert.equal(order[0], sweep.best?.setting);
  assert.deepEqual([...order].sort(), [0, 1, 2]);
  assert.deepEqual(
    pointsOf(sweep).map((each) => each.length),
    [10, 10, 10],
  );
});

test("an axis has a few round numbers, and holds one value as well as many", () => {
  assert.deepEqual(roundTicks(0.93, 1, 5), [0.94, 0.96, 0.98, 1]);
  assert.equal(tickText([0.94, 0.96])(0.94), "94");
  assert.equal(tickText([0.985, 0.99])(0.985), "98.5");
  const { low, high } = scaleOf([0.97, 0.97]);
  assert.ok(low < 0.97 && high > 0.97);
  assert.equal(scaleOf([0, 1]).at(0.5), "50.00%");
});
