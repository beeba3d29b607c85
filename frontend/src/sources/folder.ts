import { isRunId } from "../bundle/names.ts";
import { join, lastSegment, parent } from "../bundle/path.ts";
import { Missing, type Source, Unreadable } from "../bundle/source.ts";
import { decodeUtf8 } from "./http.ts";

export interface Folder {
  source: Source;
  name: string;
  start: string | null; // the run or artifacts root in it that is shown first
  names: string[]; // of what lies in it
}

/** A folder opened by hand. Works in every browser, also where local files cannot be read otherwise. */
export function folder(files: Iterable<File>): Folder {
  const byPath = new Map([...files].map((each) => [each.webkitRelativePath || each.name, each]));
  const paths = [...byPath.keys()];
  const name = (paths[0] ?? "").split("/")[0] ?? "";
  const source: Source = {
    kind: "folder",
    async read(path, limit) {
      const found = byPath.get(path);
      if (!found) throw new Missing(path);
      if (found.size > limit) throw new Unreadable(path, `at most ${limit} bytes`, String(found.size));
      return decodeUtf8(await found.arrayBuffer(), path);
    },
  };
  const names = [...new Set(paths.map((path) => path.split("/")[1] ?? path))];
  return { source, name, start: startIn(paths), names };
}

/** The nearest artifacts root or run: people choose the folder around it, or the one that a ZIP was unpacked to. */
export function startIn(paths: readonly string[]): string | null {
  const all = new Set(paths);
  const holding = (name: string): string[] =>
    paths.filter((path) => lastSegment(path) === name).map((path) => parent(path));
  const runs = holding("manifest.json").filter((run) => all.has(join(run, "run_summary.json")));
  const full = new Set(runs.filter((run) => isRunId(lastSegment(run))).map(parent));
  const roots = holding("index.json").filter((root) => full.has(root));
  const depth = (path: string): number => path.split("/").length;
  const order = [...roots, ...runs].map((path) => ({
    path,
    rank: [depth(path), roots.includes(path) ? 0 : 1, isRunId(lastSegment(path)) ? 0 : 1],
    newest: runs.filter((run) => run === path || parent(run) === path).reduce(laterId, ""),
  }));
  order.sort((a, b) => {
    const at = a.rank.findIndex((value, i) => value !== b.rank[i]);
    if (at >= 0) return (a.rank[at] ?? 0) - (b.rank[at] ?? 0);
    const [one, other] = a.newest === b.newest ? [a.path, b.path] : [a.newest, b.newest];
    return one < other ? 1 : -1; // the newest run first
  });
  return order[0]?.path ?? null;
}

/** The later of an id and that of a run's directory. Ids begin with their time. */
function laterId(latest: string, run: string): string {
  const id = lastSegment(run);
  return isRunId(id) && id > latest ? id : latest;
}
