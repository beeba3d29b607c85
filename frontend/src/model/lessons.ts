// Things to try with a run, and how the page sees that they were done. Pure: each is a predicate on what the page shows.
import type { Run } from "../bundle/run.ts";
import type { Sample, Samples } from "../selection/samples.ts";
import type { Selection } from "../selection/state.ts";

/** What a lesson looks at. */
export interface Seen {
  selection: Selection;
  compared: Pick<Run, "id" | "summary" | "metrics"> | null; // without an id: trained in the page
  drawn: { was: number; now: number } | null; // what a picture that was painted over is taken for
}

export const KINDS = [
  "doubt",
  "epoch",
  "reached",
  "cell",
  "region",
  "classes",
  "units",
  "share",
  "beside",
  "paint",
] as const;
export type Values = Readonly<Record<string, string | number>>; // numbers are shares, or a loss

export interface Lesson {
  kind: (typeof KINDS)[number]; // of its sentences
  values: Values; // in its task
  done(seen: Seen): boolean;
  /** What its answer says; null as long as there is none. */
  answer(seen: Seen): Values | null;
}

const MOST = 6;

/** Those of a run that make sense for it; `runs` are in its history, `trains` says that it can be trained in the page. */
export function lessonsOf(run: Run, samples: Samples, runs: number, trains: boolean): Lesson[] {
  const held = samples.list.filter(({ guess }) => guess);
  const all = [
    doubt(run, held),
    epoch(run),
    cell(run),
    region(held),
    trains ? (run.summary.model.layers.length > 1 ? units(run) : share(run)) : null,
    runs > 1 ? beside() : null,
    run.network.state === "ok" && run.images.state === "ok" && run.summary.dataset.image_shape ? paint(run) : null,
  ];
  return all.filter((each) => each !== null).slice(0, MOST);
}

const nameIn = ({ summary }: Pick<Run, "summary">, label: number): string =>
  summary.dataset.class_names[label] ?? String(label);

/** The sample that is most taken for a class that is not its own. */
function doubt(run: Run, held: readonly Sample[]): Lesson | null {
  let found: { sample: Sample; other: number; most: number } | null = null;
  for (const sample of held)
    sample.guess?.probabilities.forEach((each, other) => {
      if (sample.values && other !== sample.truth && each > (found?.most ?? 0)) found = { sample, other, most: each };
    });
  if (!found) return null;
  const { sample, other, most }: { sample: Sample; other: number; most: number } = found;
  const names = { truth: nameIn(run, sample.truth), other: nameIn(run, other) };
  return {
    kind: "doubt",
    values: names,
    done: ({ selection }) => selection.sample === sample.id,
    answer: () => ({ ...names, sample: String(sample.id), share: most }),
  };
}

/** Where the best value first is; -1 where none is known. Of 100,000 epochs as well, which no call takes as arguments. */
function first(values: readonly (number | null)[], better: (one: number, other: number) => boolean): number {
  return values.reduce<number>(
    (best, value, i) => (value !== null && (best < 0 || better(value, values[best] as number)) ? i : best),
    -1,
  );
}

/** Where the loss of the hold-out is lowest; if that is the end, when its accuracy first was as high as it became. */
function epoch({ curve }: Run): Lesson | null {
  if (curve.state !== "ok") return null;
  const { epochs, holdout_loss, holdout_accuracy } = curve.value;
  const lowest = first(holdout_loss, (one, other) => one < other);
  const highest = first(holdout_accuracy, (one, other) => one > other);
  const last = epochs.length - 1;
  const place = lowest >= 0 && lowest < last ? lowest : highest;
  if (place < 0 || place >= last) return null;
  const wanted = place + 1;
  return {
    kind: place === lowest ? "epoch" : "reached",
    values: {},
    done: ({ selection }) => selection.epoch === wanted,
    answer: () => ({
      epoch: String(wanted),
      loss: holdout_loss[place] ?? 0,
      share: holdout_accuracy[place] ?? 0,
    }),
  };
}

/** The commonest mistake; of several that are as common, any. */
function cell(run: Run): Lesson | null {
  if (run.metrics.state !== "ok") return null;
  const matrix = run.metrics.value.confusion_matrix;
  const mistakes = matrix.flatMap((row, truth) =>
    row.flatMap((n, predicted) => (n && truth !== predicted ? { truth, predicted, n } : [])),
  );
  const most = mistakes.reduce((top, { n }) => Math.max(top, n), 0);
  const first = mistakes.find(({ n }) => n === most);
  if (!first) return null;
  return {
    kind: "cell",
    values: {},
    done: ({ selection: { truth, predicted } }) =>
      truth.length === 1 &&
      predicted !== null &&
      predicted !== truth[0] &&
      matrix[truth[0] as number]?.[predicted] === most,
    answer: () => ({ count: String(most), truth: nameIn(run, first.truth), predicted: nameIn(run, first.predicted) }),
  };
}

const FEW = 3;

/** Some that lie together on the map: with a mistake, or where there is none with several classes. */
function region(held: readonly Sample[]): Lesson | null {
  const shown = new Map(held.filter(({ values }) => values).map((sample) => [sample.id, sample]));
  if (shown.size < FEW) return null;
  const wrong = ({ guess, truth }: Sample): boolean => guess?.label !== truth;
  const mistaken = [...shown.values()].some(wrong);
  return {
    kind: mistaken ? "region" : "classes",
    values: {},
    done({ selection: { among } }) {
      const inside = among.flatMap((id) => shown.get(id) ?? []);
      const classes = new Set(inside.map(({ truth }) => truth));
      return inside.length >= FEW && (mistaken ? inside.some(wrong) : classes.size > 1);
    },
    answer: () => ({}),
  };
}

const sizes = ({ summary }: Pick<Run, "summary">): number => {
  const { hidden_sizes, channels } = Object.fromEntries(summary.config);
  return [hidden_sizes, channels].flat().reduce<number>((total, each) => total + (Number(each) || 0), 0);
};

/** The cell of the matrix that differs most between a run and the one it is compared with. */
function changed(run: Run, { compared }: Seen): Values | null {
  if (run.metrics.state !== "ok" || compared?.metrics.state !== "ok") return null;
  const now = run.metrics.value.confusion_matrix;
  let found = { by: 0, truth: 0, predicted: 0, before: 0, after: 0 };
  compared.metrics.value.confusion_matrix.forEach((row, truth) => {
    row.forEach((after, predicted) => {
      const before = now[truth]?.[predicted] ?? 0;
      const by = Math.abs(after - before);
      if (by > found.by) found = { by, truth, predicted, before, after };
    });
  });
  return {
    truth: nameIn(run, found.truth),
    predicted: nameIn(run, found.predicted),
    before: String(found.before),
    after: String(found.after),
  };
}

function units(run: Run): Lesson {
  const done = ({ compared }: Seen): boolean => compared?.id === null && sizes(compared) <= sizes(run) / 2;
  return { kind: "units", values: {}, done, answer: (seen) => (done(seen) ? changed(run, seen) : null) };
}

function share(run: Run): Lesson {
  const of = ({ summary }: Pick<Run, "summary">): number => Number(summary.config.get("train_share") ?? 1);
  const done = ({ compared }: Seen): boolean => compared?.id === null && of(compared) <= of(run) / 2;
  return { kind: "share", values: {}, done, answer: (seen) => (done(seen) ? changed(run, seen) : null) };
}

/** Another run of the history, and the samples of which one of the two is right. */
function beside(): Lesson {
  return {
    kind: "beside",
    values: {},
    done: ({ selection, compared }) =>
      typeof compared?.id === "string" && (selection.outcome === "fixed" || selection.outcome === "broken"),
    answer: () => ({}),
  };
}

function paint(run: Run): Lesson {
  return {
    kind: "paint",
    values: {},
    done: ({ drawn }) => drawn !== null && drawn.was !== drawn.now,
    answer: ({ drawn }) =>
      drawn && drawn.was !== drawn.now ? { was: nameIn(run, drawn.was), now: nameIn(run, drawn.now) } : null,
  };
}
