// The features of a table that fit into a small picture.
import type { Run } from "../bundle/run.ts";

const MOST = 32;
const known = new WeakMap<Run, number[]>();

/** At most 32 features, in their order: those with the largest weights in the first layer, summed over its units. */
export function shownFeatures(run: Run): number[] {
  const found = known.get(run);
  if (found) return found;
  const count = run.summary.dataset.feature_names?.length ?? 0;
  const all = Array.from({ length: count }, (_, feature) => feature);
  const weights = run.network.state === "ok" ? run.network.value.layers[0]?.weights : undefined;
  if (count > MOST && weights) {
    const sums = new Float64Array(count);
    weights.forEach((weight, i) => {
      sums[i % count] = (sums[i % count] as number) + Math.abs(weight);
    });
    all.sort((a, b) => (sums[b] as number) - (sums[a] as number) || a - b);
  }
  const shown = all.slice(0, MOST).sort((a, b) => a - b);
  known.set(run, shown);
  return shown;
}
