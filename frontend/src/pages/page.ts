// Boot: address → source → run → page. Only this file has side effects at load.
import { message } from "../bundle/load.ts";
import { wantedPath } from "../bundle/path.ts";
import { locate, openRun } from "../bundle/place.ts";
import type { Source } from "../bundle/source.ts";
import type { App } from "../panels/app.ts";
import { selector } from "../panels/selector.ts";
import { crashed, loading, missing, noRuns, refused, unreadable } from "../panels/states.ts";
import { createEdited } from "../selection/edited.ts";
import { outcomes, samplesOf } from "../selection/samples.ts";
import {
  addressOf,
  comparedWith,
  failure,
  moveTo,
  renewal,
  type Session,
  shownInBar,
  whereRunsAppear,
} from "../selection/session.ts";
import { createStore, INITIAL } from "../selection/state.ts";
import { fromQuery } from "../selection/url.ts";
import { digest } from "../sources/digest.ts";
import { embedded } from "../sources/embedded.ts";
import { file } from "../sources/file.ts";
import { folder } from "../sources/folder.ts";
import { http } from "../sources/http.ts";
import { titleOf } from "../text/facts.ts";
import { footing } from "../text/verdicts.ts";
import { announce, toast } from "../view/actions.ts";
import { el } from "../view/dom.ts";
import { startTheme } from "../view/theme.ts";
import { fillHeader } from "./header.ts";
import { mount } from "./layout.ts";

const HOME = document.body.dataset.artifactPath ?? "artifacts";

let session: Session | null = null;
let scope = new AbortController(); // of the run on the page
let turn = 0; // of presenting; the result of an earlier one is dropped
const restored = fromQuery(location.search);
const store = createStore(restored.selection);
const inlined = embedded();
const local = location.protocol === "file:";
const bar = selector({ open, compare: (compared) => store.set({ compared }), folder: () => picker.click() });
const picker = el("input", {
  type: "file",
  webkitdirectory: true,
  multiple: true,
  hidden: true,
  "aria-label": "Open a folder",
});

function start(): void {
  startTheme();
  fillHeader(bar, picker, () => ({
    run: session?.place?.run ?? null,
    compared: store.selection.compared,
    exported: inlined !== null,
  }));
  document.getElementById("state")?.replaceChildren(loading());
  if (restored.ignored.length) toast(`Not understood in the address, and left out: ${restored.ignored.join(", ")}`);
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
    void show(inlined.source, inlined.start, false);
    return;
  }
  const wanted = wantedPath(location.search, HOME);
  if (wanted.kind === "refused") state(refused(wanted.given, wanted.reason, showLatest));
  else void show(local ? file : http, wanted.path, wanted.origin === "address");
}

async function show(source: Source, path: string, forced: boolean): Promise<void> {
  turn++;
  scope.abort();
  const opened: Session = { source, path, forced, place: null };
  session = opened;
  const waiting = setTimeout(() => bar.busy(true), 150);
  try {
    const place = await locate(source, path, digest);
    if (session !== opened) return; // another wish came meanwhile
    opened.place = place;
    if (place.run) await present(opened);
    else state(noRuns(path, () => picker.click()));
  } catch (error) {
    if (session === opened) failed(opened, error);
  } finally {
    clearTimeout(waiting);
    bar.busy(false);
  }
}

function failed(opened: Session, error: unknown): void {
  const { source, path, forced } = opened;
  const pick = (): void => picker.click();
  const again = (): void => void show(source, path, forced);
  const states = {
    crashed: () => crashed(error),
    unreadable: () => unreadable(path, message(error), local, again, pick),
    missing: () => missing(path, local, showLatest, pick),
    empty: () => noRuns(path, pick),
  };
  state(states[failure(error, opened)]());
}

/** Puts the session's run on the page, with the run it is compared with. */
async function present(current: Session): Promise<void> {
  const { run, index } = current.place ?? {};
  if (!run) return;
  const mine = ++turn;
  const compared = await comparison(current);
  if (mine !== turn) return;
  scope.abort();
  scope = new AbortController();
  const app: App = {
    store,
    run,
    samples: samplesOf(run),
    compared,
    index: index ?? null,
    exported: inlined !== null,
    edited: createEdited(),
    scope: scope.signal,
    open,
    searchCompared: () => bar.search("compare"),
  };
  if (!compared?.right.size && ["fixed", "broken"].includes(store.selection.outcome)) store.set({ outcome: "all" });
  document.title = `${titleOf(run)} · digit classifier`;
  document.getElementById("state")?.replaceChildren();
  document.body.classList.add("loaded");
  bar.show(shownInBar(current, compared?.run.id ?? null));
  await mount(app);
  announce(`Showing ${titleOf(run)}${compared ? `, compared with ${titleOf(compared.run)}` : ""}`);
}

async function comparison(current: Session): Promise<App["compared"]> {
  const directory = comparedWith(current, store.selection.compared);
  if (directory === null) return null;
  try {
    const other = await openRun(current.source, directory, current.place?.index ?? null, digest);
    const samples = samplesOf(other);
    const own = current.place?.run;
    const alike = own && footing(own, other) !== "other data"; // ids of other data name other samples
    return { run: other, samples, right: alike ? outcomes(samples) : new Map() };
  } catch (error) {
    toast(`The run to compare with could not be read. ${message(error)}`);
    return null;
  }
}

function open(runId: string | null): void {
  const move = session && moveTo(session, runId, store.selection, HOME);
  if (!session || !move) return;
  store.set(move.ends);
  void show(session.source, move.path, move.forced).then(writeAddress);
}

function showLatest(): void {
  store.set({ ...INITIAL });
  void show(local ? file : http, HOME, false).then(writeAddress);
}

function state(element: HTMLElement): void {
  scope.abort();
  document.body.classList.remove("loaded");
  document.getElementById("state")?.replaceChildren(element);
  bar.show({ ...shownInBar(null, null), index: session?.place?.index ?? null });
  announce(element.querySelector("h1")?.textContent ?? "");
}

function writeAddress(): void {
  const query = session && addressOf(session, store.selection, inlined !== null);
  if (query !== null) history.replaceState(null, "", location.pathname + query);
}

/** On return to the page: has another run been published meanwhile? */
async function lookAgain(): Promise<void> {
  const current = session;
  const root = current && whereRunsAppear(current, inlined !== null);
  if (!current || root === null) return;
  const fresh = await locate(current.source, root, digest).catch(() => null);
  if (session !== current) return;
  const found = renewal(current, fresh);
  if (found === "first" || found === "next") await show(current.source, current.path, current.forced);
  if (found === "next") toast("A new run was published; it is shown now.");
  if (found === "list" && current.place && fresh) {
    current.place.index = fresh.index;
    await present(current);
  }
}

try {
  start();
} catch (error) {
  document.getElementById("state")?.replaceChildren(crashed(error));
}
