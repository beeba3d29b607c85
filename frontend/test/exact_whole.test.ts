// The presets at full length, but for the convolutions, and the small cases of tests/golden/exact.json: Python's digests.
import assert from "node:assert/strict";
import { test } from "node:test";
import { few } from "../src/exact/batches.ts";
import { dataOf, digests, golden, settingsOf, train } from "./exact.ts";

for (const [name, { config, scaled }] of Object.entries<Record<string, never>>(golden.golden)) {
  const [part, ...rest] = name.split(" ");
  test(`the weights are Python's: ${name}`, (context) => {
    const data = dataOf("digits");
    const usual = few.pixels;
    context.after(() => {
      few.pixels = usual;
    });
    few.pixels = scaled ?? usual;
    assert.equal(train(settingsOf(config, data), data).digest, digests[part!][rest.join(" ")].weights);
  });
}
