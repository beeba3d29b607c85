// What panels ask about a run, in one place.
import type { Run } from "../bundle/run.ts";
import { architecture } from "./format.ts";

export function titleOf(run: Run): string {
  return run.summary.label ?? run.id ?? architecture(run.summary.model.name, hiddenSizes(run));
}

/** Units of every layer but the last. */
export function hiddenSizes(run: Run): number[] {
  return run.summary.model.layers.slice(0, -1).map((layer) => layer.units);
}

export function shapeOf(run: Run): readonly [number, number] {
  const [height, width] = run.summary.dataset.image_shape;
  return [height ?? 1, width ?? 1];
}

export function nameOf(run: Run, label: number): string {
  return run.summary.dataset.class_names[label] ?? String(label);
}

/** Whether its confusion matrix needs the whole width. */
export function isWide(run: Run): boolean {
  return run.summary.dataset.class_names.length > 14;
}

/** Whether its chain of layers needs the whole width. */
export function isDeep(run: Run): boolean {
  return run.summary.model.layers.length > 3;
}

/** The last epoch of training, 0 where no curve was recorded. */
export function lastEpoch(run: Run): number {
  return run.curve.state === "ok" ? run.curve.value.epochs.length : 0;
}
