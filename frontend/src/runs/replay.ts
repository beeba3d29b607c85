// What is promised when a run is trained again, how to check it, and what the last check found.

import type { Replay } from "../bundle/run.ts";
import type { App } from "../panels/app.ts";
import type { Child } from "../view/dom.ts";
import { commandLine, el, inRepository, pathOf, programOf, series, time } from "./tools.ts";

const NOWHERE = { protocol: "", pathname: "" }; // one file holds the run and can be anywhere

/** A command about the run of the page, as it is typed here. */
export function commandOn(app: App, command: string): string {
  const here = app.exported ? NOWHERE : location;
  return `${programOf(here)} ${command} ${pathOf(app.run.directory, here)}`;
}

export function replay(app: App): HTMLElement | null {
  const { synthetic, config } = app.run.summary;
  const entry = app.index?.index.runs.find((run) => run.run_id === app.run.id);
  if (synthetic || !entry) return null;
  const command = commandOn(app, "replay");
  const promise =
    config.get("exact") === true
      ? "Trained again, every number comes out the same on any machine."
      : "Trained again, every number comes out the same where processor and versions are the same; elsewhere the results stay within seed noise.";
  return el(
    "div",
    { class: "replay" },
    el("p", {}, `${promise} Check it`, ...where(app), ":"),
    commandLine(command, "Copy the command that trains again"),
    outcome(entry.replay),
  );
}

/** Where the command is typed, as far as this page knows it. */
function where(app: App): Child[] {
  const code = (text: string): HTMLElement => el("code", { translate: "no" }, text);
  const here = app.exported ? NOWHERE : location;
  if (here.protocol === "file:") return [];
  return inRepository(here)
    ? [" from the repository’s folder"]
    : [" from the folder that holds ", code(app.run.directory.split("/")[0] ?? "")];
}

function outcome(found: Replay | undefined): HTMLElement {
  if (!found) return el("p", { class: "small muted" }, "It has not been checked here yet.");
  const { differs, held, promised, tier, replayed } = found;
  const facts = differs.map((fact) => fact.replaceAll("_", " "));
  const where = facts.length ? `where ${series(facts)} differed` : "in the same environment";
  return el(
    "p",
    { class: held ? "notice good" : "notice bad" },
    el("b", {}, tier),
    ` on ${time(replayed)}, ${where}; promised was ${promised}.`,
  );
}
