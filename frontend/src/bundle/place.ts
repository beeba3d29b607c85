// From a wanted path to a run directory: a run's own directory, or the latest run of an artifacts root.
import { type LoadedIndex, loadIndex, loadRun } from "./load.ts";
import { isRunId } from "./names.ts";
import { join, lastSegment, parent } from "./path.ts";
import type { IndexEntry, Run } from "./run.ts";
import { type Digest, Missing, type Source } from "./source.ts";

export { loadIndex };

const TRIES = 20; // runs of an index to look for, the newest first

export interface Place {
  index: LoadedIndex | null;
  run: Run | null; // null: the index has no runs
  follows: boolean; // the path is a root, so the latest run is shown
  gone: string[]; // ids of newer runs that the index lists and that are not there
}

type Listed = (index: LoadedIndex | null, entry: IndexEntry | undefined, follows: boolean) => void;

/** Throws Missing when there is neither an index nor a run at the path. `listed` is told what the index says of it. */
export async function locate(source: Source, path: string, digest: Digest, listed?: Listed): Promise<Place> {
  if (isRunId(lastSegment(path))) {
    const index = await indexIfAny(source, parent(path));
    listed?.(index, entryOf(index, path), false);
    return { index, run: await openRun(source, path, index, digest), follows: false, gone: [] };
  }
  const own = await indexIfAny(source, path);
  if (own) {
    listed?.(own, entryOf(own, own.index.latest ?? ""), true);
    return newest(source, path, own, digest);
  }
  const run = await loadRun(source, path, digest);
  return { index: run.id === null ? null : await indexIfAny(source, parent(path)), run, follows: false, gone: [] };
}

/** The latest run of a root; where it was taken away, the newest that is there. */
async function newest(source: Source, root: string, index: LoadedIndex, digest: Digest): Promise<Place> {
  const { latest, runs } = index.index;
  const ids = new Set([...(latest === null ? [] : [latest]), ...runs.slice(0, TRIES).map((run) => run.run_id)]);
  const gone: string[] = [];
  for (const id of ids) {
    try {
      return { index, run: await openRun(source, join(root, id), index, digest), follows: true, gone };
    } catch (error) {
      if (!(error instanceof Missing)) throw error;
      gone.push(id);
    }
  }
  return { index, run: null, follows: true, gone };
}

export function openRun(source: Source, directory: string, index: LoadedIndex | null, digest: Digest): Promise<Run> {
  return loadRun(source, directory, digest, entryOf(index, directory));
}

function entryOf(index: LoadedIndex | null, directory: string): IndexEntry | undefined {
  return index?.index.runs.find((run) => run.run_id === lastSegment(directory));
}

async function indexIfAny(source: Source, root: string): Promise<LoadedIndex | null> {
  try {
    return await loadIndex(source, root);
  } catch (error) {
    if (error instanceof Missing) return null;
    throw error;
  }
}
