// From an address to a sweep with the images of its data set. Everything is checked before use.
import { Refusal } from "../bundle/check.ts";
import { LIMITS } from "../bundle/limits.ts";
import { loadImages, loadIndex, olderRuns } from "../bundle/load.ts";
import { isPlainPath, join, lastSegment, parent } from "../bundle/path.ts";
import { decode } from "../bundle/published.ts";
import type { Images, Part } from "../bundle/run.ts";
import { Missing, type Source } from "../bundle/source.ts";
import * as contract from "../contract.ts";

export const FOLDER = "sweeps";

export type Wanted = { kind: "sweep"; path: string } | { kind: "latest" } | { kind: "refused"; given: string };

/** What the address asks for: `?sweep=artifacts/sweeps/<id>`, or the latest sweep of the page's own artifacts. */
export function wantedSweep(search: string): Wanted {
  const given = new URLSearchParams(search).getAll("sweep");
  const [path] = given;
  if (path === undefined) return { kind: "latest" };
  const plain = path.replace(/\/$/, "");
  if (given.length > 1 || !isPlainPath(path)) return { kind: "refused", given: given.join(" · ") };
  return { kind: "sweep", path: plain };
}

export interface Loaded {
  sweep: contract.Sweep;
  root: string; // of the artifacts
  images: Part<Images>;
  notices: string[];
}

/** Throws Missing where there is no sweep.json, Refusal where it is not one. */
export async function loadSweep(source: Source, directory: string): Promise<Loaded> {
  const path = join(directory, "sweep.json");
  const notices: string[] = [];
  const sweep = decode(await source.read(path, LIMITS.sweep), path, contract.sweep, notices);
  agree(sweep, path);
  const root = parent(parent(directory));
  const data = join(join(root, "datasets"), sweep.dataset.file);
  const images = sweep.stability.length ? await loadImages(source, data, { dataset: sweep.dataset }, notices) : null;
  return { sweep, root, images: images ?? { state: "absent" }, notices };
}

export interface Sweeps {
  ids: string[]; // the newest first
  older: boolean; // runs are left whose sweeps are not known
}

/** The sweeps that the newest runs of a root belong to, and of the older runs as many as it takes to find one, or all. */
export async function sweepsOf(source: Source, root: string, all = false): Promise<Sweeps> {
  try {
    const index = await loadIndex(source, root);
    const found = new Set<string>();
    let runs = index.index.runs;
    for (;;) {
      for (const { sweep } of runs) if (sweep) found.add(sweep);
      const next = all || !found.size ? index.older.shift() : undefined;
      if (!next) break;
      runs = await olderRuns(index, next);
    }
    return { ids: [...found].sort().reverse(), older: index.older.length > 0 };
  } catch (error) {
    if (error instanceof Missing) return { ids: [], older: false };
    throw error;
  }
}

/** The directory of a sweep in a folder that was opened by hand. */
export function sweepIn(paths: readonly string[]): string | null {
  const found = paths.filter((path) => lastSegment(path) === "sweep.json").map(parent);
  return found.sort((a, b) => (lastSegment(a) < lastSegment(b) ? 1 : -1))[0] ?? null;
}

/** Rules between the columns, so that no panel can index out of what it was given. */
function agree(sweep: contract.Sweep, path: string): void {
  const settings = sweep.settings.values.length;
  const points = sweep.points.setting.length;
  const columns = (table: object, name: string): void => {
    const lists = Object.entries(table) as [string, unknown[]][];
    const wanted = lists[0]?.[1].length ?? 0;
    for (const [key, list] of lists)
      if (list.length !== wanted) throw new Refusal(`${path}: ${name}.${key}`, `a list of ${wanted}`, list);
  };
  const below = (values: readonly (number | null)[], limit: number, name: string): void => {
    const bad = values.find((value) => value !== null && value >= limit);
    if (bad !== undefined) throw new Refusal(`${path}: ${name}`, `0..${limit - 1}`, bad);
  };
  for (const name of ["settings", "differences", "pairs", "points"] as const) columns(sweep[name], name);
  sweep.settings.values.forEach((values, i) => {
    if (values.length !== sweep.axes.length)
      throw new Refusal(`${path}: settings.values[${i}]`, `a list of ${sweep.axes.length}`, values);
  });
  below(sweep.points.setting, settings, "points.setting");
  below(sweep.differences.other, settings, "differences.other");
  below(sweep.pairs.other, settings, "pairs.other");
  below(sweep.pairs.point, points, "pairs.point");
  if (sweep.best) below([sweep.best.setting, ...sweep.best.not_told_apart], settings, "best");
  for (const each of sweep.stability) {
    below([each.setting], settings, "stability.setting");
    for (const list of [each.unstable, each.never_right]) {
      columns(list, "stability");
      below(list.sample_id, sweep.dataset.samples, "stability.sample_id");
      below([...list.right_point, ...list.wrong_point], points, "stability.point");
    }
  }
}
