import { dictionary, fields, text } from "../bundle/check.ts";
import { Missing, parseJson, type Source } from "../bundle/source.ts";

const content = fields({ start: text(512), files: dictionary(text(256_000_000)) });

export interface Embedded {
  source: Source;
  start: string; // the run directory or artifacts root to show
}

/**
 * Files inlined into an exported page: `<script type="application/json" id="embedded">{"start", "files": {path: text}}`.
 * A block of data, never executed; paths are as they would be beside the page.
 */
export function embedded(): Embedded | null {
  const block = document.getElementById("embedded");
  if (!block?.textContent) return null;
  const { start, files } = content(parseJson(block.textContent, "this page’s own data"), "embedded");
  const source: Source = {
    kind: "embedded",
    read(path) {
      const found = files.get(path);
      return found === undefined ? Promise.reject(new Missing(path)) : Promise.resolve(found);
    },
  };
  return { source, start };
}
