// Boot: address → source → sweep → page. Only this file has side effects at load.
import { message } from "../bundle/load.ts";
import { join, parent } from "../bundle/path.ts";
import { Missing, type Source } from "../bundle/source.ts";
import type { Theme } from "../selection/state.ts";
import { embedded } from "../sources/embedded.ts";
import { file } from "../sources/file.ts";
import { folder } from "../sources/folder.ts";
import { http } from "../sources/http.ts";
import { say } from "../text/language.ts";
import { announce, breathe, copyFrom } from "../view/actions.ts";
import { attempt } from "../view/attempt.ts";
import { button, el, ICONS, icon, select } from "../view/dom.ts";
import { inLanguage, languageMenu, sameLanguage, spoken } from "../view/languages.ts";
import { currentTheme, nameOfTheme, nextTheme, startTheme } from "../view/theme.ts";
import type { App } from "./app.ts";
import { axisPlots } from "./axes.ts";
import { differences } from "./differences.ts";
import { dotPlot } from "./dots.ts";
import { FOLDER, loadSweep, sweepIn, sweepsOf, wantedSweep } from "./load.ts";
import { opening, summary } from "./opening.ts";
import { pointTable } from "./points.ts";
import { crashed, loading, missing, noSweeps, refused, unreadable } from "./states.ts";
import { linkTo, unstable } from "./unstable.ts";

const HOME = document.body.dataset.artifactPath ?? "artifacts";
const inlined = embedded();
const local: Source = location.protocol === "file:" ? file : http;
const picker = el("input", {
  type: "file",
  webkitdirectory: true,
  multiple: true,
  hidden: true,
});
let scope = new AbortController(); // of the sweep on the page

async function start(): Promise<void> {
  inLanguage({ skip: say("sweep.skip"), nav: say("sweep.pages"), foot: say("sweep.foot") });
  picker.setAttribute("aria-label", say("folder.open"));
  startTheme();
  fillTools();
  document.getElementById("state")?.replaceChildren(loading());
  picker.addEventListener("change", () => void openFolder());
  if (inlined) return show(inlined.source, inlined.start);
  const wanted = wantedSweep(location.search);
  if (wanted.kind === "refused") return state(refused(wanted.given));
  if (wanted.kind === "sweep") return show(local, wanted.path);
  const found = await sweepsOf(local, HOME).catch(message);
  if (typeof found === "string") return state(unreadable(HOME, found, pick));
  const [latest] = found.ids;
  return latest === undefined ? state(noSweeps(HOME, pick)) : show(local, join(join(HOME, FOLDER), latest));
}

const pick = (): void => picker.click();

async function openFolder(): Promise<void> {
  const files = [...(picker.files ?? [])];
  const start = sweepIn(files.map((each) => each.webkitRelativePath || each.name));
  if (start === null) state(missing(folder(files).name, pick));
  else await show(folder(files).source, start);
}

async function show(source: Source, path: string): Promise<void> {
  try {
    const { sweep, root, images, notices } = await loadSweep(source, path);
    scope.abort();
    scope = new AbortController();
    const app: App = { sweep, root, images, exported: source !== local, scope: scope.signal };
    await mount(app, notices);
    await fillBar(source, path, app);
  } catch (error) {
    if (error instanceof Missing) state(missing(path, pick));
    else state(unreadable(path, message(error), pick));
  }
}

/** One panel at a time, so that the browser can paint and answer in between. */
async function mount(app: App, notices: readonly string[]): Promise<void> {
  document.title = `${app.sweep.label ?? app.sweep.sweep_id} · digit classifier`;
  document.getElementById("opening")?.replaceChildren(...opening(app, notices));
  document.getElementById("state")?.replaceChildren();
  document.body.classList.add("loaded");
  const host = document.getElementById("panels");
  host?.replaceChildren(el("h2", { class: "visually-hidden" }, say("sweep.rests")));
  for (const make of [dotPlot, differences, axisPlots, unstable, pointTable]) {
    await breathe();
    if (app.scope.aborted) return;
    host?.append(...[make(app) ?? []].flat());
  }
  document.body.classList.add("settled");
  attempt(() => performance.mark("loaded")); // for the tests, and for profilers
  announce(summary(app));
}

/** The other sweeps of the same root, and the way to its runs. */
async function fillBar(source: Source, path: string, app: App): Promise<void> {
  const host = document.getElementById("selector");
  const nav = document.getElementById("nav");
  host?.replaceChildren(picker);
  if (app.exported) return;
  const runs = linkTo(`index.html?artifacts=${app.root}`, say("sweep.runs"));
  runs.className = "nav-link";
  nav?.replaceChildren(runs);
  const own = app.sweep.sweep_id;
  const list = async (all: boolean): Promise<void> => {
    const { ids, older } = await sweepsOf(source, app.root, all).catch(() => ({ ids: [], older: false }));
    const options = [...new Set([own, ...ids])].sort().reverse();
    const rows: [string, string][] = options.map((id) => [id, id]);
    if (older) rows.push(["", say("sweep.older")]);
    if (rows.length < 2) return host?.replaceChildren(picker);
    const choose = select(say("sweep"), rows, own, (id) => {
      if (id) location.search = sameLanguage(`?sweep=${join(parent(path), id)}`);
      else void list(true);
    });
    host?.replaceChildren(picker, choose);
    if (all) choose.querySelector("select")?.focus();
  };
  await list(false);
}

function fillTools(): void {
  const name = say("sweep.link");
  const share = button(
    icon(ICONS.link),
    { class: "square", "aria-label": name, title: name },
    () => void copyFrom(share, location.href),
  );
  const theme = button(icon(ICONS.theme), { class: "square" }, () => nameTheme(nextTheme()));
  const nameTheme = (chosen: Theme): void => {
    theme.title = nameOfTheme(chosen);
    theme.setAttribute("aria-label", theme.title);
  };
  nameTheme(currentTheme());
  document.getElementById("selector")?.replaceChildren(picker);
  document.getElementById("tools")?.replaceChildren(...(inlined ? [] : languageMenu()), share, theme);
}

function state(element: HTMLElement): void {
  scope.abort();
  document.body.classList.remove("loaded");
  document.body.classList.add("settled");
  document.getElementById("state")?.replaceChildren(element);
  announce(element.querySelector("h1")?.textContent ?? "");
}

spoken(inlined ? inlined.source : local, inlined?.language ?? null)
  .then(start)
  .catch((error: unknown) => document.getElementById("state")?.replaceChildren(crashed(error)));
