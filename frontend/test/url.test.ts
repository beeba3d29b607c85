import assert from "node:assert/strict";
import { test } from "node:test";
import { generator } from "../src/selection/shuffle.ts";
import { createStore, INITIAL, type Selection } from "../src/selection/state.ts";
import { fromQuery, toQuery } from "../src/selection/url.ts";

const FULL: Selection = {
  compared: "20261120-080211-logistic",
  truth: [3, 8],
  predicted: 5,
  split: "holdout",
  outcome: "wrong",
  confidence: [10, 90],
  among: [0, 1, 37, 4294967295],
  order: "shuffled",
  seed: 4294967295,
  sample: 1660,
  epoch: 12,
  cells: "share",
  diagonal: false,
  measure: "accuracy",
  scale: "linear",
};

test("every field of a selection survives the address", () => {
  for (const key of Object.keys(INITIAL) as (keyof Selection)[])
    assert.notDeepEqual(FULL[key], INITIAL[key], `${key} is not exercised`);
  const { selection, ignored } = fromQuery(toQuery("artifacts/x", FULL));
  assert.deepEqual(selection, FULL);
  assert.deepEqual(ignored, []);
});

test("chosen samples are in the address as long as that stays short, and only in one way", () => {
  const many = (n: number): number[] => Array.from({ length: n }, (_, i) => 5 * i);
  assert.deepEqual(fromQuery(toQuery(null, { ...INITIAL, among: many(360) })).selection.among, many(360));
  assert.equal(toQuery(null, { ...INITIAL, among: many(5000) }), "");
  for (const text of ["", "5.0", "1..2", "1.-3", "A", "zzzzzz.zzzzzz.zzzzzz", "zzzzzzz", many(5000).fill(1).join(".")])
    assert.deepEqual(fromQuery(`?among=${text}`), { ...fromQuery(""), ignored: [`among=${text}`.slice(0, 60)] });
});

test("the initial selection needs no address", () => {
  assert.equal(toQuery(null, INITIAL), "");
  assert.deepEqual(fromQuery("").selection, INITIAL);
});

test("any text gives a selection, and what was not understood is named", () => {
  const { selection, ignored, foreign } = fromQuery(
    "?true=3.x&epoch=-1&sample=1e9&conf=90-10&vs=../x&show=evil&__proto__=1&seed=99999999999&diagonal=toString&pred=1&pred=2&artifacts=a",
  );
  assert.deepEqual(selection, { ...INITIAL, predicted: 1 });
  assert.equal(ignored.length, 9);
  assert.deepEqual(foreign, ["__proto__=1"]);
});

test("what others put into an address stays behind what is ours", () => {
  const { ignored, foreign, selection } = fromQuery("?utm_source=a%20b&epoch=3&flag&artifacts=x&fbclid=1=2");
  assert.deepEqual([ignored, foreign], [[], ["utm_source=a%20b", "flag", "fbclid=1=2"]]);
  assert.equal(toQuery("x", selection, foreign), "?artifacts=x&epoch=3&utm_source=a%20b&flag&fbclid=1=2");
});

test("no garbage throws", () => {
  const random = generator(3);
  const parts = ["true", "=", "&", "?", "%", "9", "-", ".", "constructor", "\u0000", "é", "vs", "epoch", "conf"];
  for (let i = 0; i < 20_000; i++)
    fromQuery(Array.from({ length: 12 }, () => parts[Math.floor(random() * parts.length)]).join(""));
});

test("a listener that fails stops no other, and is heard of", () => {
  const store = createStore({ ...INITIAL });
  let heard = 0;
  store.subscribe(() => {
    throw new Error("a view failed");
  });
  store.subscribe(() => heard++);
  assert.throws(() => store.set({ epoch: 3 }), /a view failed/);
  assert.deepEqual([heard, store.selection.epoch], [1, 3]);
});

test("a listener hears of real changes only, and not after it left", () => {
  const store = createStore({ ...INITIAL });
  const heard: string[] = [];
  const leave = store.subscribe((_, changed) => heard.push([...changed].join()));
  store.set({ truth: [], epoch: null });
  store.set({ truth: [1], epoch: null });
  leave();
  store.set({ truth: [2] });
  assert.deepEqual(heard, ["truth"]);
});
