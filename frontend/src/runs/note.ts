// The note of the run of the page.
import type { App } from "../panels/app.ts";
import { commandOn } from "./replay.ts";
import { commandLine, el, folderOf, quoted, say } from "./tools.ts";

/** What was written about the run of the page, and the command that writes it. */
export function noteOf(app: App): HTMLElement | null {
  const entry = app.index?.index.runs.find((run) => run.run_id === app.run.id);
  if (!entry || entry.synthetic) return null;
  const text = entry.note === undefined ? say("note.none") : say("note.this", { text: entry.note });
  const example = quoted(say("note.example"), folderOf(app.here)?.windows);
  return el(
    "div",
    { class: "replay" },
    el("p", {}, text),
    commandLine(`${commandOn(app, "note")} ${example}`, say("note.copy")),
  );
}
