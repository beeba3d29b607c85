// What stands on the page when there is no run to show: which state it is, and the one thing to do.
import { message } from "../bundle/load.ts";
import { EXAMPLE, type Wanted } from "../bundle/path.ts";
import { Missing } from "../bundle/source.ts";
import { failure, type Session } from "../selection/session.ts";
import { DEMO, inRepository, pathOf, repairCommand } from "../text/commands.ts";
import { say } from "../text/language.ts";
import { copyFrom } from "../view/actions.ts";
import { button, type Child, el, ICONS, icon, woven } from "../view/dom.ts";

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
    { class: "square copy", "aria-label": say("copy.command", { command: text }) },
    () => void copyFrom(copy, text),
  );
  return el("div", { class: "command" }, el("code", { tabindex: 0, translate: "no" }, text), copy);
}

function opener(open: () => void): HTMLElement {
  return button(say("folder.choose"), { class: "primary" }, open);
}

export function loading(): HTMLElement {
  return el(
    "section",
    { class: "state loading", "aria-busy": "true" },
    el("p", { class: "muted" }, say("state.opening")),
  );
}

/** How the first run comes to where this page looks: in the repository by its scripts, elsewhere by the installed command. */
function firstRun(root: string): HTMLElement[] {
  const from = location.protocol === "file:";
  if (!inRepository(location)) {
    const target = from ? ` --artifacts-root ${pathOf(root, location)}` : "";
    return [
      command(`digit-classifier train --run-label baseline${target}`),
      el(
        "p",
        { class: "muted" },
        ...woven(say("state.install"), {
          command: el("code", { translate: "no" }, "pip install ."),
        }),
      ),
    ];
  }
  const script = (name: string): string =>
    from ? pathOf(name, location) : `${DEMO}web_demo/${name}`.replace("web_demo/../", "");
  return [
    command(`python ${script("../run_demo.py")} --run-label baseline`),
    el("p", { class: "muted" }, say("state.seed")),
    command(`python ${script("seed_sample_artifacts.py")}`),
  ];
}

export function noRuns(root: string, openFolder: () => void): HTMLElement {
  return state(
    "empty",
    say("state.empty"),
    el("p", { class: "sentence" }, root ? say("state.nothing", { root }) : say("state.nothing.here")),
    ...firstRun(root),
    el("p", { class: "muted" }, say("state.return")),
    opener(openFolder),
  );
}

const firstOf = (names: readonly string[], most: number, all: number): string => {
  const shown = names.slice(0, most).join(", ");
  return all > most ? say("state.more", { names: shown, n: all - most }) : shown;
};

/** An index whose runs were all taken away. */
export function allGone(
  root: string,
  gone: readonly string[],
  listed: number,
  byHand: boolean,
  openFolder: () => void,
): HTMLElement {
  const names = firstOf(gone, 3, listed);
  return state(
    "missing",
    say("state.gone"),
    el("p", { class: "sentence" }, say("state.gone.why", { root, names })),
    el("p", { class: "muted" }, byHand ? say("state.repair.folder") : say("state.repair")),
    command(repairCommand(root, byHand ? null : location)),
    opener(openFolder),
  );
}

/** Beside the newest run that is there: one that an index lists, and that is not. */
export function listedButGone(run: string, root: string, byHand: boolean): string {
  return say("listed.gone", { run, root, command: repairCommand(root, byHand ? null : location) });
}

/** A page that a browser saved: it looks like one with its run, and has none. */
function savedCopy(openFolder: () => void): HTMLElement {
  return state(
    "missing",
    say("state.copy"),
    el("p", { class: "sentence" }, say("state.copy.why")),
    command("digit-classifier export --html artifacts -o report.html"),
    el("p", { class: "muted" }, say("state.copy.open")),
    opener(openFolder),
  );
}

export function nothingIn(folder: string, names: readonly string[], openFolder: () => void): HTMLElement {
  const some = firstOf(names, 5, names.length);
  return state(
    "missing",
    say("state.folder"),
    el("p", { class: "sentence" }, folder),
    el("p", { class: "muted" }, names.length ? say("state.folder.holds", { names: some }) : say("state.folder.empty")),
    opener(openFolder),
  );
}

export function refused({ given, reason }: Extract<Wanted, { kind: "refused" }>, showLatest: () => void): HTMLElement {
  return state(
    "refused",
    say("state.refused"),
    el("p", { class: "sentence" }, reason === "twice" ? say("state.twice") : say("state.path")),
    el(
      "p",
      { class: "command" },
      el("code", { translate: "no" }, given.length > 200 ? `${given.slice(0, 200)}…` : given),
    ),
    el("p", { class: "muted" }, `${say("state.rule")} ${say("state.example", { path: EXAMPLE })}`),
    button(say("state.latest"), { class: "primary" }, showLatest),
  );
}

export function unreadable(
  path: string,
  problem: string,
  local: boolean,
  retry: () => void,
  openFolder: () => void,
): HTMLElement {
  const hint = local ? say("state.twins") : say("state.verify");
  return state(
    "broken",
    say("state.broken"),
    el("p", { class: "sentence" }, path),
    el("p", { class: "command" }, el("code", { lang: "en" }, problem)),
    el("p", { class: "muted" }, hint),
    el(
      "div",
      { class: "controls" },
      button(say("state.retry"), { class: "primary" }, retry),
      button(say("folder.choose"), {}, openFolder),
    ),
  );
}

export function missing(
  path: string,
  found: string,
  local: boolean,
  showLatest: () => void,
  openFolder: () => void,
): HTMLElement {
  const answer = found === "nothing" ? "" : ` (${say("state.server", { found })})`;
  const looked = {
    one: local ? "bundle.css" : "manifest.json",
    other: local ? "index.css" : "index.json",
    found: answer,
  };
  return state(
    "missing",
    say("state.missing"),
    el("p", { class: "sentence" }, path),
    el("p", { class: "muted" }, say("state.missing.why", looked)),
    el(
      "div",
      { class: "controls" },
      button(say("state.latest"), { class: "primary" }, showLatest),
      button(say("folder.choose"), {}, openFolder),
    ),
  );
}

export function crashed(error: unknown): HTMLElement {
  const text = error instanceof Error ? `${error.message}\n${error.stack ?? ""}` : String(error);
  return state(
    "broken",
    say("state.crashed"),
    el("p", { class: "muted" }, say("state.crashed.why")),
    el("pre", { class: "command", tabindex: 0, lang: "en" }, text.slice(0, 1500)),
  );
}

/** What stands there when a place could not be read; `again` reads it once more; `copied`: a browser saved this page. */
export function failed(
  error: unknown,
  session: Session,
  copied: boolean,
  local: boolean,
  again: () => void,
  showLatest: () => void,
  openFolder: () => void,
): HTMLElement {
  const kind = failure(error, session);
  const { path } = session;
  if (kind === "crashed") return crashed(error);
  if (copied) return savedCopy(openFolder);
  if (kind === "unreadable") return unreadable(path, message(error), local, again, openFolder);
  if (kind === "empty") return noRuns(path, openFolder);
  return missing(path, error instanceof Missing ? error.found : "nothing", local, showLatest, openFolder);
}
