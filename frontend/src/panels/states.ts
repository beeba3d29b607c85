// What stands on the page when there is no run to show: which state it is, and the one thing to do.
import { message } from "../bundle/load.ts";
import { RULE } from "../bundle/path.ts";
import { Missing } from "../bundle/source.ts";
import type { failure } from "../selection/session.ts";
import { DEMO, inRepository, pathOf, repairCommand } from "../text/commands.ts";
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

function opener(open: () => void): HTMLElement {
  return button("Open a folder…", { class: "primary" }, open);
}

export function loading(): HTMLElement {
  return el(
    "section",
    { class: "state loading", "aria-busy": "true" },
    el("p", { class: "muted" }, "Opening the run …"),
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
        "That command comes with the package: ",
        el("code", { translate: "no" }, "pip install ."),
        " in its repository.",
      ),
    ];
  }
  const script = (name: string): string =>
    from ? pathOf(name, location) : `${DEMO}web_demo/${name}`.replace("web_demo/../", "");
  return [
    command(`python ${script("../run_demo.py")} --run-label baseline`),
    el("p", { class: "muted" }, "With nothing but Python, two synthetic sample runs show what will be here:"),
    command(`python ${script("seed_sample_artifacts.py")}`),
  ];
}

export function noRuns(root: string, openFolder: () => void): HTMLElement {
  return state(
    "empty",
    "No runs yet",
    el(
      "p",
      { class: "sentence" },
      `There is nothing in ${root || "this folder"} so far. Train the first network; it takes about a second:`,
    ),
    ...firstRun(root),
    el(
      "p",
      { class: "muted" },
      "Then come back to this page; it looks again by itself. Runs that are elsewhere can be opened directly:",
    ),
    opener(openFolder),
  );
}

/** An index whose runs were all taken away. */
export function allGone(
  root: string,
  gone: readonly string[],
  listed: number,
  byHand: boolean,
  openFolder: () => void,
): HTMLElement {
  const names = gone.slice(0, 3).join(", ") + (listed > 3 ? ` and ${listed - 3} more` : "");
  return state(
    "missing",
    "The runs are gone",
    el("p", { class: "sentence" }, `${root}/index.json lists ${names}, and nothing that can be read is there.`),
    el(
      "p",
      { class: "muted" },
      `If they were deleted on purpose, this puts the list in order; run it where ${byHand ? "that folder" : "this page"} lies:`,
    ),
    command(repairCommand(root, byHand ? null : location)),
    opener(openFolder),
  );
}

/** A page that a browser saved: it looks like one with its run, and has none. */
export function savedCopy(openFolder: () => void): HTMLElement {
  return state(
    "missing",
    "A saved copy without its run",
    el(
      "p",
      { class: "sentence" },
      "The browser saved this page, but not the files of the run. This makes one file of both:",
    ),
    command("digit-classifier export --html artifacts -o report.html"),
    el("p", { class: "muted" }, "If the run’s folder is on this computer, it can be opened directly:"),
    opener(openFolder),
  );
}

export function nothingIn(folder: string, names: readonly string[], openFolder: () => void): HTMLElement {
  const some = names.slice(0, 5).join(", ") + (names.length > 5 ? ` and ${names.length - 5} more` : "");
  return state(
    "missing",
    "There is no run in this folder",
    el("p", { class: "sentence" }, folder),
    el(
      "p",
      { class: "muted" },
      names.length
        ? `It holds ${some}; nowhere in it is a manifest.json beside a run_summary.json. Choose a run’s folder, or one that holds runs.`
        : "It is empty. Choose a run’s folder, or one that holds runs.",
    ),
    opener(openFolder),
  );
}

export function refused(given: string, reason: string, showLatest: () => void): HTMLElement {
  return state(
    "refused",
    "This address is not opened",
    el("p", { class: "sentence" }, `${reason}.`),
    el(
      "p",
      { class: "command" },
      el("code", { translate: "no" }, given.length > 200 ? `${given.slice(0, 200)}…` : given),
    ),
    el("p", { class: "muted" }, `Expected ${RULE}. Nothing else was tried instead.`),
    button("Show the latest run", { class: "primary" }, showLatest),
  );
}

export function unreadable(
  path: string,
  problem: string,
  local: boolean,
  retry: () => void,
  openFolder: () => void,
): HTMLElement {
  const hint = local
    ? "The page is open from a file, so it reads the style-sheet twins (.css) beside the JSON. If they were not copied along, or the browser may not see this folder (Snap and Flatpak browsers cannot see hidden or temporary folders), open the folder by hand."
    : "If the run was copied here, copy it again whole; “digit-classifier verify” names every file that differs.";
  return state(
    "broken",
    "This run could not be loaded",
    el("p", { class: "sentence" }, path),
    el("p", { class: "command" }, el("code", {}, problem)),
    el("p", { class: "muted" }, hint),
    el(
      "div",
      { class: "controls" },
      button("Try again", { class: "primary" }, retry),
      button("Open a folder…", {}, openFolder),
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
  const files = local ? "a bundle.css nor an index.css" : "a manifest.json nor an index.json";
  const looked = `neither ${files} that can be read${found === "nothing" ? "" : ` (the server answers with ${found})`}`;
  return state(
    "missing",
    "There is no run here",
    el("p", { class: "sentence" }, path),
    el(
      "p",
      { class: "muted" },
      `In that folder there is ${looked}. The address may be misspelt, or the run has been moved or deleted.`,
    ),
    el(
      "div",
      { class: "controls" },
      button("Show the latest run", { class: "primary" }, showLatest),
      button("Open a folder…", {}, openFolder),
    ),
  );
}

export function crashed(error: unknown): HTMLElement {
  const text = error instanceof Error ? `${error.message}\n${error.stack ?? ""}` : String(error);
  return state(
    "broken",
    "The page itself failed",
    el("p", { class: "muted" }, "This is a mistake in the page, not in the run. Please report it with these lines:"),
    el("pre", { class: "command", tabindex: 0 }, text.slice(0, 1500)),
  );
}

/** What stands there when a place could not be read; `again` reads it once more. */
export function failed(
  kind: ReturnType<typeof failure>,
  error: unknown,
  path: string,
  local: boolean,
  again: () => void,
  showLatest: () => void,
  openFolder: () => void,
): HTMLElement {
  if (kind === "crashed") return crashed(error);
  if (kind === "unreadable") return unreadable(path, message(error), local, again, openFolder);
  if (kind === "empty") return noRuns(path, openFolder);
  return missing(path, error instanceof Missing ? error.found : "nothing", local, showLatest, openFolder);
}
