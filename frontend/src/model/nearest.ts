// The samples that are closest.
import type { Sample } from "../selection/samples.ts";

/** The k nearest by Euclidean distance, nearest first; `scale` is what each number is divided by before. */
export function nearest(
  values: ArrayLike<number>,
  among: readonly Sample[],
  k: number,
  scale: ArrayLike<number> | null = null,
): Sample[] {
  const best: { sample: Sample; distance: number }[] = [];
  let limit = Infinity;
  for (const sample of among) {
    const distance = squared(values, sample.values, limit, scale);
    if (distance >= limit) continue;
    best.push({ sample, distance });
    best.sort((a, b) => a.distance - b.distance || a.sample.id - b.sample.id);
    if (best.length > k) best.pop();
    if (best.length === k) limit = (best.at(-1)?.distance ?? Infinity) + 1e-9;
  }
  return best.map(({ sample }) => sample);
}

function squared(
  a: ArrayLike<number>,
  b: ArrayLike<number> | null,
  limit: number,
  scale: ArrayLike<number> | null,
): number {
  if (!b) return Infinity;
  let total = 0;
  for (let i = 0; i < a.length && total < limit; i++) {
    const difference = ((a[i] as number) - (b[i] as number)) / (scale?.[i] ?? 1);
    total += difference * difference;
  }
  return total;
}
