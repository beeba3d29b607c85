// Which samples the selection shows, and which of them the page talks about: always one of those shown.
import type { Run } from "../bundle/run.ts";
import { lastAtMost } from "../view/scale.ts";
import { chosen, hardest, labelOf, type Sample, type Samples } from "./samples.ts";
import { FILTERS, type Selection } from "./state.ts";

/** What the shown samples depend on. */
export const SHOWS = [...FILTERS, "order", "seed", "epoch"] as const;

/** Of one run, and of the outcomes of the one it is compared with. */
export interface Shown {
  /** The samples that the selection shows, in its order. */
  samples(selection: Selection): Sample[];
  /** The selected sample if it is shown; else the one found hardest, or the first. Null where none is shown. */
  current(selection: Selection): Sample | null;
  /** The class that a sample was given at the selected epoch; null where none was recorded. */
  label(selection: Selection, sample: Sample): number | null;
  /** The same for all samples at once; null where only the final labels are known, or wanted. */
  labels(selection: Selection): ReadonlyMap<number, number> | null;
  /** Sample id → the place of the first epoch kept from which on it was right; past the last for those never learned. */
  learned: ReadonlyMap<number, number> | null;
}

export function shownOf(run: Run, samples: Samples, before: ReadonlyMap<number, boolean> | null): Shown {
  const learned = learnedIn(run, samples);
  const found = cache((selection) => chosen(samples, selection, before, labels(selection), learned), SHOWS);
  const top = cache(
    (selection) => {
      const shown = found(selection);
      const selected = selection.sample === null ? undefined : samples.byId.get(selection.sample);
      if (selected && shown.includes(selected)) return selected;
      const first = hardest({ list: shown, byId: samples.byId }, 1)[0];
      const whole = shown.length === samples.list.length; // no filter: the one that is most worth a look
      return (whole && first) || shown.find((sample) => sample.values) || shown[0] || null;
    },
    [...SHOWS, "sample"],
  );
  const byPlace = new Map<number, ReadonlyMap<number, number>>();

  function labels({ epoch }: Selection): ReadonlyMap<number, number> | null {
    const { snapshots, holdout } = run;
    if (epoch === null || snapshots.state !== "ok" || holdout.state !== "ok" || !snapshots.value.predictions)
      return null;
    const place = lastAtMost(snapshots.value.epochs, epoch);
    const given = snapshots.value.predictions[place];
    const ids = holdout.value.sample_ids;
    if (given?.length !== ids.length) return null;
    let known = byPlace.get(place);
    if (!known) {
      known = new Map(ids.map((id, row) => [id, given[row] as number]));
      byPlace.set(place, known);
    }
    return known;
  }
  return {
    samples: found,
    learned,
    current: top,
    labels,
    label: (selection, sample) => labelOf(sample, labels(selection)),
  };
}

function learnedIn({ snapshots, holdout }: Run, { byId }: Samples): ReadonlyMap<number, number> | null {
  const kept = snapshots.state === "ok" && snapshots.value.predictions;
  if (!kept || holdout.state !== "ok") return null;
  const ids = holdout.value.sample_ids;
  if (kept.some((labels) => labels?.length !== ids.length)) return null;
  const learned = (id: number, row: number): number =>
    kept.findLastIndex((labels) => labels[row] !== byId.get(id)?.truth) + 1;
  return new Map(ids.map((id, row) => [id, learned(id, row)]));
}

/** Remembers the last answer as long as these parts of the selection stay. */
function cache<T>(
  answer: (selection: Selection) => T,
  keys: readonly (keyof Selection)[],
): (selection: Selection) => T {
  let last: { selection: Selection; value: T } | null = null;
  return (selection) => {
    if (!last || keys.some((key) => last?.selection[key] !== selection[key]))
      last = { selection, value: answer(selection) };
    return last.value;
  };
}
