// Every sentence the page composes, with the cases in which a template says too much.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type { LossCurve } from "../src/contract.ts";
import { classScores } from "../src/model/scores.ts";
import { tools } from "../src/pages/tools.ts";
import { terms } from "../src/text/facts.ts";
import * as format from "../src/text/format.ts";
import { cellSentence, hardestCaption, layersOf, matrixSentence, performance } from "../src/text/sentences.ts";

Object.assign(globalThis, { tools }); // what the build hands to panels.js
const { classesSentence } = await import("../src/below/sentences.ts");
const { accuraciesSentence } = await import("../src/runs/sentences.ts");
const { curveSentence } = await import("../src/below/curve.ts");
const { nearestSentence } = await import("../src/below/nearest.ts");
const numbers = await import("../src/below/numbers.ts");

/** A table of cases: what comes, and the sentence. */
function says<T extends unknown[]>(what: string, sentence: (...given: T) => unknown, cases: [T, unknown][]): void {
  for (const [given, expected] of cases)
    test(`${what}: ${JSON.stringify(expected)}`, () => assert.deepEqual(spaced(sentence(...given)), spaced(expected)));
}

/** Which of the spaces hold a line together is not asked here. */
const spaced = (said: unknown): unknown => (typeof said === "string" ? said.replaceAll("\u00a0", " ") : said);

const S = "\u00a0";

// The numbers that Python writes in the same way.
const table = JSON.parse(readFileSync(new URL("../../tests/golden/words.json", import.meta.url), "utf8"));
const same: Record<string, (...given: never[]) => string> = {
  percent: (part: number, whole = 1) => format.percent(part / whole),
  certainty: format.certainty,
  fraction: format.score,
  seconds: format.seconds,
  short: format.short,
};
for (const [name, given, expected] of table as [string, never[], string][])
  if (same[name]) test(`${name}: ${expected}`, () => assert.equal(same[name]?.(...given), expected));

says("percent", format.percent, [
  [[0.996, 0], "> 99 %"],
  [[0.004, 0], "< 1 %"],
  [[0.5, 0], "50 %"],
  [[1, 0], "100 %"],
]);

says("certainty", format.certainty, [
  [[1, 1], "> 99.9 %"],
  [[0.9994, 1], "99.9 %"],
  [[0, 1], "< 0.1 %"],
]);

says("share", format.share, [
  [[0.99995], `99.995${S}%`],
  [[1 - 1e-9], `more than 99.999${S}%`],
  [[0.25], `25.0${S}%`],
]);

says("interval", format.interval, [
  [[0.984, 0.99951], `98.4${S}–\u2060${S}99.95${S}%`],
  [[0.9, 1], `90.0${S}–\u2060${S}100${S}%`],
  [[0, 0.5], `0${S}–\u2060${S}50.0${S}%`],
  [[0.0004, 0.99998], `0.04${S}–\u2060${S}99.998${S}%`],
]);

says("p", numbers.pValue, [
  [[1], "p = 1.00"],
  [[0.999], "p > 0.99"],
  [[0.0496], "p = 0.0496"],
  [[0.0504], "p = 0.0504"],
  [[0.0004], "p < 0.001"],
  [[0.2], "p = 0.20"],
]);

says("some", format.some, [
  [[["a"]], "a"],
  [[["a", "b", "c", "d"]], "a, b, c and d"],
  [[["a", "b", "c", "d", "e"]], "a, b, c and two others"],
]);

says("layers", layersOf, [
  [[[]], "Softmax regression, a network without hidden layers,"],
  [[[1]], "A network with one hidden layer of 1 unit"],
  [[[32]], "A network with one hidden layer of 32 units"],
  [[[1, 1]], "A network with two hidden layers of 1 and 1 units"],
]);

const facts = {
  layers: "A network",
  training: "1,437 images",
  holdout: 360,
  hits: 359,
  damaged: false,
  reads: "reads",
};
says("performance", (patch: Partial<typeof facts> | { hits: null }) => performance({ ...facts, ...patch }), [
  [[{}], `A network learned from 1,437 images and reads 99.7${S}% of 360 others correctly. It is wrong once.`],
  [[{ hits: 360 }], "A network learned from 1,437 images and reads all 360 others correctly."],
  [[{ hits: 0 }], "A network learned from 1,437 images and reads none of 360 others correctly."],
  [
    [{ hits: 358 }],
    `A network learned from 1,437 images and reads 99.4${S}% of 360 others correctly. It is wrong twice.`,
  ],
  [
    [{ training: "1 image", holdout: 1, hits: 1 }],
    "A network learned from 1 image and was tested on one other, which it reads correctly.",
  ],
  [
    [{ holdout: 1, hits: 0 }],
    "A network learned from 1,437 images and was tested on one other, which it reads wrongly.",
  ],
  [
    [{ holdout: 10_000, hits: 9999, reads: "classifies", training: "1,437 samples" }],
    `A network learned from 1,437 samples and classifies 99.99${S}% of 10,000 others correctly. It is wrong once.`,
  ],
  [[{ hits: null }], "A network learned from 1,437 images; how well it does was not recorded."],
  [
    [{ hits: null, damaged: true }],
    "A network learned from 1,437 images; the file that says how well it does is damaged.",
  ],
]);

says("strip", hardestCaption, [
  [[0, 8, 0], { caption: "What it was least sure of", all: null }],
  [[1, 8, 1], { caption: "What it got wrong, and what it was least sure of", all: "Show the mistake" }],
  [[2, 8, 2], { caption: "What it got wrong, and what it was least sure of", all: "Show both mistakes" }],
  [[8, 8, 8], { caption: "What it got wrong", all: "All 8 mistakes" }],
  [[1, 1, 1], { caption: "What it got wrong", all: "Show the mistake" }],
  [[1234, 8, 8], { caption: "What it got most wrong", all: "All 1,234 mistakes" }],
  // without the data set there are images of a few samples only, most of them of ones that it got right
  [[1234, 8, 2], { caption: "What it got wrong, and what it was least sure of", all: "All 1,234 mistakes" }],
  [[1234, 8, 0], { caption: "What it was least sure of", all: "All 1,234 mistakes" }],
]);

const curve = (loss: (number | null)[], diverged: LossCurve["diverged"] = null): LossCurve =>
  ({
    epochs: loss.map((_, i) => i + 1),
    training_loss: loss,
    holdout_loss: loss,
    training_accuracy: loss,
    holdout_accuracy: loss,
    diverged,
  }) as LossCurve;
const WATCHED = "it was watched, never used to choose anything.";
says(
  "loss",
  (values: (number | null)[], diverged?: LossCurve["diverged"]) => curveSentence(curve(values, diverged), "loss"),
  [
    [[[0.9, 0.5]], `Hold-out loss fell from 0.9 to 0.5 in 2 epochs, lowest at the end; ${WATCHED}`],
    [[[0.9, 0.4, 0.5]], `Hold-out loss fell from 0.9 to 0.5 in 3 epochs, lowest (0.4) at epoch 2; ${WATCHED}`],
    [[[0.5]], `Hold-out loss was 0.5 after the only epoch; ${WATCHED}`],
    [[[0.7, 0.7]], `Hold-out loss began and ended at 0.7 in 2 epochs, the same after each; ${WATCHED}`],
    [[[0.7, 0.6, 0.7]], `Hold-out loss began and ended at 0.7 in 3 epochs, lowest (0.6) at epoch 2; ${WATCHED}`],
    [
      [[0.9, 0.5, 0.6, 0.5]],
      `Hold-out loss fell from 0.9 to 0.5 in 4 epochs, lowest at the end and first at epoch 2; ${WATCHED}`,
    ],
    [
      [[0.9, null], { epoch: 2, reason: "not a number" }],
      `Hold-out loss was 0.9 after epoch 1, the only one of 2 with a value; ${WATCHED} Training diverged at epoch 2: not a number.`,
    ],
    [[[null]], "No value was recorded."],
  ],
);
says("accuracy", (values: number[]) => curveSentence(curve(values), "accuracy"), [
  [
    [[0.5, 1, 1]],
    `Hold-out accuracy rose from 50.0 % to 100 % in 3 epochs, highest at the end and first at epoch 2; ${WATCHED}`,
  ],
  [[[1, 1]], `Hold-out accuracy began and ended at 100 % in 2 epochs, the same after each; ${WATCHED}`],
  [[[0.99951, 0.99961]], `Hold-out accuracy rose from 99.95 % to 99.96 % in 2 epochs, highest at the end; ${WATCHED}`],
]);

const NAMES = ["cat", "dog", "cow"];
const cells = (matrix: number[][]) => (row: number, column: number) => cellSentence(matrix, row, column, NAMES);
says(
  "cell",
  cells([
    [35, 1, 0],
    [0, 2, 0],
    [0, 0, 0],
  ]),
  [
    [[0, 0], `35 of 36 samples of cat were recognised (97.2${S}%).`],
    [[0, 1], "1 of 36 samples of cat was taken for dog."],
    [[0, 2], "No cat was taken for cow."],
    [[1, 1], "Both samples of dog were recognised."],
    [[2, 2], "The hold-out holds no sample of cow."],
  ],
);
says(
  "cell",
  cells([
    [0, 1, 0],
    [3, 0, 0],
    [0, 0, 1],
  ]),
  [
    [[0, 0], "The only sample of cat was not recognised."],
    [[0, 1], "The only sample of cat was taken for dog."],
    [[1, 0], "All 3 samples of dog were taken for cat."],
    [[2, 2], "The only sample of cow was recognised."],
  ],
);
says("cell", cells([[9999, 1, 0]]), [[[0, 0], `9,999 of 10,000 samples of cat were recognised (99.99${S}%).`]]);

says("matrix", (matrix: number[][]) => matrixSentence(matrix, NAMES), [
  [
    [
      [
        [1, 0],
        [0, 0],
      ],
    ],
    "The only sample of the hold-out was not confused. Click a cell to see its samples.",
  ],
  [
    [
      [
        [5, 0],
        [0, 5],
      ],
    ],
    "None of 10 samples was confused. Point at a cell to read it; click it to see its samples.",
  ],
  [
    [
      [
        [5, 1],
        [0, 5],
      ],
    ],
    "One kind of confusion: cat taken for dog (once). Click a cell to see its samples.",
  ],
  [
    [
      [
        [5, 2],
        [2, 5],
      ],
    ],
    "2 kinds of confusion, each twice: cat taken for dog and dog taken for cat. Click a cell to see its samples.",
  ],
  [
    [
      [
        [5, 3],
        [1, 5],
      ],
    ],
    "2 kinds of confusion; the most frequent is cat taken for dog (three times). Click a cell to see its samples.",
  ],
  [
    [
      [
        [5, 3, 1],
        [3, 5, 0],
        [0, 0, 5],
      ],
    ],
    "3 kinds of confusion; the most frequent, each three times, are cat taken for dog and dog taken for cat. Click a cell to see its samples.",
  ],
]);

says("classes", (matrix: number[][]) => classesSentence(classScores(matrix), NAMES), [
  [
    [
      [
        [5, 0, 0],
        [0, 5, 0],
        [0, 0, 5],
      ],
    ],
    "All three classes are told apart without a mistake on this hold-out.",
  ],
  [
    [
      [
        [5, 0, 0],
        [0, 5, 0],
        [0, 0, 0],
      ],
    ],
    "Both classes are told apart without a mistake on this hold-out. Only classes with samples or predictions have a score.",
  ],
  [
    [
      [
        [5, 0, 0],
        [0, 0, 0],
        [0, 0, 0],
      ],
    ],
    "The one class is told apart without a mistake on this hold-out. Only classes with samples or predictions have a score.",
  ],
  [
    [
      [
        [4, 1, 0],
        [1, 4, 0],
        [0, 0, 5],
      ],
    ],
    "cat and dog are the hardest classes (F1 0.800); one of three classes is told apart without a mistake on this hold-out.",
  ],
  [
    [
      [
        [4, 1],
        [1, 4],
      ],
    ],
    "Both classes are equally hard (F1 0.800) on this hold-out.",
  ],
  [
    [
      [
        [0, 5, 0],
        [5, 0, 0],
        [0, 0, 5],
      ],
    ],
    "cat and dog are the hardest classes (F1 0.000); one of three classes is told apart without a mistake on this hold-out.",
  ],
]);

says("accuracies", accuraciesSentence, [
  [[[0.9], 0.9], "Train a second run to have something to compare with."],
  [[[0.9, 0.9], 0.9], "Both accuracies are 90.0 %; bars start at 90 %."],
  [[[0.9, 0.9001, 0.9002], 0.9], "All 3 accuracies are about 90.0 %; bars start at 90 %."],
  [[[0.9, 1], 0.9], "Accuracies lie between 90.0 % and 100 %; bars start at 90 %."],
]);

says("nearest", nearestSentence, [
  [[6, 6, "3", true, true], "Nearest images not held out; all six are 3"],
  [[6, 6, "3", true], "Nearest training images; all six are 3"],
  [[1, 6, "3", true], "Nearest training images; one of six is 3"],
  [[0, 6, "3", true], "Nearest training images; none of six are 3"],
  [[2, 2, "3", true], "Nearest training images; both are 3"],
  [[1, 1, "3", true], "The nearest training image; it is 3"],
  [[0, 1, "3", true], "The nearest training image; it is not 3"],
]);

test("only digits are read, and a row of a table is no image", () => {
  const of = (class_names: string[], shape: object) => {
    const { reads, image } = terms({ summary: { dataset: { class_names, ...shape } } } as never);
    return [reads, image];
  };
  assert.deepEqual(of(["0", "9"], { image_shape: [8, 8] }), ["reads", "image"]);
  assert.deepEqual(of(["cat", "dog"], { image_shape: [8, 8] }), ["classifies", "image"]);
  assert.deepEqual(of(["0", "1"], { feature_names: ["a"] }), ["classifies", "sample"]);
});
