// Means over runs that belong together, with the interval of each: by their labels, or by their settings.
import type { IndexEntry } from "../bundle/run.ts";
import { alikeBut, chosenApart, type Settings } from "../model/columns.ts";
import { type Group, grouped, stemOf } from "../model/groups.ts";
import type { Readings } from "./reading.ts";
import { settingOf } from "./settings.ts";
import { architecture, count, fixed, keptTable, say, score } from "./tools.ts";

export const modelOf = (run: IndexEntry): string => architecture(run.model, [...run.channels, ...run.hidden_sizes]);

export function means(runs: readonly IndexEntry[], known: Readings): (HTMLElement | null)[] {
  const real = runs.filter((run) => !run.synthetic && !run.diverged && !run.interrupted);
  return [byLabel(real), bySettings(real, known)];
}

/** Runs that differ in a number at the end of their label. */
function byLabel(runs: readonly IndexEntry[]): HTMLElement | null {
  const labelled = runs.filter((run) => run.label !== null);
  return table(
    labelled,
    (run) => `${stemOf(run.label ?? "")} · ${modelOf(run)}`,
    (n) => say("groups", { count: n }),
    say("groups.group"),
  );
}

/** Runs that differ in their random states only, named by the settings in which the groups differ. */
function bySettings(runs: readonly IndexEntry[], known: Readings): HTMLElement | null {
  const of = new Map<string, { settings: Settings; name: string }>();
  const keyOf = new Map<IndexEntry, string>();
  for (const run of runs) {
    const reading = known.get(run.run_id);
    if (!reading) continue;
    const key = `${reading.data} ${alikeBut(reading.settings)}`;
    keyOf.set(run, key);
    of.set(key, { settings: reading.settings, name: modelOf(run) });
  }
  const apart = chosenApart([...of.values()].map(({ settings }) => settings));
  const names = new Map<string, string>();
  for (const [key, { settings, name }] of of) {
    const values = apart.map((each) => `${each} ${settingOf(settings, each)}`);
    names.set(key, [name, ...values].join(" · "));
  }
  return table(
    [...keyOf.keys()],
    (run) => names.get(keyOf.get(run) ?? "") ?? "",
    (n) => say("alike", { count: n }),
    say("alike.group"),
  );
}

function table(
  runs: readonly IndexEntry[],
  nameOf: (run: IndexEntry) => string,
  title: (groups: number) => string,
  first: string,
): HTMLElement | null {
  const values = (key: "accuracy" | "macro_f1"): Group[] => grouped(runs.map((run) => [nameOf(run), run[key]]));
  const all = values("accuracy");
  if (!all.length) return null;
  const f1 = new Map(values("macro_f1").map((each) => [each.name, each]));
  const spread = (half: number | null): string => (half === null ? "" : ` ± ${fixed(100 * half, 1)}`);
  return keptTable(title(all.length), () => ({
    head: [first, say("groups.runs"), say("groups.accuracy"), say("groups.f1")],
    rows: all.map((each) => {
      const own = f1.get(each.name);
      return [
        each.name,
        count(each.runs),
        `${fixed(100 * each.mean, 1)}${spread(each.half)}`,
        own ? `${score(own.mean)} ± ${score(own.half ?? 0)}` : "",
      ];
    }),
  }));
}
