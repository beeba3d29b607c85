// Which directory the page may read. Pure: text in, text or a reason out.

const SEGMENT = "[A-Za-z0-9_][A-Za-z0-9._-]{0,63}";
const PATH = new RegExp(`^(?:\\.\\./){0,3}${SEGMENT}(?:/${SEGMENT}){0,7}/?$`);

export const EXAMPLE = "artifacts/20261122-191612-baseline";

export type Wanted =
  | { kind: "path"; path: string; origin: "address" | "page" }
  | { kind: "refused"; given: string; reason: "twice" | "path" };

/** True for a path that can only name something near the page. No decoding happens before this test. */
export function isPlainPath(path: string): boolean {
  return path.length <= 512 && PATH.test(path);
}

/** What to show: `?artifacts=` beats `data-artifact-path`. A refused address is never replaced by another one. */
export function wantedPath(search: string, attribute: string): Wanted {
  const given = new URLSearchParams(search).getAll("artifacts");
  if (given.length > 1) return { kind: "refused", given: given.join(" · "), reason: "twice" };
  const path = given[0] ?? attribute;
  if (!isPlainPath(path)) return { kind: "refused", given: path, reason: "path" };
  return { kind: "path", path: path.replace(/\/$/, ""), origin: given.length ? "address" : "page" };
}

export function join(directory: string, name: string): string {
  return directory === "" ? name : `${directory}/${name}`;
}

export function parent(path: string): string {
  const cut = path.lastIndexOf("/");
  return cut < 0 ? "" : path.slice(0, cut);
}

export function lastSegment(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
