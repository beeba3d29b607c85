import { isPlainPath } from "../bundle/path.ts";
import { Unreadable } from "../bundle/source.ts";

/** The address of a path that passed the guard; the browser's own resolution has to agree that it stays here. */
export function nearby(path: string): string {
  const url = isPlainPath(path) ? new URL(path, document.baseURI) : null;
  const local =
    url &&
    url.protocol === location.protocol &&
    url.host === location.host &&
    !url.username &&
    !url.search &&
    !url.hash;
  if (!local || (url.protocol === "file:" && url.host !== ""))
    throw new Unreadable(path, "a path near this page", "another");
  return url.href;
}
