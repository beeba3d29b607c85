// What the page has open, and what follows from an event. Pure: pages/page.ts does what is decided here.
import { Refusal } from "../bundle/check.ts";
import type { LoadedIndex } from "../bundle/load.ts";
import { join } from "../bundle/path.ts";
import type { Place } from "../bundle/place.ts";
import type { IndexEntry } from "../bundle/run.ts";
import { Missing, type Source, Unreadable } from "../bundle/source.ts";
import { hiddenSizes, titleOf } from "../text/facts.ts";
import { architecture, percent, time } from "../text/format.ts";
import { say } from "../text/language.ts";
import type { Selection } from "./state.ts";
import { toQuery } from "./url.ts";

export interface Session {
  source: Source;
  path: string; // what is shown: an artifacts root or a run directory
  forced: boolean; // by the address
  place: Place | null; // null while it is read, and where there is nothing
}

/** What the bar says of it. */
export interface Shown {
  index: LoadedIndex | null;
  title: string;
  detail: string; // "mlp 128-64 · 97.6 % · 22 Nov"
  current: string | null; // run id
  compared: string | null;
  follows: boolean; // the latest run, also when another becomes it
  forced: boolean;
}

export function shownInBar(session: Session | null, compared: string | null): Shown {
  const { index = null, run = null, follows = false } = session?.place ?? {};
  const nothing = {
    index,
    title: say("no.run"),
    detail: "",
    current: null,
    compared: null,
    follows: false,
    forced: false,
  };
  if (!session || !run) return nothing;
  const { model, created } = run.summary;
  const score = run.metrics.state === "ok" ? [percent(run.metrics.value.accuracy)] : [];
  const detail = [architecture(model.name, hiddenSizes(run)), ...score, time(created, true)].join(" · ");
  return { index, title: titleOf(run), detail, current: run.id, compared, follows, forced: session.forced };
}

/** The same of a run that is listed and still being read. */
export function soonInBar(index: LoadedIndex, entry: IndexEntry, follows: boolean, forced: boolean): Shown {
  const { run_id: current, label, model, channels, hidden_sizes: sizes, accuracy, created } = entry;
  const detail = [architecture(model, [...channels, ...sizes]), percent(accuracy), time(created, true)].join(" · ");
  return { index, title: label ?? current, detail, current, compared: null, follows, forced };
}

/** What the page says when a place cannot be read. An empty place is no mistake where the page itself looks. */
export function failure(error: unknown, { forced, source }: Session): "empty" | "missing" | "unreadable" | "crashed" {
  if (error instanceof Missing)
    return forced || source.kind === "folder" || error.found !== "nothing" ? "missing" : "empty";
  return error instanceof Refusal || error instanceof Unreadable ? "unreadable" : "crashed";
}

export interface Move {
  path: string;
  forced: boolean;
  ends: Partial<Selection>; // what of the selection belongs to the run before
}

/** To a run of the index, or with null to the latest; `home` is where the page looks by itself. */
export function moveTo(session: Session, runId: string | null, selection: Selection, home: string): Move | null {
  const root = session.place?.index?.root;
  if (root === undefined) return null;
  const path = runId === null ? root : join(root, runId);
  const alone = selection.compared === runId ? { compared: null } : {};
  return { path, forced: path !== home, ends: { sample: null, epoch: null, among: [], ...alone } };
}

/** The directory of the run to compare with; null where there is none, or only the same run. */
export function comparedWith({ place }: Session, compared: string | null): string | null {
  if (compared === null || !place?.index || compared === place.run?.id) return null;
  return join(place.index.root, compared);
}

/** The whole view as the query of an address; null for a folder, which has no address. */
export function addressOf(
  { source, path, forced }: Session,
  selection: Selection,
  foreign: readonly string[] = [],
): string | null {
  return source.kind === "folder" ? null : toQuery(forced ? path : null, selection, foreign);
}

/** Where to look for new runs on return to the page; null where none can come. */
export function whereRunsAppear({ source, path, place }: Session, exported: boolean): string | null {
  if (exported || source.kind === "folder" || (place?.run && !place.index)) return null;
  return place?.index?.root ?? path;
}

/** What a second look found: nothing new, the first run, a run that follows the one shown, or one for the list. */
export function renewal({ place }: Session, fresh: LoadedIndex | null): "none" | "first" | "next" | "list" {
  if (!fresh || fresh.index.generation === place?.index?.index.generation) return "none";
  if (!place?.run) return "first";
  return place.follows ? "next" : "list";
}
