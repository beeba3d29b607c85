// The tags of a run of the index, wherever runs are listed.
import type { IndexEntry } from "../bundle/run.ts";
import { el } from "../view/dom.ts";

export function marks(run: IndexEntry | null): (HTMLElement | false)[] {
  if (!run) return [];
  const tag = (look: string, text: string): HTMLElement => el("span", { class: `tag ${look}` }, text);
  return [
    run.synthetic && tag("warn", "synthetic"),
    run.diverged && tag("bad", "diverged"),
    Boolean(run.interrupted) && tag("warn", "interrupted"),
    run.replay !== undefined && (run.replay.held ? tag("good", "replayed") : tag("bad", "replay differs")),
  ];
}
