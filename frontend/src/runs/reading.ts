// What other runs of the history recorded, read only when it is asked for: their settings, and what they said of the
// samples that they held out. A run never changes, so none is read twice.
import type { LoadedIndex } from "../bundle/load.ts";
import type { IndexEntry, Run } from "../bundle/run.ts";
import type { Source } from "../bundle/source.ts";
import type { Settings } from "../model/columns.ts";
import type { Answers } from "../model/suspicious.ts";
import type { App } from "../panels/app.ts";
import { announce, button, digest, el, join, loadRun, say } from "./tools.ts";

export interface Reading {
  data: string; // sha256 of its data set
  settings: Settings;
  answers: Answers | null; // null where it did not record them
}

/** By run id; null where a run could not be read. */
export type Readings = ReadonlyMap<string, Reading | null>;

const MOST = 50; // runs at a time; a click reads on
const TOGETHER = 6; // requests that browsers send at once

const heard = new Set<() => void>(); // what is done when more was read, whoever asked for it
const known = new WeakMap<Source, Map<string, Map<string, Reading | null>>>();

/** Of the runs of this index that were read so far. */
export function readings({ source, root }: LoadedIndex): Readings {
  return placeOf(source, root);
}

function placeOf(source: Source, root: string): Map<string, Reading | null> {
  const roots = known.get(source) ?? new Map<string, Map<string, Reading | null>>();
  known.set(source, roots);
  const place = roots.get(root) ?? new Map<string, Reading | null>();
  roots.set(root, place);
  return place;
}

/**
 * A button that reads the next of these runs, as long as there are any, and says how far it is; `then` is what follows
 * when more was read, here or by another button.
 */
export function askFor(
  app: App,
  index: LoadedIndex,
  runs: () => readonly IndexEntry[],
  words: (count: number) => string,
  then: () => void,
): { element: HTMLElement; update(): void } {
  const place = readings(index);
  const status = el("span", { class: "small muted", role: "status" });
  const ask = button("", {}, () => {
    ask.disabled = true;
    void read(index, runs(), app.scope, (done, all) => {
      status.textContent = say("reading.at", { done, all });
    }).then(() => {
      ask.disabled = false;
      if (app.scope.aborted) return;
      status.textContent = "";
      for (const tell of heard) tell();
      announce(say("reading.done"));
    });
  });
  const update = (): void => {
    const left = unread(place, runs()).length;
    box.hidden = left === 0;
    ask.textContent = words(Math.min(MOST, left));
  };
  const box = el("div", { class: "controls" }, ask, status);
  const tell = (): void => {
    update();
    then();
  };
  heard.add(tell);
  app.scope.addEventListener("abort", () => heard.delete(tell));
  update();
  return { element: box, update };
}

/** Reads the first `MOST` of these runs that were not read; `step` is told how many of how many there are. */
async function read(
  { source, root }: LoadedIndex,
  runs: readonly IndexEntry[],
  signal: AbortSignal,
  step: (done: number, all: number) => void,
): Promise<void> {
  const place = placeOf(source, root);
  const left = unread(place, runs).slice(0, MOST);
  const few = onlyAnswers(source);
  for (let at = 0; at < left.length && !signal.aborted; at += TOGETHER) {
    step(at, left.length);
    const part = left.slice(at, at + TOGETHER).map(async ({ run_id }) => {
      const run = await loadRun(few, join(root, run_id), digest).catch(() => null);
      place.set(run_id, run && readingOf(run));
    });
    await Promise.all(part);
  }
}

export const unread = (place: Readings, runs: readonly IndexEntry[]): IndexEntry[] =>
  runs.filter(({ run_id }) => !place.has(run_id));

function readingOf({ summary, holdout }: Run): Reading {
  const answers = holdout.state === "ok" && {
    results: summary.results_digest,
    ids: holdout.value.sample_ids,
    truths: holdout.value.true_labels,
    labels: holdout.value.predicted_labels,
  };
  return { data: summary.dataset.sha256, settings: summary.config, answers: answers || null };
}

const WANTED = ["manifest.json", "run_summary.json", "holdout.json"];

/** The same place with no more of a run than is wanted here, so that no model and no data set is read with it. */
function onlyAnswers(source: Source): Source {
  return {
    kind: source.kind,
    async read(path, limit) {
      const name = path.slice(path.lastIndexOf("/") + 1);
      const isTwin = name === "bundle.json";
      if (!isTwin && !WANTED.includes(name)) throw new Error(`${path}: not wanted`);
      const text = await source.read(path, limit);
      if (!isTwin) return text;
      const { manifest, files } = JSON.parse(text) as { manifest: unknown; files: Record<string, unknown> };
      return JSON.stringify({ manifest, files: Object.fromEntries(WANTED.map((each) => [each, files[each]])) });
    },
  };
}
