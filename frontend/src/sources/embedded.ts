import { dictionary, fields, nullable, text } from "../bundle/check.ts";
import { Missing, parseJson, type Source } from "../bundle/source.ts";

const content = fields({ start: text(512), compared: nullable(text(96)), files: dictionary(text(256_000_000)) });

export interface Embedded {
  source: Source;
  start: string; // the run directory to show
  compared: string | null; // id of the run to compare it with
}

/**
 * Files inlined into an exported page: `<script type="application/json" id="embedded">{"start", "compared", "files": {path: text}}`.
 * A block of data, never executed; paths are as they would be beside the page.
 */
export function embedded(): Embedded | null {
  const block = document.getElementById("embedded");
  if (!block?.textContent) return null;
  const { start, compared, files } = content(parseJson(block.textContent, "this page’s own data"), "embedded");
  const source: Source = {
    kind: "embedded",
    read(path) {
      const found = files.get(path);
      return found === undefined ? Promise.reject(new Missing(path)) : Promise.resolve(found);
    },
  };
  return { source, start, compared };
}
