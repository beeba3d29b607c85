// The files of a run, in every version that was published.

import { say } from "../text/language.ts";
import { own, type Published, plain, Refusal } from "./check.ts";
import { parseJson } from "./source.ts";

/** The value of one file. A newer version is read as far as it is understood, and a notice says so. */
export function decode<T>(text: string, path: string, checks: Published<T>, notices: string[]): T {
  const object = plain(parseJson(text, path), path);
  const version = own(object, "schema_version");
  const known = Object.keys(checks).map(Number);
  const newest = Math.max(...known);
  const newer = typeof version === "number" && version > newest;
  const check = known.includes(version as number) ? checks[version as number] : newer ? checks[newest] : undefined;
  if (!check) throw new Refusal(`${path}: schema_version`, known.join(" or "), version);
  try {
    const value = check(object, path);
    if (newer) noticeNewer(notices, path, version);
    return value;
  } catch (error) {
    if (!newer || !(error instanceof Refusal)) throw error;
    const where = `${path} (schema ${version}, this page knows ${newest})`;
    throw new Refusal(where, "a form this page can read; try a newer page", error.message);
  }
}

/** One notice for all such files. */
function noticeNewer(notices: string[], path: string, version: number): void {
  const text = `${say("notice.newer", { version: String(version) })} `;
  const at = notices.findIndex((each) => each.startsWith(text));
  if (at < 0) notices.push(text + path);
  else notices[at] += `, ${path}`;
}
