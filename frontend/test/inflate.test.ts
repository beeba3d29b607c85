// What zlib packed, and what only says so: bounded by the count that the run states, and refused in one line.
import assert from "node:assert/strict";
import { test } from "node:test";
import { deflateSync } from "node:zlib";
import { inflate } from "../src/bundle/bytes.ts";
import { Refusal } from "../src/bundle/check.ts";

const packed = (size: number): Uint8Array<ArrayBuffer> => Uint8Array.from(deflateSync(new Uint8Array(size).fill(7)));
const bomb = packed(50_000_000);
const whole = packed(5000);
const torn = whole.slice(0, whole.length - 3);
const changed = whole.map((byte, at) => (at === whole.length - 1 ? byte ^ 1 : byte)); // another checksum
const followed = Uint8Array.from([...whole, 1, 2, 3]);
const preset = Uint8Array.from([0x78, 0x20, 0, 0, 0, 1, ...whole.slice(2)]); // asks for a dictionary

const CASES: [name: string, bytes: Uint8Array<ArrayBuffer>, count: number][] = [
  ["a bomb", bomb, 5000],
  ["fewer bytes than stated", whole, 5001],
  ["more bytes than stated", whole, 4999],
  ["a torn end", torn, 5000],
  ["another checksum", changed, 5000],
  ["bytes after the end", followed, 5000],
  ["a dictionary", preset, 5000],
  ["no zlib", Uint8Array.from([1, 2, 3, 4]), 3],
  ["nothing", new Uint8Array(0), 5],
  ["a count that no bytes could make", whole, 2 ** 40],
  ["a count beyond every run", bomb, 480_000_001],
];

test("what zlib packed comes back", async () => {
  assert.deepEqual(await inflate(whole, 5000, "x"), new Uint8Array(5000).fill(7));
  assert.equal((await inflate(bomb, 50_000_000, "x")).length, 50_000_000);
});

for (const [name, bytes, count] of CASES)
  test(`${name} is refused in one line, without the memory that it asks for`, async () => {
    const before = process.memoryUsage().arrayBuffers;
    await assert.rejects(inflate(bytes, count, "data.json: samples"), (error) => {
      assert.ok(error instanceof Refusal);
      assert.match(error.message, /^data\.json: samples: expected .+$/);
      return true;
    });
    assert.ok(process.memoryUsage().arrayBuffers - before < 40_000_000);
  });
