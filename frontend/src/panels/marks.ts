// The tags of a run of the index, wherever runs are listed.
import type { IndexEntry } from "../bundle/run.ts";
import { say } from "../text/language.ts";
import { el } from "../view/dom.ts";

export function marks(run: IndexEntry | null): (HTMLElement | false)[] {
  if (!run) return [];
  const tag = (look: string, text: string): HTMLElement => el("span", { class: `tag ${look}` }, text);
  return [
    run.synthetic && tag("warn", say("mark.synthetic")),
    run.diverged && tag("bad", say("mark.diverged")),
    Boolean(run.interrupted) && tag("warn", say("mark.interrupted")),
    run.replay !== undefined && (run.replay.held ? tag("good", say("mark.replayed")) : tag("bad", say("mark.differs"))),
  ];
}
