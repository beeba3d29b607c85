// Strokes against Python: the drawings of tests/golden/exact_steps.json.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { prepared, type Strokes } from "../src/exact/strokes.ts";
import { golden, unpacked } from "./exact.ts";

const { points, strokes, images, fields, upright } = golden.drawings;

function drawings(): Strokes[] {
  const numbers = new Int16Array(unpacked(points).buffer);
  const lengths = new Int16Array(unpacked(strokes).buffer);
  const found: [number, number][][][] = [];
  for (let i = 0, at = 0; i < lengths.length; i += 2) {
    const line = Array.from({ length: lengths[i + 1]! }, (_, k): [number, number] => [
      numbers[at + 2 * k]! / 8,
      numbers[at + 2 * k + 1]! / 8,
    ]);
    at += 2 * line.length;
    found[lengths[i]!] = [...(found[lengths[i]!] ?? []), line];
  }
  return found;
}

test("200 drawings become Python's images, bit for bit", () => {
  const [expected, packed] = [unpacked(images), unpacked(fields)];
  const moved = createHash("sha256");
  const all = drawings();
  assert.equal(all.length, 200);
  all.forEach((drawing, number) => {
    const made = prepared(drawing)!;
    const bits = Array.from({ length: 128 }, (_, byte) =>
      made.field.subarray(8 * byte, 8 * byte + 8).reduce((bits, bit) => 2 * bits + bit, 0),
    );
    assert.deepEqual(bits, Array.from(packed.subarray(128 * number, 128 * (number + 1))), `field ${number}`);
    assert.deepEqual([...made.image], [...expected.subarray(64 * number, 64 * (number + 1))], `image ${number}`);
    moved.update(new Uint8Array(Float64Array.from(made.upright.flat(2)).buffer));
  });
  assert.equal(moved.digest("hex"), upright);
});

test("every image has as much ink as the real digits have on average", () => {
  for (const drawing of drawings())
    assert.equal(
      prepared(drawing)!.image.reduce((a, b) => a + b),
      312,
    );
});

test("no stroke is no image", () => {
  assert.equal(prepared([]), null);
  assert.equal(prepared([[]]), null);
});
