// What is promised when a run is trained again, how to check it, and what the last check found.

import type { Replay } from "../bundle/run.ts";
import type { App } from "../panels/app.ts";
import type { Child } from "../view/dom.ts";
import { commandLine, el, inRepository, pathOf, phrase, programOf, say, series, time, woven } from "./tools.ts";

/** A command about the run of the page, as it is typed here. */
export function commandOn({ run, here }: App, command: string): string {
  return `${programOf(here)} ${command} ${pathOf(run.directory, here)}`;
}

export function replay(app: App): HTMLElement | null {
  const { synthetic, config } = app.run.summary;
  const entry = app.index?.index.runs.find((run) => run.run_id === app.run.id);
  if (synthetic || !entry) return null;
  const command = commandOn(app, "replay");
  const promise = config.get("exact") === true ? say("replay.exact") : say("replay.usual");
  return el(
    "div",
    { class: "replay" },
    el("p", {}, `${promise} `, ...where(app)),
    commandLine(command, say("replay.copy")),
    outcome(entry.replay),
  );
}

/** Where the command is typed, as far as this page knows it. */
function where({ run, here }: App): Child[] {
  const code = (text: string): HTMLElement => el("code", { translate: "no" }, text);
  if (here.protocol === "file:") return [say("replay.check")];
  return inRepository(here)
    ? [say("replay.repository")]
    : woven(say("replay.folder"), { folder: code(run.directory.split("/")[0] ?? "") });
}

function outcome(found: Replay | undefined): HTMLElement {
  if (!found) return el("p", { class: "small muted" }, say("replay.never"));
  const { differs, held, promised, tier, replayed } = found;
  const facts = differs.map((fact) => fact.replaceAll("_", " "));
  const values = { time: time(replayed), facts: series(facts), promised: phrase(promised) };
  return el(
    "p",
    { class: held ? "notice good" : "notice bad" },
    el("b", {}, phrase(tier)),
    " ",
    facts.length ? say("replay.other", values) : say("replay.same", values),
  );
}
