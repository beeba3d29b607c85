import { isPlainPath } from "../bundle/path.ts";
import { Unreadable } from "../bundle/source.ts";

/** The address of a path that passed the guard; the browser's own resolution has to agree that it stays here. */
export function nearby(path: string): string {
  const url = isPlainPath(path) ? resolved(path) : null;
  const local = url && url.protocol === location.protocol && url.host === location.host && !url.search && !url.hash;
  if (!local || (url.protocol === "file:" && url.host !== ""))
    throw new Unreadable(path, "a path near this page", "another");
  return url.href;
}

/** Null where the page's own address leads nowhere, as that of a data: or blob: page. */
function resolved(path: string): URL | null {
  try {
    const url = new URL(path, document.baseURI);
    url.username = url.password = ""; // the browser knows them, and fetches no address that names them
    return url;
  } catch {
    return null;
  }
}
