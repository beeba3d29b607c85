// Every sample of a run by its stable id, whatever files the run has; and which of them a selection shows.
import { numbersOf } from "../bundle/agreements.ts";
import { type Run, sizeOf } from "../bundle/run.ts";
import { shuffled } from "./shuffle.ts";
import type { Selection } from "./state.ts";

export interface Guess {
  label: number;
  confidence: number; // 0..1
  probabilities: readonly number[];
}
export interface Sample {
  id: number;
  truth: number;
  holdout: boolean;
  guess: Guess | null; // recorded for the hold-out only
  values: ArrayLike<number> | null; // pixels by channel, row and column, or features
}
export interface Samples {
  list: Sample[]; // ascending ids
  byId: Map<number, Sample>;
}

export function samplesOf(run: Run): Samples {
  const byId = new Map<number, Sample>();
  const size = sizeOf(run.summary);
  if (run.images.state === "ok") {
    const { labels, values, kept } = run.images.value;
    labels.forEach((truth, id) =>
      byId.set(id, {
        id,
        truth,
        holdout: false,
        guess: null,
        values: kept && !kept.has(id) ? null : values.subarray(id * size, (id + 1) * size),
      }),
    );
  }
  const recorded = (
    id: number,
    truth: number,
    probabilities: readonly number[],
    label: number,
    values: ArrayLike<number> | null,
  ): void => {
    const known = byId.get(id);
    byId.set(id, {
      id,
      truth,
      holdout: true,
      guess: { label, confidence: probabilities[label] ?? 0, probabilities },
      values: known?.values ?? values,
    });
  };
  if (run.predictions.state === "ok") {
    for (const each of run.predictions.value.samples)
      recorded(each.sample_id, each.true_label, each.probabilities, each.predicted_label, numbersOf(each));
  }
  if (run.holdout.state === "ok") {
    const { sample_ids, true_labels, predicted_labels, probabilities } = run.holdout.value;
    sample_ids.forEach((id, i) =>
      recorded(id, true_labels[i] ?? 0, probabilities[i] ?? [], predicted_labels[i] ?? 0, null),
    );
  }
  const list = [...byId.values()].sort((a, b) => a.id - b.id);
  return { list, byId };
}

export function isRight(sample: Sample): boolean | null {
  return sample.guess && sample.guess.label === sample.truth;
}

/** Sample id → right or wrong, for every recorded prediction. */
export function outcomes(samples: Samples): Map<number, boolean> {
  const result = new Map<number, boolean>();
  for (const sample of samples.list) if (sample.guess) result.set(sample.id, sample.guess.label === sample.truth);
  return result;
}

export type Criteria = Pick<Selection, "truth" | "predicted" | "split" | "outcome" | "confidence" | "among">;

/** The class that a sample was given: `then`, the labels of an epoch by sample id, or else the final one. */
export function labelOf(sample: Sample, then: ReadonlyMap<number, number> | null): number | null {
  return (then ? then.get(sample.id) : sample.guess?.label) ?? null;
}

/** True when the selection shows this sample; `before` are the outcomes of the compared run, `then` labels by id. */
export function matches(
  sample: Sample,
  wanted: Omit<Criteria, "among">,
  before: ReadonlyMap<number, boolean> | null,
  then: ReadonlyMap<number, number> | null = null,
): boolean {
  if (wanted.truth.length && !wanted.truth.includes(sample.truth)) return false;
  if (wanted.split !== "all" && sample.holdout !== (wanted.split === "holdout")) return false;
  const label = labelOf(sample, then);
  if (wanted.predicted !== null && label !== wanted.predicted) return false;
  const [low, high] = wanted.confidence;
  if (low > 0 || high < 100) {
    const { guess } = sample; // confidences are recorded for the final epoch only
    if (!guess || 100 * guess.confidence < low || 100 * guess.confidence > high) return false;
  }
  if (wanted.outcome === "all") return true;
  if (label === null) return false;
  const right = label === sample.truth;
  if (wanted.outcome === "right" || wanted.outcome === "wrong") return right === (wanted.outcome === "right");
  const was = before?.get(sample.id);
  return was !== undefined && was !== right && right === (wanted.outcome === "fixed");
}

/** The samples a selection shows, in its order. */
export function chosen(
  samples: Samples,
  selection: Selection,
  before: ReadonlyMap<number, boolean> | null,
  then: ReadonlyMap<number, number> | null = null,
  learned: ReadonlyMap<number, number> | null = null,
): Sample[] {
  const { among } = selection;
  const asked = among.length ? among.flatMap((id) => samples.byId.get(id) ?? []) : samples.list;
  const found = asked.filter((sample) => matches(sample, selection, before, then));
  if (selection.order === "shuffled") return shuffled(found, selection.seed);
  if (selection.order === "class") return found.sort((a, b) => a.truth - b.truth || a.id - b.id);
  if (selection.order === "doubt") return found.sort((a, b) => doubt(a) - doubt(b) || a.id - b.id);
  if (selection.order === "learned" && learned)
    return found.sort(
      (a, b) => (learned.get(b.id) ?? -1) - (learned.get(a.id) ?? -1) || doubt(a) - doubt(b) || a.id - b.id,
    );
  return found;
}

/** At most `most` of the samples with an image: mistakes first, then those the network was least sure of. */
export function hardest(samples: Samples, most: number): Sample[] {
  const order = (sample: Sample): number => Number(isRight(sample)) + doubt(sample);
  const found: Sample[] = [];
  let limit = Infinity;
  for (const sample of samples.list) {
    if (!sample.guess || !sample.values || order(sample) >= limit) continue;
    found.push(sample);
    found.sort((a, b) => order(a) - order(b));
    if (found.length > most) found.pop();
    if (found.length === most) limit = order(found[most - 1] as Sample);
  }
  return found;
}

/** Probability given to the true class: mistakes first, then the hesitant; unpredicted samples last. */
export function doubt(sample: Sample): number {
  return sample.guess ? (sample.guess.probabilities[sample.truth] ?? 0) : 2;
}
