// Which rows train and which are held out, as datasets/split.py.
import { LABELS, randomOrder, randomStream, SPLIT } from "./random.ts";
import type { Config, Data } from "./settings.ts";

export interface Split {
  training: readonly number[]; // ascending ids
  labels: readonly number[]; // of these, some perhaps replaced
  holdout: readonly number[]; // ascending ids
}

export function splitOf(config: Config, data: Data): Split {
  const state = config.splitState ?? config.randomState;
  const held = new Set(heldOut(config, data, state));
  const { labels, classNames } = data;
  const counts = classNames.map((_, label) => labels.filter((each) => each === label).length);
  const out = classNames.map((_, label) => [...held].filter((id) => labels[id] === label).length);
  const lost = counts.findIndex((count, label) => !out[label] || out[label] === count);
  if (lost >= 0)
    throw new Error(
      `split: expected every class on both sides, got none of ${classNames[lost]} on one; try another seed`,
    );
  let training = labels.flatMap((_, id) => (held.has(id) ? [] : [id]));
  if (config.leaveOut !== null) training = training.filter((id) => labels[id] !== config.leaveOut);
  if (config.trainShare < 1) training = thinned(data, training, config.trainShare, state);
  const own = training.map((id) => labels[id] as number);
  return {
    training,
    labels: config.labelNoise ? mislabelled(own, config.labelNoise, state, classNames.length) : own,
    holdout: [...held].sort((a, b) => a - b),
  };
}

function heldOut({ split, testSize }: Config, data: Data, state: number): readonly number[] {
  const { labels, classNames, holdout } = data;
  const total = Math.ceil(testSize * labels.length - 1e-9);
  if (split === "random") {
    const counts = classNames.map((_, label) => labels.filter((each) => each === label).length);
    const quotas = counts.map((count) => count * (total / labels.length));
    const held = quotas.map(Math.floor);
    const left = total - held.reduce((sum, each) => sum + each, 0);
    const order = quotas
      .map((_, label) => label)
      .sort((a, b) => rest(quotas, held, a) - rest(quotas, held, b) || a - b);
    for (const label of order.slice(0, left)) held[label] = (held[label] as number) + 1;
    const fair = onBothSides(held, counts);
    return byClass(labels, state, classNames.length).flatMap((rows, label) => rows.slice(0, fair[label]));
  }
  if (split === "contiguous") {
    const first = Math.min((state % Math.ceil(labels.length / total)) * total, labels.length - total);
    return Array.from({ length: total }, (_, i) => first + i);
  }
  if (split === "folds") {
    const folds = Math.round(1 / testSize);
    if (folds < 2 || Math.abs(folds * testSize - 1) > 1e-9)
      throw new Error(
        `test_size: expected 1 / a whole number of folds, got ${testSize}; try ${1 / Math.max(2, folds)}`,
      );
    const dealt = byClass(labels, Math.floor(state / folds), classNames.length).flat();
    return dealt.filter((_, i) => i % folds === state % folds);
  }
  if (split === "grouped" && data.groups) return inGroups(data.groups, total, state);
  if (holdout?.fixed) return holdout.ids;
  throw new Error(`split: expected one that the page can make again, got ${split}; try the recorded random state`);
}

/** Whole groups, in random order, until they are as many rows or more. */
function inGroups(groups: readonly number[], total: number, state: number): number[] {
  const names = [...new Set(groups)].sort((a, b) => a - b);
  const rows = new Map(names.map((name): [number, number[]] => [name, []]));
  groups.forEach((name, row) => {
    rows.get(name)?.push(row);
  });
  const held: number[] = [];
  for (const group of randomOrder(randomStream(state, SPLIT), names.length))
    if (held.length < total) for (const row of rows.get(names[group] as number) ?? []) held.push(row); // may be many
  return held;
}

/** How many rows of each class to hold out, so many in all, and of no class none or all; as they are if none are so. */
function onBothSides(held: readonly number[], counts: readonly number[]): readonly number[] {
  const fair = held.map((out, label) => Math.min(Math.max(out, 1), (counts[label] as number) - 1));
  const total = (values: readonly number[]): number => values.reduce((sum, each) => sum + each, 0);
  for (let over = total(fair) - total(held); over !== 0; over -= Math.sign(over)) {
    const room = fair.map((out, label) => (over > 0 ? out - 1 : (counts[label] as number) - 1 - out));
    const most = room.indexOf(Math.max(...room));
    if ((room[most] as number) < 1) return held;
    fair[most] = (fair[most] as number) - Math.sign(over);
  }
  return fair;
}

const rest = (quotas: readonly number[], held: readonly number[], label: number): number =>
  (held[label] as number) - (quotas[label] as number);

/** The rows of each class, in random order. */
function byClass(labels: readonly number[], state: number, classes: number): number[][] {
  const found: number[][] = Array.from({ length: classes }, () => []);
  for (const row of randomOrder(randomStream(state, SPLIT), labels.length)) found[labels[row] as number]?.push(row);
  return found;
}

/** The first ⌈share · count⌉ rows of each class in random order. */
function thinned({ labels, classNames }: Data, rows: readonly number[], share: number, state: number): number[] {
  const own = rows.map((id) => labels[id] as number);
  return byClass(own, state, classNames.length)
    .flatMap((each) => each.slice(0, Math.ceil(share * each.length - 1e-9)))
    .sort((a, b) => a - b)
    .map((row) => rows[row] as number);
}

/** ⌈share · count⌉ labels replaced by one of the other classes each. */
function mislabelled(labels: readonly number[], share: number, state: number, classes: number): number[] {
  const stream = randomStream(state, LABELS);
  const chosen = randomOrder(stream, labels.length).slice(0, Math.ceil(share * labels.length - 1e-9));
  const steps = stream.words(chosen.length);
  const found = [...labels];
  chosen.forEach((row, i) => {
    const step = Number((steps[i] as bigint) % BigInt(classes - 1)) + 1;
    found[row] = ((found[row] as number) + step) % classes;
  });
  return found;
}
