// Searching and sorting the index.
import type { IndexEntry } from "../bundle/run.ts";
import { architecture, time } from "../text/format.ts";

/** What a list of runs can be in the order of. */
export type Column = "created" | "label" | "accuracy" | "macro_f1" | "model" | "parameters";

const collator = new Intl.Collator("en", { numeric: true });
const modelOf = (run: IndexEntry): string => architecture(run.model, [...run.channels, ...run.hidden_sizes]);

/** The runs in which every word occurs (label, id, model, date, note): the newest, or the largest, first, or the other way round. */
export function find(runs: readonly IndexEntry[], query: string, by: Column = "created", rising = false): IndexEntry[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const found = words.length ? runs.filter((run) => words.every((word) => textOf(run).includes(word))) : [...runs];
  if (by === "created") return rising ? found.reverse() : found; // an index has the newest first
  const text = by === "label" ? (run: IndexEntry) => run.label ?? run.run_id : modelOf;
  const compare =
    by === "label" || by === "model"
      ? (a: IndexEntry, b: IndexEntry) => collator.compare(text(a), text(b))
      : (a: IndexEntry, b: IndexEntry) => a[by] - b[by];
  return found.sort((a, b) => (rising ? compare(a, b) : compare(b, a)));
}

const texts = new WeakMap<IndexEntry, string>();

function textOf(run: IndexEntry): string {
  let text = texts.get(run);
  if (text === undefined) {
    const marks = `${run.synthetic ? "synthetic" : ""} ${run.diverged ? "diverged" : ""} ${run.interrupted ? "interrupted" : ""} ${run.replay ? `replayed ${run.replay.tier}` : ""}`;
    text =
      `${run.label ?? ""} ${run.run_id} ${modelOf(run)} ${time(run.created)} ${marks} ${run.note ?? ""}`.toLowerCase();
    texts.set(run, text);
  }
  return text;
}
