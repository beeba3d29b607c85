import assert from "node:assert/strict";
import { test } from "node:test";
import { changes } from "../src/model/changes.ts";
import { tools } from "../src/pages/tools.ts";
import * as format from "../src/text/format.ts";

Object.assign(globalThis, { tools }); // what the build hands to panels.js
const { shared } = await import("../src/below/shared.ts");
Object.assign(globalThis, { tools: { ...tools, ...shared } }); // and to runs.js
const { verdict } = shared;
const { configDifferences } = await import("../src/runs/verdicts.ts");
const { settingOf } = await import("../src/runs/settings.ts");
const { auc5 } = await import("../src/below/roc.ts");

test("a setting that a run did not record is not the same as none", () => {
  const settings = new Map<string, unknown>([
    ["hidden_sizes", []],
    ["channels", [8, 16]],
    ["test_data", null],
  ]);
  const said = ["hidden_sizes", "channels", "test_data", "label_noise"].map((key) => settingOf(settings, key));
  assert.deepEqual(said, ["none", "8,16", "none", "not set"]);
});

test("an area under a curve is 0 or 1 only where it is exactly that", () => {
  const areas = [1, 0.999_997, 0.5, 0.98765, 0.000_001, 0];
  assert.deepEqual(areas.map(auc5), ["1", "> 0.99999", "0.5", "0.98765", "< 0.00001", "0"]);
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
  assert.equal(format.percent(0.99951), "99.95 %");
  assert.equal(format.percent(1), "100 %");
  assert.equal(format.interval(0.984, 0.99951), "98.4\u00a0–\u2060\u00a099.95\u00a0%");
});

test("numbers and times read as written", () => {
  assert.equal(format.count(17226), "17,226");
  assert.equal(format.time("2026-11-22T19:16:12Z"), "22 Nov 2026, 19:16 UTC");
  assert.equal(format.short(0.00012345), "0.000123");
  assert.equal(format.series(["a", "b", "c"]), "a, b and c");
  assert.equal(format.times(1) + format.times(2) + format.times(12), "oncetwice12 times");
});
