// What is said of two runs, in the cases in which a template says too much.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Run } from "../src/bundle/run.ts";
import { differenceInterval } from "../src/model/stats.ts";
import { tools } from "../src/pages/tools.ts";
import { besides, footing, namesOf, points } from "../src/text/verdicts.ts";

Object.assign(globalThis, { tools }); // what the build hands to panels.js
const { shared } = await import("../src/below/shared.ts");
Object.assign(globalThis, { tools: { ...tools, ...shared } }); // and to runs.js
const { unpaired, verdict } = shared;
const { contradiction, incomparable, warning } = await import("../src/runs/verdicts.ts");

interface Made {
  label?: string;
  id?: string | null;
  data?: string;
  ids?: number[] | null; // held out; null: not readable
  hits?: number;
  n?: number;
  loss?: number;
  sure?: number;
  config?: Record<string, unknown>;
}

function run({ label = "a", id = "1", data = "d", ids = [1], hits = 1, n = ids?.length ?? 1, ...rest }: Made): Run {
  const { loss = 0.1, sure = 0.9, config = {} } = rest;
  return {
    id,
    summary: {
      label,
      dataset: { sha256: data },
      split: { sha256: String(ids ?? label), holdout: n },
      config: new Map(Object.entries(config)),
    },
    metrics: {
      state: "ok",
      value: {
        accuracy: hits / n,
        log_loss: loss,
        confusion_matrix: [
          [hits, n - hits],
          [0, 0],
        ],
      },
    },
    holdout:
      ids === null
        ? { state: "absent" }
        : { state: "ok", value: { sample_ids: ids, probabilities: ids.map(() => [sure, 1 - sure]) } },
  } as unknown as Run;
}

const near = (found: number, expected: number): void =>
  assert.ok(Math.abs(found - expected) < 5e-5, `${found} is not ${expected}`);

test("the interval of a difference is the one that Newcombe printed", () => {
  // Statistics in Medicine 17 (1998), 873-890, table II, method 10.
  for (const [a, n, b, m, low, high] of [
    [56, 70, 48, 80, 0.0524, 0.3339],
    [9, 10, 3, 10, 0.1705, 0.809],
    [6, 7, 2, 7, 0.0582, 0.8062],
    [5, 56, 0, 29, -0.0381, 0.1926],
    [0, 10, 0, 20, -0.1611, 0.2775],
    [0, 10, 0, 10, -0.2775, 0.2775],
    [10, 10, 0, 20, 0.6791, 1],
    [10, 10, 0, 10, 0.6075, 1],
  ] as const) {
    const found = differenceInterval({ hits: a, n }, { hits: b, n: m });
    near(found.low, low);
    near(found.high, high);
  }
});

test("the same images, others, and other data", () => {
  const now = run({ ids: [1, 2, 3, 4] });
  assert.equal(footing(now, run({ ids: [1, 2, 3, 4], label: "b" })), "same images");
  assert.equal(warning(now, run({ ids: [1, 2, 3, 4] })), null);
  for (const [was, expected] of [
    [run({ ids: [3, 4, 5, 6] }), "Tested on different samples; only 2 of 4 in common."],
    [run({ ids: [5, 6, 7, 8] }), "Tested on different samples; none of 4 in common."],
    [run({ ids: [4, 5] }), "Tested on different samples; only 1 of the 4 and 2 in common."],
    [run({ ids: null, label: "b" }), "Tested on different samples; the two runs held out different ones."],
  ] as const)
    assert.equal(warning(now, was), expected);
  assert.match(warning(now, run({ data: "other" })) ?? "", /^Not comparable: .* different data sets/);
  assert.match(incomparable(now, run({ data: "other" })) ?? "", /different data sets/);
  assert.match(incomparable(now, run({ ids: null })) ?? "", /no readable holdout.json/);
});

test("two runs of one name are told apart", () => {
  assert.deepEqual(namesOf(run({ id: "1" }), run({ id: "2" })), ["a (1)", "a (2)"]);
  assert.deepEqual(namesOf(run({ label: "a" }), run({ label: "b" })), ["a", "b"]);
  assert.deepEqual(namesOf(run({ id: null }), run({ id: "2" })), ["a", "a (2)"]);
});

test("a difference is never rounded to the other side of nothing", () => {
  assert.deepEqual([0, 0.019, -0.003, 0.0002, -0.00004, 1e-9].map(points), [
    "±0.0",
    "+1.9",
    "−0.3",
    "+0.02",
    "−0.004",
    "+0.0000",
  ]);
});

test("an interval across nothing may be chance", () => {
  const [now, was] = [run({ hits: 359, n: 360, label: "b" }), run({ hits: 352, n: 360 })];
  assert.match(
    unpaired(now, was) ?? "",
    /^b is right in 359 of 360 samples, a in 352 of 360 samples: \+1\.9 points, 95\s% interval \+0\.3 to \+4\.1, more than chance/,
  );
  assert.match(
    unpaired(now, run({ hits: 358, n: 360 })) ?? "",
    /\+0\.3 points, 95\s% interval −\d\.\d to \+1\.\d, which could well be chance/,
  );
});

test("nothing changed: on all that was tested, and on a part of it", () => {
  const none = { fixed: [], broken: [], bothRight: 79, bothWrong: 0 };
  assert.match(verdict(none, "b", "a"), /on all 79 samples .* so there is no difference to test\.$/);
  assert.match(verdict(none, "b", "a", false), /only a part of what each was tested on\.$/);
  assert.match(verdict({ ...none, bothRight: 1 }, "b", "a"), /agree in outcome on the one sample that both held out/);
  assert.match(
    verdict({ fixed: [1], broken: [], bothRight: 9999, bothWrong: 0 }, "b", "a"),
    /on 9,999 \(99\.99\u00a0%\); one went from wrong to right and none from right to wrong/,
  );
});

test("where accuracy and log loss disagree it is said why, and where they agree nothing", () => {
  const smooth = { label_smoothing: 0.1 };
  const was = run({ label: "a", hits: 97, n: 100, loss: 0.09 });
  const under = contradiction(run({ label: "b", hits: 99, n: 100, loss: 0.11, sure: 0.9, config: smooth }), was) ?? "";
  assert.match(
    under,
    /^By accuracy b is better, by log loss a is \(0\.09 against 0\.11\)\. b is under-confident: it is 90\.0\u00a0% sure on average and right in 99\.0\u00a0%, which is what label smoothing does\./,
  );
  const plain = contradiction(run({ label: "b", hits: 99, n: 100, loss: 0.11, sure: 0.9 }), was) ?? "";
  assert.doesNotMatch(plain, /smoothing/);
  assert.match(
    contradiction(run({ label: "b", hits: 98, n: 100, loss: 0.11, sure: 0.999 }), was) ?? "",
    /b is over-confident/,
  );
  assert.match(
    contradiction(was, run({ label: "b", hits: 99, n: 100, loss: 0.11, sure: 0.99 })) ?? "",
    /^By accuracy b is better/,
  );
  assert.equal(contradiction(run({ label: "b", hits: 99, n: 100, loss: 0.08 }), was), null);
  assert.equal(contradiction(run({ label: "b", hits: 97, n: 100, loss: 0.2 }), was), null);
  assert.equal(contradiction(run({ label: "b", hits: 99, n: 100, loss: 0.09002 }), was), null);
  assert.equal(contradiction(run({ label: "b", hits: 99, n: 100, loss: 0.2, data: "other" }), was), null);
});

test("the opening names the run beside it and what it was tested on", () => {
  const now = run({ ids: [1, 2, 3, 4], hits: 4 });
  const said = (was: Made): string => besides(now, run({ label: "b", ...was })).replaceAll("\u00a0", " ");
  assert.equal(said({ ids: [1, 2, 3, 4], hits: 3 }), "Beside it: b, right in 75.0 % of the same 4 samples.");
  assert.equal(said({ ids: [4, 5], hits: 1 }), "Beside it: b, right in 50.0 % of 2 samples, of which 1 is the same.");
  assert.equal(
    said({ ids: [5, 6], hits: 1 }),
    "Beside it: b, right in 50.0 % of 2 samples, of which none are the same.",
  );
  assert.equal(said({ data: "other" }), "Beside it: b, a run on other data.");
});
