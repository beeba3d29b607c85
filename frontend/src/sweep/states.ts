// What stands on the page when there is no sweep to show: which state it is, and the one thing to do.
import { pathOf, programOf } from "../text/commands.ts";
import { say } from "../text/language.ts";
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

export function command(text: string, look = ""): HTMLElement {
  const copy = button(
    icon(ICONS.copy),
    { class: "square copy", "aria-label": say("copy.command", { command: text }) },
    () => void copyFrom(copy, text),
  );
  return el("div", { class: `command ${look}` }, el("code", { tabindex: 0, translate: "no" }, text), copy);
}

const opener = (pick: () => void): HTMLElement => button(say("folder.choose"), { class: "primary" }, pick);

export const loading = (): HTMLElement =>
  el("section", { class: "state loading", "aria-busy": "true" }, el("p", { class: "muted" }, say("sweep.opening")));

export function noSweeps(root: string, pick: () => void): HTMLElement {
  const target = location.protocol === "file:" ? ` --artifacts-root ${pathOf(root, location)}` : "";
  return state(
    "empty",
    say("sweep.empty"),
    el("p", { class: "sentence" }, say("sweep.empty.why", { root })),
    command(`${programOf(location)} sweep --model logistic --seeds 0:10${target}`),
    opener(pick),
  );
}

export function refused(given: string): HTMLElement {
  return state(
    "refused",
    say("state.refused"),
    el("p", { class: "sentence" }, say("sweep.path")),
    el("p", { class: "command" }, el("code", { translate: "no" }, given.slice(0, 200))),
    el("p", { class: "muted" }, say("state.rule")),
  );
}

export function missing(path: string, pick: () => void): HTMLElement {
  return state(
    "missing",
    say("sweep.missing"),
    el("p", { class: "sentence" }, path),
    el("p", { class: "muted" }, say("sweep.missing.why")),
    opener(pick),
  );
}

export function unreadable(path: string, problem: string, pick: () => void): HTMLElement {
  return state(
    "broken",
    say("sweep.broken"),
    el("p", { class: "sentence" }, path),
    el("p", { class: "command" }, el("code", { tabindex: 0, lang: "en" }, problem)),
    opener(pick),
  );
}

export function crashed(error: unknown): HTMLElement {
  const text = error instanceof Error ? `${error.message}\n${error.stack ?? ""}` : String(error);
  return state(
    "broken",
    say("state.crashed"),
    el("p", { class: "muted" }, say("sweep.crashed")),
    el("pre", { class: "command", tabindex: 0, lang: "en" }, text.slice(0, 1500)),
  );
}
