import { Missing, type Source, Unreadable } from "../bundle/source.ts";
import { decodeUtf8 } from "./http.ts";

/** A folder opened by hand. Works in every browser, also where local files cannot be read otherwise. */
export function folder(files: FileList): { source: Source; name: string } {
  const byPath = new Map([...files].map((each) => [each.webkitRelativePath || each.name, each]));
  const name = ([...byPath.keys()][0] ?? "").split("/")[0] ?? "";
  const source: Source = {
    kind: "folder",
    async read(path, limit) {
      const found = byPath.get(path);
      if (!found) throw new Missing(path);
      if (found.size > limit) throw new Unreadable(path, `at most ${limit} bytes`, String(found.size));
      return decodeUtf8(await found.arrayBuffer(), path);
    },
  };
  return { source, name };
}
