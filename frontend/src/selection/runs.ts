// Searching and sorting the index.
import type { IndexEntry } from "../bundle/run.ts";
import { architecture, time } from "../text/format.ts";

export const SORTS = ["newest", "accuracy", "macro_f1"] as const;
export type Sort = (typeof SORTS)[number];

/** The runs in which every word occurs (label, id, model, date), in the wanted order. */
export function find(runs: readonly IndexEntry[], query: string, sort: Sort): IndexEntry[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const found = words.length ? runs.filter((run) => words.every((word) => textOf(run).includes(word))) : [...runs];
  if (sort === "newest") return found;
  return found.sort((a, b) => b[sort] - a[sort]);
}

const texts = new WeakMap<IndexEntry, string>();

function textOf(run: IndexEntry): string {
  let text = texts.get(run);
  if (text === undefined) {
    const marks = `${run.synthetic ? "synthetic" : ""} ${run.diverged ? "diverged" : ""} ${run.interrupted ? "interrupted" : ""} ${run.replay ? `replayed ${run.replay.tier}` : ""}`;
    text =
      `${run.label ?? ""} ${run.run_id} ${architecture(run.model, [...run.channels, ...run.hidden_sizes])} ${time(run.created)} ${marks}`.toLowerCase();
    texts.set(run, text);
  }
  return text;
}
