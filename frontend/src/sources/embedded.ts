import { bytesOf } from "../bundle/bytes.ts";
import { dictionary, fields, nullable, optional, text } from "../bundle/check.ts";
import { LIMITS } from "../bundle/limits.ts";
import { Missing, parseJson, type Source } from "../bundle/source.ts";
import { runId } from "../contract.ts";

const content = fields({
  start: text(0, 512),
  compared: nullable(runId),
  language: optional(text(0, 8)),
  files: text(0, LIMITS.dataset),
});
const texts = dictionary(text(0, LIMITS.dataset));

export interface Embedded {
  source: Source;
  start: string; // the run directory to show
  compared: string | null; // id of the run to compare it with
  language: string; // whose words it holds
}

/**
 * Files inlined into an exported page: `<script type="application/json" id="embedded">{"start", "compared", "language", "files"}`,
 * where files is `{path: text}` as JSON, gzip and base64. It is data and never runs. Paths are as beside the page.
 */
export function embedded(): Embedded | null {
  const block = document.getElementById("embedded");
  if (!block?.textContent) return null;
  const {
    start,
    compared,
    language = "en",
    files,
  } = content(parseJson(block.textContent, "this page’s own data"), "embedded");
  let unpacked: Promise<Map<string, string>> | undefined;
  const source: Source = {
    kind: "embedded",
    async read(path) {
      unpacked ??= unpack(files);
      const found = (await unpacked).get(path);
      if (found === undefined) throw new Missing(path);
      return found;
    },
  };
  return { source, start, compared, language };
}

async function unpack(files: string): Promise<Map<string, string>> {
  const stream = new Blob([bytesOf(files)]).stream().pipeThrough(new DecompressionStream("gzip"));
  return texts(parseJson(await new Response(stream).text(), "this page’s own files"), "embedded.files");
}
