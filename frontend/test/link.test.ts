import assert from "node:assert/strict";
import { test } from "node:test";
import { drawingLink, parse, pixelsLink, recipeLink, weightsLink } from "../src/lab/link.ts";
import { packed, unpacked } from "../src/lab/packed.ts";
import { relevant, settingsFrom, settingsText } from "../src/lab/settings.ts";

const DATA = "0123456789abcdef";
const CONFIG = new Map<string, unknown>([
  ["model", "mlp"],
  ["channels", []],
  ["hidden_sizes", [128, 64]],
  ["optimizer", "adamw"],
  ["epochs", 100],
  ["batch_size", 64],
  ["learning_rate", 1e-7],
  ["lr_decay", 0.01],
  ["momentum", 0.9],
  ["weight_decay", 0.01],
  ["label_smoothing", 0.1],
  ["temperature", 0.65],
  ["shift_pixels", 1],
  ["exact", true],
  ["scaling", "standard"],
  ["split", "random"],
  ["leave_out", "ä b"],
  ["test_size", 0.2],
  ["random_state", 42],
  ["run_label", "<img src=x>"],
]);

test("a recipe comes back as it was, in fewer than 200 characters", () => {
  const settings = relevant(CONFIG, ["a", "ä b"]);
  assert.equal(settings.get("leave_out"), 1);
  assert.equal(settings.has("run_label"), false);
  const link = recipeLink(`${DATA}99`, `${DATA}11`, settings);
  assert.ok(link.length < 200, String(link.length));
  assert.deepEqual(parse(link), { kind: "recipe", data: DATA, weights: DATA, settings });
  assert.deepEqual(parse(recipeLink(DATA, null, settings)), { kind: "recipe", data: DATA, weights: null, settings });
});

test("drawings, pixels and weights come back as they were", () => {
  const strokes = [[[0, 255] as const, [7, 9] as const], [[128, 128] as const]];
  assert.deepEqual(parse(drawingLink(strokes)), { kind: "drawing", strokes });
  const values = Array.from({ length: 64 }, (_, i) => i % 17);
  assert.deepEqual(parse(pixelsLink(values)), { kind: "pixels", values });
  assert.deepEqual(parse(weightsLink(DATA, [1, 2, 255, 0])), { kind: "weights", data: DATA, bytes: [1, 2, 255, 0] });
});

test("packed weights answer as the network did, to the step of their scale", () => {
  const [units, inputs] = [3, 5];
  const weights = Float32Array.from({ length: units * inputs }, (_, i) => Math.sin(i) * 0.3);
  const bias = Float32Array.from([0.1, -2, 0]);
  const layer = { inputs, units, activation: "softmax" as const, weights, bias };
  const offset = Float32Array.from([1, 2, 3, 4, 5]);
  const scale = Float32Array.from([1, 0.5, 2, 1, 4]);
  const bytes = packed({ offset, scale, layers: [layer], sha256: "" });
  assert.ok(bytes);
  const found = unpacked(bytes, inputs, units);
  assert.ok(found?.layers[0]);
  const values = [3, 1, 4, 1, 5];
  for (let unit = 0; unit < units; unit++) {
    let [wanted, given] = [bias[unit] as number, found.layers[0].bias[unit] as number];
    let most = 0;
    values.forEach((value, i) => {
      const weight = weights[unit * inputs + i] as number;
      wanted += (weight * (value - (offset[i] as number))) / (scale[i] as number);
      given += (found.layers[0]?.weights[unit * inputs + i] as number) * value;
      most = Math.max(most, Math.abs(weight / (scale[i] as number)));
    });
    const step = (most / 127) * values.reduce((total, value) => total + value, 0) + 0.02;
    assert.ok(Math.abs(wanted - given) <= step, `${unit}: ${wanted} ${given}`);
  }
  assert.equal(unpacked(bytes, inputs + 1, units), null);
  assert.equal(unpacked(bytes.slice(1), inputs, units), null);
  assert.equal(packed({ offset, scale, layers: [layer, layer], sha256: "" }), null);
});

test("what is no link of the laboratory is none, and what is broken is refused with a reason", () => {
  assert.deepEqual(parse(""), { kind: "none" });
  assert.deepEqual(parse("#insights"), { kind: "none" });
  const refusals: readonly (readonly [string, RegExp])[] = [
    ["#lab=", /version 1, got none/],
    ["#lab=2.r.x", /version 1, got 2/],
    ["#lab=1.x.y", /got x/],
    [`#lab=1.r.${DATA}.-.zz`, /scaling/],
    [`#lab=1.r.${DATA}.-.mmlp`, /expected a value of channels, got none/],
    [`#lab=1.r.${DATA}.-.mmlp~mmlp`, /one value of model/],
    ["#lab=1.r.xyz.-.mmlp", /data set/],
    ["#lab=1.d.AQ", /whole strokes/],
    ["#lab=1.d.", /drawing, got none/],
    ["#lab=1.p.A", /pixels/],
    ["#lab=1.w.00.AA", /digest/],
    ["#lab=1.r.<script>", /another character/],
    [`#lab=${"a".repeat(4001)}`, /at most 4000 characters/],
  ];
  for (const [hash, reason] of refusals) {
    const link = parse(hash);
    assert.equal(link.kind, "refused", hash);
    assert.match(link.kind === "refused" ? link.reason : "", reason, hash);
  }
});

test("numbers out of range are refused", () => {
  const text = settingsText(relevant(CONFIG, ["a", "ä b"]));
  assert.equal(typeof settingsFrom(text), "object");
  for (const [was, now] of [
    ["e100", "e0"],
    ["e100", "e1000000"],
    ["b64", "b-1"],
    ["h128_64", "h128_0"],
    ["r1e-7", "r0"],
    ["r1e-7", "rNaN"],
    ["r1e-7", "r0x10"],
    ["a42", "a4294967296"],
    ["u0.9", "u1"],
  ] as const) {
    assert.ok(text.includes(was), was);
    assert.equal(typeof settingsFrom(text.replace(was, now)), "string", now);
  }
});

test("20,000 fragments: each is read or refused, never more than text", () => {
  let state = 12345;
  const next = (limit: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  const good = [
    recipeLink(DATA, DATA, relevant(CONFIG, ["a", "ä b"])),
    drawingLink([[[1, 2]], [[3, 4] as const, [5, 6] as const]]),
    pixelsLink([1, 2, 3]),
    weightsLink(DATA, [1, 2, 3]),
  ];
  const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.~-<>&%\u0000\ud800é#=";
  const kinds = new Set<string>();
  for (let i = 0; i < 20_000; i++) {
    const text = [...(good[next(good.length)] as string)];
    for (let edit = next(6); edit > 0; edit--) {
      const at = 5 + next(text.length);
      const letter = letters[next(letters.length)] as string;
      if (next(3) === 0) text.splice(at, 1 + next(9));
      else text.splice(at, next(2), letter);
    }
    const link = parse(text.join(""));
    kinds.add(link.kind);
    if (link.kind === "refused") assert.ok(link.reason.length < 200 && !/[<>&]/.test(link.reason));
    if (link.kind === "recipe") assert.equal(typeof settingsFrom(settingsText(link.settings)), "object");
    if (link.kind === "drawing") assert.ok(link.strokes.flat(2).every((value) => value >= 0 && value < 256));
  }
  assert.deepEqual([...kinds].sort(), ["drawing", "pixels", "recipe", "refused", "weights"]);
});
