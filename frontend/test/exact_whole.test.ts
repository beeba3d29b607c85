// The presets at full length, but for the convolutions, and the small cases of tests/golden/exact.json: Python's digests.
import assert from "node:assert/strict";
import { test } from "node:test";
import { dataOf, digests, golden, settingsOf, train } from "./exact.ts";

for (const [name, { config, scaled }] of Object.entries<Record<string, never>>(golden.golden)) {
  const [part, ...rest] = name.split(" ");
  if (scaled === 0) continue; // Python scales batch by batch what is larger than 2²⁰ numbers; here that is not a setting
  test(`the weights are Python's: ${name}`, () => {
    const data = dataOf("digits");
    assert.equal(train(settingsOf(config, data), data).digest, digests[part!][rest.join(" ")].weights);
  });
}
