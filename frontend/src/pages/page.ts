// Boot: address → source → run → page. The only file with side effects at load.

import { message } from "../bundle/load.ts";
import { join, wantedPath } from "../bundle/path.ts";
import { Missing, type Source } from "../bundle/source.ts";
import { type App, hiddenSizes, titleOf } from "../panels/app.ts";
import { selector } from "../panels/selector.ts";
import { crashed, loading, missing, noRuns, refused, unreadable } from "../panels/states.ts";
import { outcomes, samplesOf } from "../selection/samples.ts";
import { createStore, INITIAL } from "../selection/state.ts";
import { fromQuery, toQuery } from "../selection/url.ts";
import { embedded } from "../sources/embedded.ts";
import { file } from "../sources/file.ts";
import { folder } from "../sources/folder.ts";
import { http } from "../sources/http.ts";
import { digest, locate, openRun, type Place } from "../sources/place.ts";
import { architecture, percent, time } from "../text/format.ts";
import { announce, calm, copyFrom } from "../view/actions.ts";
import { button, el, ICONS, icon } from "../view/dom.ts";
import { currentTheme, nextTheme, startTheme } from "../view/theme.ts";
import { mount, SECTIONS } from "./layout.ts";

const HOME = document.body.dataset.artifactPath ?? "artifacts";

interface Session {
  source: Source;
  path: string; // what is shown: an artifacts root or a run directory
  forced: boolean; // by the address
  place: Place | null;
  app: App | null;
  stop: AbortController;
}

let session: Session | null = null;
let turn = 0; // only the last wish is fulfilled
const restored = fromQuery(location.search);
const store = createStore(restored.selection);
const inlined = embedded();
const local = location.protocol === "file:";
const bar = selector({ open: openById, compare: (compared) => store.set({ compared }), folder: () => picker.click() });
const picker = el("input", {
  type: "file",
  webkitdirectory: true,
  multiple: true,
  hidden: true,
  "aria-label": "Open a folder",
});

function start(): void {
  startTheme();
  furnish();
  store.subscribe((_, changed) => {
    writeAddress();
    if (changed.has("compared") && session?.place?.run) void present(session);
  });
  picker.addEventListener("change", () => {
    if (!picker.files?.length) return;
    const { source, name } = folder(picker.files);
    void show(source, name, false);
  });
  addEventListener("focus", () => void lookAgain());
  if (inlined) {
    if (!location.search) store.set({ compared: inlined.compared });
    return void show(inlined.source, inlined.start, false);
  }
  const wanted = wantedPath(location.search, HOME);
  if (wanted.kind === "refused") state(refused(wanted.given, wanted.reason, showLatest));
  else void show(local ? file : http, wanted.path, wanted.origin === "address");
}

async function show(source: Source, path: string, forced: boolean): Promise<void> {
  const mine = ++turn;
  session?.stop.abort();
  session = { source, path, forced, place: null, app: null, stop: new AbortController() };
  const waiting = setTimeout(() => bar.busy(true), 150);
  try {
    const place = await locate(source, path, digest);
    if (mine !== turn) return;
    session.place = place;
    if (place.run) await present(session);
    else state(noRuns(path, () => picker.click()));
  } catch (error) {
    if (mine === turn) failed(source, path, forced, error);
  } finally {
    clearTimeout(waiting);
    bar.busy(false);
  }
}

function failed(source: Source, path: string, forced: boolean, error: unknown): void {
  const open = (): void => picker.click();
  if (!(error instanceof Missing)) {
    const known = error instanceof Error && ["Refusal", "Unreadable"].includes(error.name);
    state(
      known ? unreadable(path, message(error), local, () => void show(source, path, forced), open) : crashed(error),
    );
  } else if (!forced && source.kind !== "folder") state(noRuns(path, open));
  else state(missing(path, local, showLatest, open));
}

/** Puts the session's run on the page, with the run it is compared with. */
async function present(current: Session): Promise<void> {
  const run = current.place?.run;
  if (!run) return;
  const mine = ++turn;
  const compared = await comparison(current);
  if (mine !== turn) return;
  current.stop.abort();
  current.stop = new AbortController();
  const app: App = {
    store,
    run,
    samples: samplesOf(run),
    compared,
    index: current.place?.index ?? null,
    exported: inlined !== null,
    scope: current.stop.signal,
    open: openById,
  };
  if (!compared && ["fixed", "broken"].includes(store.selection.outcome)) store.set({ outcome: "all" });
  current.app = app;
  document.title = `${titleOf(run)} · digit classifier`;
  document.getElementById("state")?.replaceChildren();
  document.body.classList.add("loaded");
  showInBar(current);
  await mount(app);
  announce(`Showing ${titleOf(run)}${compared ? `, compared with ${titleOf(compared.run)}` : ""}`);
}

async function comparison(current: Session): Promise<App["compared"]> {
  const id = store.selection.compared;
  const { index, run } = current.place ?? {};
  if (id === null || !index || id === run?.id) return null;
  try {
    const other = await openRun(current.source, join(index.root, id), index, digest);
    const samples = samplesOf(other);
    return { run: other, samples, right: outcomes(samples) };
  } catch (error) {
    notify(`The run to compare with could not be read. ${message(error)}`);
    return null;
  }
}

function showInBar(current: Session): void {
  const run = current.place?.run;
  if (!run) return;
  const score = run.metrics.state === "ok" ? ` · ${percent(run.metrics.value.accuracy)}` : "";
  const detail = `${architecture(run.summary.model.name, hiddenSizes(run))}${score} · ${time(run.summary.created, true)}`;
  bar.show({
    index: current.place?.index ?? null,
    title: titleOf(run),
    detail,
    current: run.id,
    compared: store.selection.compared,
    follows: current.place?.follows ?? false,
    forced: current.forced,
  });
}

function openById(runId: string | null): void {
  const index = session?.place?.index;
  if (!session || !index) return;
  if (store.selection.compared === runId) store.set({ compared: null });
  store.set({ sample: null, epoch: null });
  const path = runId === null ? index.root : join(index.root, runId);
  void show(session.source, path, path !== HOME).then(writeAddress);
}

function showLatest(): void {
  store.set({ ...INITIAL });
  void show(local ? file : http, HOME, false).then(writeAddress);
}

function state(element: HTMLElement): void {
  session?.stop.abort();
  document.body.classList.remove("loaded");
  document.getElementById("state")?.replaceChildren(element);
  bar.show({
    index: session?.place?.index ?? null,
    title: "No run",
    detail: "",
    current: null,
    compared: null,
    follows: false,
    forced: false,
  });
  announce(element.querySelector("h1")?.textContent ?? "");
}

/** The whole view is in the address, except for a folder or an exported page, which have none. */
function writeAddress(): void {
  if (!session || session.source.kind === "folder") return;
  const path = inlined || !session.forced ? null : session.path;
  history.replaceState(null, "", location.pathname + toQuery(path, store.selection));
}

/** On return to the page: has another run been published meanwhile? */
async function lookAgain(): Promise<void> {
  const current = session;
  if (!current || inlined || current.source.kind === "folder") return;
  const known = current.place?.index?.index.generation;
  const empty = !current.place?.run;
  if (!empty && known === undefined) return;
  const fresh = await locate(current.source, current.place?.index?.root ?? current.path, digest).catch(() => null);
  if (!fresh?.index || session !== current || fresh.index.index.generation === known) return;
  if (empty || current.place?.follows) {
    await show(current.source, current.path, current.forced);
    if (!empty) notify("A new run was published; it is shown now.");
  } else if (current.place && current.app) {
    current.place.index = fresh.index;
    await present(current);
  }
}

function notify(text: string): void {
  const toast = el("p", { class: "toast" }, text);
  document.getElementById("toasts")?.replaceChildren(toast);
  announce(text);
  setTimeout(() => toast.remove(), 8000);
}

function furnish(): void {
  const links = SECTIONS.map(({ id, nav }) =>
    button(nav, { class: "nav-link" }, () => {
      document.getElementById(id)?.scrollIntoView({ behavior: calm() ? "auto" : "smooth" });
      document.getElementById(`${id}-title`)?.focus({ preventScroll: true });
    }),
  );
  const share = button(
    icon(ICONS.link),
    { class: "square", "aria-label": "Copy a link to this view", title: "Copy a link to this view" },
    () => void copyFrom(share, location.href),
  );
  const theme = button(icon(ICONS.theme), { class: "square" }, () => nameTheme(nextTheme()));
  const nameTheme = (name: string): void => {
    theme.title = `Theme: ${name}`;
    theme.setAttribute("aria-label", `Theme: ${name}`);
  };
  nameTheme(currentTheme());
  document.getElementById("selector")?.append(bar.element, picker);
  document.getElementById("nav")?.append(...links);
  document.getElementById("tools")?.append(share, theme);
  document.getElementById("state")?.replaceChildren(loading());
  if (restored.ignored.length) notify(`Not understood in the address, and left out: ${restored.ignored.join(", ")}`);
}

try {
  start();
} catch (error) {
  document.getElementById("state")?.replaceChildren(crashed(error));
}
