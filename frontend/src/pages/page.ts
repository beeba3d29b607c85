// Boot: address → source → run → page. Only this file has side effects at load.
import { wantedPath } from "../bundle/path.ts";
import { loadIndex, locate } from "../bundle/place.ts";
import type { Run } from "../bundle/run.ts";
import type { Source } from "../bundle/source.ts";
import type { App } from "../panels/app.ts";
import { type Selector, selector } from "../panels/selector.ts";
import { allGone, crashed, failed, listedButGone, loading, noRuns, nothingIn, refused } from "../panels/states.ts";
import { createEdited } from "../selection/edited.ts";
import { samplesOf } from "../selection/samples.ts";
import { moveTo, renewal, type Session, shownInBar, soonInBar, whereRunsAppear } from "../selection/session.ts";
import { shownOf } from "../selection/shown.ts";
import { ACTS, createStore, INITIAL } from "../selection/state.ts";
import { fromQuery, toQuery } from "../selection/url.ts";
import { digest } from "../sources/digest.ts";
import { embedded } from "../sources/embedded.ts";
import { file } from "../sources/file.ts";
import { http } from "../sources/http.ts";
import { NOWHERE } from "../text/commands.ts";
import { titleOf } from "../text/facts.ts";
import { say } from "../text/language.ts";
import { announce, notify, reveal } from "../view/actions.ts";
import { attempt } from "../view/attempt.ts";
import { spoken } from "../view/languages.ts";
import { startTheme } from "../view/theme.ts";
import { comparison } from "./comparison.ts";
import { fillHeader } from "./header.ts";
import { mount, SECTIONS, TRAINED, unmount } from "./layout.ts";
import { folderPicker } from "./picker.ts";
import { trail, undoOnEscape } from "./trail.ts";
import { addressOfView, type View, viewOf } from "./view.ts";

let session: Session | null = null;
let listed: Session | null = null; // whose runs the selector lists, also while another run is on its way
let scope = new AbortController(); // of the run on the page
let lent: Run | null = null; // laid beside it by the laboratory
let turn = 0; // of presenting; the result of an earlier one is dropped
let drawn = Promise.resolve(); // once the page shows what was last asked for
let hash = location.hash; // the section that an address names, or what it brings for the laboratory
let arrived = false; // at the place of a section or a reload
const inlined = embedded();
const HOME = inlined?.start ?? document.body.dataset.artifactPath ?? "artifacts";
const restored = fromQuery(location.search);
if (inlined && toQuery(null, restored.selection) === "") restored.selection.compared = inlined.compared;
const store = createStore(restored.selection);
const local = location.protocol === "file:";
const source = inlined ? inlined.source : local ? file : http;
const way = trail<View>({
  view: () => viewOf(session, store.selection, hash),
  address: (view) => addressOfView(view, restored.foreign),
  restore,
});
const copied = unmount(); // by a browser that saved the page; what it saved goes before anything is read
let bar: Selector;
let picker: HTMLInputElement;
const pick = (): void => picker.click();

function start(): void {
  bar = selector({ open, compare: (compared) => store.set({ compared }), folder: () => pick() });
  picker = folderPicker(({ source: opened, name, start, names }) => {
    leave();
    if (start === null) state(nothingIn(name, names, pick));
    else void show(opened, start, false);
  });
  startTheme();
  fillHeader(bar, picker, goTo, () => ({
    run: session?.place?.run ?? null,
    compared: store.selection.compared,
    exported: inlined !== null,
    opened: session?.source.kind === "folder",
  }));
  document.getElementById("state")?.replaceChildren(loading());
  if (restored.ignored.length) notify(say("address.ignored", { parts: restored.ignored.join(", ") }));
  store.subscribe((_, changed) => {
    const act = ACTS.some((key) => changed.has(key));
    way.note(act);
    if (act) hash = "";
    if (changed.has("compared")) lend(null);
  });
  addEventListener("focus", () => void lookAgain());
  addEventListener("hashchange", () => {
    hash = location.hash; // typed, or of a link in the page
    way.note(false);
  });
  undoOnEscape(way.back);
  const wanted = atAddress();
  if (wanted) void show(wanted.source, wanted.path, wanted.forced);
}

/** What the address asks for; where that is refused, the page says so and there is nothing. */
function atAddress(): Pick<Session, "source" | "path" | "forced"> | null {
  const wanted = wantedPath(location.search, HOME);
  if (wanted.kind === "path") return { source, path: wanted.path, forced: wanted.origin === "address" };
  state(refused(wanted, showLatest));
  return null;
}

/** Another run comes: what an address brought for the one before does not go along. */
function leave(): void {
  way.note(true);
  hash = "";
}

function restore(view: View | null): Promise<void> {
  const selection = view?.selection ?? fromQuery(location.search).selection;
  const wanted = view?.session ?? atAddress();
  const loaded = document.body.classList.contains("loaded");
  const shown = loaded && wanted?.source === session?.source && wanted?.path === session?.path;
  hash = view?.hash ?? location.hash;
  if (wanted && !shown) drawn = show(wanted.source, wanted.path, wanted.forced);
  store.set(selection);
  return drawn;
}

function goTo(section: string): void {
  way.note(true);
  hash = `#${section}`;
  reveal(document.getElementById(section), document.getElementById(`${section}-title`));
}

async function show(source: Source, path: string, forced: boolean): Promise<void> {
  turn++;
  scope.abort();
  lent = null;
  const opened: Session = { source, path, forced, place: null };
  session = opened;
  const waiting = setTimeout(() => bar.busy(true), 150);
  try {
    const place = await locate(source, path, digest, (index, entry, follows) => {
      if (index && entry && session === opened) bar.show(soonInBar(index, entry, follows, forced));
    });
    if (session !== opened) return; // another wish came meanwhile
    opened.place = place;
    const byHand = source.kind === "folder";
    for (const id of place.gone) place.run?.notices.push(listedButGone(id, path, byHand));
    if (place.run) await present(opened);
    else if (place.gone.length) state(allGone(path, place.gone, place.index?.count ?? 0, byHand, pick));
    else state(noRuns(path, pick));
  } catch (error) {
    if (session !== opened) return;
    const again = (): void => void show(source, path, forced);
    state(failed(error, opened, copied, local, again, showLatest, pick));
  } finally {
    clearTimeout(waiting);
    bar.busy(false);
  }
}

/** Puts the session's run on the page, with the run it is compared with. */
async function present(current: Session): Promise<void> {
  const { run, index } = current.place ?? {};
  if (!run) return;
  const mine = ++turn;
  const { compared, uncompared } = await comparison(current, store.selection.compared, lent);
  if (mine !== turn) return;
  scope.abort();
  scope = new AbortController();
  const samples = samplesOf(run);
  const app: App = {
    store,
    run,
    samples,
    shown: shownOf(run, samples, compared?.right ?? null),
    compared,
    uncompared,
    index: index ?? null,
    exported: inlined !== null,
    here: inlined || current.source.kind === "folder" ? NOWHERE : location,
    edited: createEdited(),
    scope: scope.signal,
    open,
    lend,
    searchCompared: () => bar.search("compare"),
    bring(fragment) {
      hash = fragment;
      way.note(false);
    },
  };
  if (!compared?.right.size && ["fixed", "broken"].includes(store.selection.outcome))
    way.quietly(() => store.set({ outcome: "all" }));
  document.title = `${titleOf(run)} · digit classifier`;
  document.getElementById("state")?.replaceChildren();
  document.body.classList.add("loaded");
  listed = current;
  bar.show(shownInBar(current, compared?.run.id ?? null));
  await mount(app);
  const names = { run: titleOf(run), other: compared ? titleOf(compared.run) : "" };
  announce(compared ? say("showing.both", names) : say("showing", names));
  if (scope.signal.aborted || arrived) return;
  arrived = true;
  const section = SECTIONS.find(({ id }) => hash.split("=")[0] === `#${id}`);
  if (!way.resume() && section && scrollY === 0)
    attempt(() => document.getElementById(section.id)?.scrollIntoView({ behavior: "instant" }));
}

function open(runId: string | null): void {
  const move = listed && moveTo(listed, runId, store.selection, HOME);
  if (!listed || !move) return;
  leave();
  store.set(move.ends);
  void show(listed.source, move.path, move.forced);
}

function lend(run: Run | null): void {
  if (!session?.place?.run) return; // another run is on its way
  if (run) store.set({ compared: null }); // whose place it takes, so that this can be chosen again
  lent = run;
  drawn = present(session);
}

function showLatest(): void {
  leave();
  store.set({ ...INITIAL });
  void show(source, HOME, false);
}

function state(element: HTMLElement): void {
  scope.abort();
  document.body.classList.remove("loaded");
  document.body.classList.add("settled");
  document.getElementById("state")?.replaceChildren(element);
  listed = session;
  bar.show({ ...shownInBar(null, null), index: session?.place?.index ?? null });
  announce(element.querySelector("h1")?.textContent ?? "");
}

/** On return to the page: has another run been published meanwhile? */
async function lookAgain(): Promise<void> {
  const current = session;
  const root = current && whereRunsAppear(current, inlined !== null);
  if (!current || root === null) return;
  const fresh = await loadIndex(current.source, root).catch(() => null); // no run: its data set may be large
  const found = session === current ? renewal(current, fresh) : "none";
  const kept = document.querySelector(TRAINED); // what the reader trained here is not thrown away
  if (found === "first" || (found === "next" && !kept)) await show(current.source, current.path, current.forced);
  else if (found !== "none" && current.place && fresh) {
    current.place.index = fresh;
    bar.show(shownInBar(current, store.selection.compared));
    if (!kept) await present(current);
  }
  if (found === "next") notify(say("published"));
}

spoken(source, inlined?.language ?? null)
  .then(start)
  .catch((error: unknown) => document.getElementById("state")?.replaceChildren(crashed(error)));
