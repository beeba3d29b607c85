// What every panel is given: a run, perhaps a second one to compare with, and the linked selection.
import type { LoadedIndex } from "../bundle/load.ts";
import type { Run } from "../bundle/run.ts";
import type { Samples } from "../selection/samples.ts";
import type { Selection, Store } from "../selection/state.ts";
import { architecture } from "../text/format.ts";

export interface Compared {
  run: Run;
  samples: Samples;
  right: Map<number, boolean>; // by sample id
}

export interface App {
  store: Store;
  run: Run;
  samples: Samples;
  compared: Compared | null;
  index: LoadedIndex | null;
  exported: boolean; // this page is a file of its own: what it lacks was left out, not lost
  scope: AbortSignal; // aborted when another run takes the page
  /** Show a run of the index; null follows the latest. */
  open(runId: string | null): void;
}

/** Runs now and whenever one of these parts of the selection changes, as long as the run is on the page. */
export function watch(app: App, keys: readonly (keyof Selection)[], update: (selection: Selection) => void): void {
  const end = app.store.subscribe((selection, changed) => {
    if (keys.some((key) => changed.has(key))) update(selection);
  });
  app.scope.addEventListener("abort", end);
  update(app.store.selection);
}

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
