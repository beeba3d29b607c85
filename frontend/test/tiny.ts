// A run of two classes for the tests: three samples of 1 × 2 pixels, two of them held out. The training side's own
// builders wrote it (tests/golden/make_page_run.py), so it is a valid run.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

export type Files = Record<string, unknown>;
const golden = JSON.parse(readFileSync(new URL("../../tests/golden/page_run.json", import.meta.url), "utf8"));

export const sha = (text: string): string => createHash("sha256").update(text).digest("hex");
export const digest = (text: string): Promise<string> => Promise.resolve(sha(text));
export const floats = (...values: number[]): string => Buffer.from(new Float32Array(values).buffer).toString("base64");
export const ID: string = golden["index.json"].latest;
export const ROOT = `artifacts/${ID}`;
export const DATASET = golden["dataset.json"];
export const DATASET_PATH = `artifacts/datasets/${golden["run_summary.json"].dataset.file}`;
export const PREDICTIONS = golden["predictions.json"];
export const INDEX = golden["index.json"];

const NAMES = "run_summary metrics holdout loss_curve epoch_snapshots model".split(" ").map((name) => `${name}.json`);

/** The files of the run, fresh ones each time; predictions.json is left out, as in a run of many samples. */
export function tiny(): Record<string, Files> {
  return structuredClone(Object.fromEntries(NAMES.map((name) => [name, golden[name]])));
}

export function sealed(files: Files): { manifest: Files; texts: Record<string, string> } {
  const texts = Object.fromEntries(Object.entries(files).map(([name, payload]) => [name, JSON.stringify(payload)]));
  const entries = Object.fromEntries(
    Object.entries(texts).map(([name, text]) => [name, { bytes: text.length, sha256: sha(text) }]),
  );
  return { manifest: { ...golden["manifest.json"], files: entries }, texts };
}
