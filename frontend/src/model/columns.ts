// What settings tell about a list of runs: in which they differ, and which runs differ in nothing but chance.

export type Settings = ReadonlyMap<string, unknown>;

const CHANCE = new Set(["random_state", "split_state"]);
const MODEL = ["model", "channels", "hidden_sizes"]; // a list of runs says it anyway
const UNRELATED = new Set([
  ...["run_label", "artifacts_root", "output_dir", "sample_count", "roc_per_class", "learning_rate_trace"],
  "timing_stats",
]);

/**
 * Settings of which these runs have more than one value. First come those that differ among runs of one model, then
 * those of chance, and then what differs because the models do: each has values of its own.
 */
export function differing(runs: readonly Settings[]): string[] {
  const several = apart(runs);
  const chosen = new Set(chosenApart(runs));
  const rank = (key: string): number => (chosen.has(key) ? 0 : CHANCE.has(key) ? 1 : 2);
  return several.sort((a, b) => rank(a) - rank(b));
}

/** Those that differ among runs of one model, and not by chance. */
export function chosenApart(runs: readonly Settings[]): string[] {
  const byModel = new Map<unknown, Settings[]>();
  for (const settings of runs) {
    const all = byModel.get(settings.get("model")) ?? [];
    byModel.set(settings.get("model"), all);
    all.push(settings);
  }
  const found = new Set([...byModel.values()].flatMap(apart));
  return apart(runs).filter((key) => found.has(key) && !CHANCE.has(key));
}

function apart(runs: readonly Settings[]): string[] {
  const [first, ...others] = runs;
  if (!first) return [];
  const keys = new Set<string>();
  for (const settings of runs) for (const key of settings.keys()) keys.add(key);
  for (const key of [...UNRELATED, ...MODEL]) keys.delete(key);
  return [...keys].filter((key) => {
    const own = plainOf(first.get(key));
    return others.some((settings) => plainOf(settings.get(key)) !== own);
  });
}

const kinds = new WeakMap<Settings, string>(); // lists are grouped again whenever more runs were read

/** The same text for runs whose results can differ by their random states only. */
export function alikeBut(settings: Settings): string {
  let kind = kinds.get(settings);
  if (kind === undefined) {
    const kept = [...settings].filter(([key]) => !UNRELATED.has(key) && !CHANCE.has(key));
    kind = JSON.stringify(kept.sort(([a], [b]) => (a < b ? -1 : 1)));
    kinds.set(settings, kind);
  }
  return kind;
}

/** In the order of a column: numbers by size, anything else as text; what is not known comes last, both ways. */
export function inOrder<T>(items: readonly T[], read: (item: T) => unknown, rising: boolean): T[] {
  const known: { item: T; value: unknown }[] = [];
  const others: T[] = [];
  for (const item of items) {
    const value = read(item);
    if (value === undefined) others.push(item);
    else known.push({ item, value });
  }
  const up = rising ? 1 : -1;
  known.sort(({ value: a }, { value: b }) =>
    typeof a === "number" && typeof b === "number"
      ? up * (a - b)
      : up * collator.compare(String(plainOf(a)), String(plainOf(b))),
  );
  return [...known.map(({ item }) => item), ...others];
}

const collator = new Intl.Collator("en", { numeric: true });
/** What two values are compared by: lists by what is in them. */
const plainOf = (value: unknown): unknown => (Array.isArray(value) ? value.join() : value);
