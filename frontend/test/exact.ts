// What exact training is tested with: the data and settings of tests/golden/exact_steps.json, and digests as it has them.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { inflateSync } from "node:zlib";
import { modelDigest } from "../src/exact/digest.ts";
import { type Config, configOf, type Data } from "../src/exact/settings.ts";
import { type Epoch, type Trained, training } from "../src/exact/training.ts";

const file = (name: string): string => readFileSync(new URL(`../../tests/golden/${name}`, import.meta.url), "utf8");
export const golden = JSON.parse(file("exact_steps.json"));
export const digests = JSON.parse(file("exact.json"));

export const unpacked = (packed: string): Uint8Array => new Uint8Array(inflateSync(Buffer.from(packed, "base64")));
export const floats = (packed: string): Float32Array => new Float32Array(unpacked(packed).buffer);
export const doubles = (packed: string): Float64Array => new Float64Array(unpacked(packed).buffer);

const sha = (bytes: Uint8Array | string): string => createHash("sha256").update(bytes).digest("hex");
export const digestOfIds = (ids: ArrayLike<number>): string => sha(Array.from(ids).join(","));
/** Of float32 numbers, where −0 counts as 0. */
export const digestOf = (values: ArrayLike<number>): string =>
  sha(new Uint8Array(Float32Array.from(values, (value) => value + 0).buffer));

export function dataOf(name: string): Data {
  const { values, labels, classes, image, max_value, groups, held_out } = golden.data[name];
  return {
    values: image ? unpacked(values) : floats(values),
    labels: Array.from(unpacked(labels)),
    classNames: classes,
    image,
    maxValue: max_value ?? 1,
    holdout: held_out && { ids: held_out, fixed: true },
    groups,
  };
}

export function settingsOf(recorded: Record<string, unknown>, { classNames }: Data): Config {
  const settings = new Map(Object.entries(recorded));
  if (settings.has("leave_out")) settings.set("leave_out", classNames.indexOf(String(settings.get("leave_out"))));
  return configOf(settings);
}

export interface Whole extends Trained {
  epochs: Epoch[];
  digest: string;
}

/** A whole training, without a pause. */
export function train(config: Config, data: Data): Whole {
  const { steps } = training(config, data);
  const epochs: Epoch[] = [];
  for (let step = steps.next(); ; step = steps.next()) {
    if (step.done) return { ...step.value, epochs, digest: modelDigest(step.value.net, data) };
    if (step.value) epochs.push(step.value);
  }
}

/** What a generator returns, without a pause. */
export function finished<T>(steps: Generator<unknown, T>): T {
  for (;;) {
    const { value, done } = steps.next();
    if (done) return value;
  }
}
