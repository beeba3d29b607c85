// What stands on the page when there is no sweep to show: which state it is, and the one thing to do.
import { RULE } from "../bundle/path.ts";
import { pathOf, programOf } from "../text/commands.ts";
import { copyFrom } from "../view/actions.ts";
import { button, type Child, el, ICONS, icon } from "../view/dom.ts";

function state(kind: string, title: string, ...body: Child[]): HTMLElement {
  return el(
    "section",
    { class: `state ${kind}`, "aria-labelledby": "state-title" },
    el("h1", { id: "state-title", tabindex: -1 }, title),
    ...body,
  );
}

function command(text: string): HTMLElement {
  const copy = button(
    icon(ICONS.copy),
    { class: "square copy", "aria-label": `Copy: ${text}` },
    () => void copyFrom(copy, text),
  );
  return el("div", { class: "command" }, el("code", { tabindex: 0, translate: "no" }, text), copy);
}

const opener = (pick: () => void): HTMLElement => button("Open a folder…", { class: "primary" }, pick);

export const loading = (): HTMLElement =>
  el("section", { class: "state loading", "aria-busy": "true" }, el("p", { class: "muted" }, "Opening the sweep …"));

export function noSweeps(root: string, pick: () => void): HTMLElement {
  const target = location.protocol === "file:" ? ` --artifacts-root ${pathOf(root, location)}` : "";
  return state(
    "empty",
    "No sweeps yet",
    el(
      "p",
      { class: "sentence" },
      `No run in ${root} belongs to a sweep. This one says how much of an accuracy is luck:`,
    ),
    command(`${programOf(location)} sweep --model logistic --seeds 0:10${target}`),
    opener(pick),
  );
}

export function refused(given: string): HTMLElement {
  return state(
    "refused",
    "This address is not opened",
    el("p", { class: "sentence" }, "sweep is not a path this page may read."),
    el("p", { class: "command" }, el("code", { translate: "no" }, given.slice(0, 200))),
    el("p", { class: "muted" }, `Expected ${RULE.replace(/ — .*/, "")}.`),
  );
}

export function missing(path: string, pick: () => void): HTMLElement {
  return state(
    "missing",
    "There is no sweep here",
    el("p", { class: "sentence" }, path),
    el(
      "p",
      { class: "muted" },
      "There is no sweep.json that can be read, nor its twin sweep.css. “repair” writes both anew from the points.",
    ),
    opener(pick),
  );
}

export function unreadable(path: string, problem: string, pick: () => void): HTMLElement {
  return state(
    "broken",
    "This sweep could not be loaded",
    el("p", { class: "sentence" }, path),
    el("p", { class: "command" }, el("code", { tabindex: 0 }, problem)),
    opener(pick),
  );
}

export function crashed(error: unknown): HTMLElement {
  const text = error instanceof Error ? `${error.message}\n${error.stack ?? ""}` : String(error);
  return state(
    "broken",
    "The page itself failed",
    el("p", { class: "muted" }, "This is a mistake in the page, not in the sweep. Please report it with these lines:"),
    el("pre", { class: "command", tabindex: 0 }, text.slice(0, 1500)),
  );
}
