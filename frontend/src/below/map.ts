// The map: held-out samples as small pictures where what is alike lies close together. Part of the one selection.
import { closest, inside, type Point, spanned, towards } from "../model/around.ts";
import type { Plane as Layout } from "../model/components.ts";
import type { App } from "../panels/app.ts";
import type { Sample } from "../selection/samples.ts";
import { keptTable } from "./keep.ts";
import { type Basis, sourceOf } from "./mapdata.ts";
import { coloursOf, keysOf, touch, WAYS } from "./mapkeys.ts";
import { nameOfPoint, readingOf, things } from "./mapwords.ts";
import { inSlices, whenNear } from "./near.ts";
import { type Marks, plane } from "./plane.ts";
import {
  announce,
  attempt,
  button,
  CURRENT,
  currentSample,
  datasetFile,
  el,
  fixed,
  lookAt,
  lookOf,
  nameOf,
  onThemeChange,
  panel,
  picture,
  replace,
  say,
  segmented,
  set,
  watch,
} from "./tools.ts";

const REACH = 24; // pixels between the pointer and what it points at
const STILL = 6; // pixels that a click may move
const MARGIN = 0.5; // pixels round a rectangle of keys

/** Null where too few held-out samples have an image or features. */
export function sampleMap(app: App): HTMLElement | null {
  const { run } = app;
  const source = sourceOf(app);
  if (!source) return null;
  const { samples, values, deep, image, laidOut } = source;
  const canvas = plane();
  const layouts = new Map<Basis, Layout>();
  let basis: Basis = "input";
  let laid: Layout | null = null;
  let at = -1; // pointed at, or where the keys are
  let anchor: number | null = null; // where a rectangle of keys began
  let line: Point[] = []; // that the pointer draws

  const box = el("div", {
    class: "map",
    tabindex: 0,
    role: "listbox",
    "aria-multiselectable": "true",
    "aria-label": say("map", { things: things(run) }),
  });
  box.append(canvas.element);
  const reading = el("p", { class: "reading" }, say("map.wait"));
  const detail = el("div", { class: "map-detail", "aria-hidden": "true" });
  const all = button(say("map.all"), { class: "quiet" }, () => {
    app.store.set({ among: [] });
    box.focus({ preventScroll: true });
  });

  /** Those that can be pointed at: shown, but for the choice that is made here. */
  const reachable = (): ReadonlySet<Sample> => new Set(app.shown.samples({ ...app.store.selection, among: [] }));
  const isWrong = (sample: Sample): boolean => app.shown.label(app.store.selection, sample) !== sample.truth;
  let free: ReadonlySet<Sample> = new Set();
  let marks: Marks[] = [];

  const draw = (): void => {
    const { color, caretColor, backgroundColor } = getComputedStyle(box);
    const selected = samples.indexOf(currentSample(app) as Sample);
    const rings = [selected, at].filter((i) => i >= 0);
    canvas.draw(marks, rings, line, { wrong: color, ring: caretColor, paper: backgroundColor });
  };
  const update = (): void => {
    if (!laid) return;
    const { selection } = app.store;
    free = reachable();
    const shown = selection.among.length ? new Set(app.shown.samples(selection)) : free;
    const colours = coloursOf(run);
    marks = samples.map((sample) => ({
      shown: shown.has(sample),
      wrong: isWrong(sample),
      colour: colours[sample.truth % colours.length] ?? "",
    }));
    all.hidden = !selection.among.length;
    reading.textContent = readingOf(app, samples, laid, basis, marks);
    draw();
  };
  const point = (place: number, spoken: boolean): void => {
    if (place === at) return;
    at = place;
    const sample = samples[place];
    replace(
      detail,
      sample?.values && picture(run, sample.values),
      el("p", {}, sample ? nameOfPoint(app, sample) : "\u00a0"),
    );
    if (spoken && sample) speak(sample);
    draw();
  };
  /** The option that a screen reader hears: a new one each time, so that it is heard. */
  const speak = (sample: Sample): void => {
    box.querySelector("[role=option]")?.remove();
    const id = `map-${sample.id}`;
    const chosen = String(app.store.selection.among.includes(sample.id));
    box.append(
      el("div", { id, role: "option", class: "visually-hidden", "aria-selected": chosen }, nameOfPoint(app, sample)),
    );
    set(box, "aria-activedescendant", id);
  };
  const choose = (ids: readonly number[]): void => {
    const among = [...new Set(ids)].sort((a, b) => a - b);
    app.store.set({ among });
    announce(say("map.chosen", { count: among.length }));
  };
  const within = (round: readonly Point[]): number[] =>
    samples.flatMap((sample, i) => (free.has(sample) && inside(canvas.points[i] as Point, round) ? [sample.id] : []));
  /** Places in `samples` of those that can be pointed at, and where they are. */
  const targets = (): { places: number[]; points: Point[] } => {
    const places = samples.flatMap((sample, i) => (free.has(sample) ? [i] : []));
    return { places, points: places.map((i) => canvas.points[i] as Point) };
  };
  const placeOf = (event: MouseEvent): Point => {
    const { left, top, width } = canvas.element.getBoundingClientRect();
    const zoom = width / (canvas.element.offsetWidth || 1) || 1; // of present mode
    return [(event.clientX - left) / zoom, (event.clientY - top) / zoom];
  };
  const hit = (event: MouseEvent): number => {
    const { places, points } = targets();
    return places[closest(points, placeOf(event), REACH)] ?? -1;
  };

  box.addEventListener("pointermove", (event) => {
    if (!line.length) point(hit(event), false);
    else if (finger.draws(event)) {
      line.push(placeOf(event));
      draw();
    }
  });
  box.addEventListener("pointerleave", () => point(-1, false));
  box.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || !laid) return;
    attempt(() => box.setPointerCapture(event.pointerId)); // a pointer that a script made up cannot be held
    line = [placeOf(event)];
  });
  box.addEventListener("pointercancel", () => {
    line = [];
    draw();
  });
  box.addEventListener("pointerup", (event) => {
    const [round, start] = [line, line[0]];
    line = [];
    if (!start) return;
    if (round.every(([x, y]) => Math.hypot(x - start[0], y - start[1]) < STILL)) {
      const sample = samples[hit(event)];
      if (sample) lookAt(app, sample.id);
    } else {
      const found = within(round);
      if (found.length) choose(event.shiftKey ? [...app.store.selection.among, ...found] : found);
      else announce(say("map.none"));
    }
    draw();
  });
  box.addEventListener("keydown", (event) => {
    const way = WAYS[event.key];
    const { places, points } = targets();
    const from = places.indexOf(at);
    const here = samples[at];
    if (way) {
      if (!event.shiftKey) anchor = null;
      else anchor ??= at;
      const to = from < 0 ? 0 : towards(points, from, way);
      if (places[to] !== undefined) point(places[to], true);
      const [one, other] = [canvas.points[anchor ?? -1], canvas.points[at]];
      if (one && other) choose(within(spanned(one, other, MARGIN)));
    } else if (event.key === " " && here) {
      const { id } = here;
      const { among } = app.store.selection;
      choose(among.includes(id) ? among.filter((each) => each !== id) : [...among, id]);
      speak(here);
    } else if (event.key === "Enter" && here) lookAt(app, here.id);
    else return;
    event.preventDefault();
  });
  box.addEventListener("focus", () => {
    const selected = samples.indexOf(currentSample(app) as Sample);
    if (at < 0 && box.matches(":focus-visible")) point(Math.max(0, selected), true);
  });

  async function lay(wanted: Basis): Promise<void> {
    basis = wanted;
    reading.textContent = say("map.wait");
    const known = layouts.get(wanted) ?? (await inSlices(laidOut(wanted), app.scope));
    if (!known || basis !== wanted) return;
    layouts.set(wanted, known);
    laid = known;
    canvas.place(known.points);
    box.dataset.basis = wanted;
    update();
  }
  const load = (): Promise<void> => inSlices(canvas.load(values, lookOf(run)), app.scope).then(draw);
  const start = (): void => {
    void load().then(() => lay(basis));
    const observer = new ResizeObserver(() => draw());
    observer.observe(box);
    app.scope.addEventListener("abort", () => observer.disconnect());
    onThemeChange(() => void load().then(update), app.scope);
    watch(app, CURRENT, update);
  };
  whenNear(box, start, app.scope);
  const tabs = segmented<Basis>(
    say("map.basis"),
    [
      { value: "input", text: image ? say("map.pixels") : say("map.features") },
      { value: "hidden", text: say("map.hidden") },
    ],
    basis,
    (wanted) => {
      tabs.show(wanted);
      void lay(wanted);
    },
  );
  const table = keptTable(say("map.table"), () => ({
    head: say("map.head").split("|"),
    rows: samples.map((sample, i) => [
      String(sample.id),
      nameOf(run, sample.truth),
      nameOf(run, app.shown.label(app.store.selection, sample) ?? 0),
      ...(laid?.points[i] ?? []).map((each) => fixed(each, 2)),
    ]),
  }));
  const finger = touch(box);
  all.hidden = true;
  return panel(
    { title: say("map.title", { things: things(run) }), files: [datasetFile(run.summary), "holdout.json"] },
    el("div", { class: "controls" }, deep && tabs.element, el("span", { class: "grow" }), finger.element, all),
    box,
    keysOf(run),
    detail,
    reading,
    el("p", { class: "small muted" }, say("map.hint")),
    table,
  );
}
