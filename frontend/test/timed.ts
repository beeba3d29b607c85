// One exact training with its seconds, for benchmarks/lab.py: in Node, and as a script in a browser.
import { modelDigest } from "../src/exact/digest.ts";
import { configOf, type Data } from "../src/exact/settings.ts";
import { training } from "../src/exact/training.ts";

export interface Task {
  config: Record<string, unknown>;
  values: number[];
  labels: number[];
  classNames: string[];
  image: Data["image"];
  maxValue: number;
}

export function timed(task: Task): { seconds: number; longest: number; digest: string } {
  const data: Data = { ...task, values: Uint8Array.from(task.values), holdout: null };
  const { steps } = training(configOf(new Map(Object.entries(task.config))), data);
  const begun = performance.now();
  let longest = 0;
  for (let before = begun; ; ) {
    const { value, done } = steps.next();
    const now = performance.now();
    longest = Math.max(longest, now - before);
    before = now;
    if (done) return { seconds: (now - begun) / 1000, longest, digest: modelDigest(value.net, data) };
  }
}

Object.assign(globalThis, { timed });
