// Things to try with this run. Each ticks itself once the page shows that it was done; nothing is counted or stored.
import { type Lesson, lessonsOf, type Seen } from "../model/lessons.ts";
import type { App } from "../panels/app.ts";
import {
  announce,
  argmax,
  currentSample,
  el,
  ICONS,
  INITIAL,
  icon,
  panel,
  probabilities,
  replace,
  set,
  terms,
  watch,
} from "./tools.ts";
import { say } from "./words.ts";

const HIDDEN = /[?&]lesson=0(?=&|$)/; // in the address
const done = new Map<string, Set<Lesson["kind"]>>(); // of each run, as long as the page is open

export function lessons(app: App): HTMLElement | null {
  const { run } = app;
  const images = run.images.state === "ok" ? run.images.value : null;
  const trains = images !== null && images.kept === null && globalThis.openLab !== undefined;
  const all = HIDDEN.test(location.search)
    ? []
    : lessonsOf(run, app.samples, app.index?.index.runs.length ?? 0, trains);
  if (!all.length) return null;
  const key = `${run.directory} ${run.id}`;
  const ticked = done.get(key) ?? new Set();
  done.set(key, ticked);
  const items = all.map((lesson) => {
    const mark = el("span", { class: "tick" });
    const answer = el("p", {});
    const details = el("details", {}, el("summary", {}, say("lesson.answer")), answer);
    const things = `${terms(run).image}s`;
    const task = el("p", {}, say(`lesson.${lesson.kind}`, { ...lesson.values, things, as: terms(run).as }));
    const element = el("li", { class: "lesson", "data-lesson": lesson.kind }, mark, el("div", {}, task, details));
    const show = (seen: Seen): void => {
      const isDone = ticked.has(lesson.kind);
      set(element, "data-done", isDone ? "true" : null);
      replace(
        mark,
        isDone && icon(ICONS.check),
        el("span", { class: "visually-hidden" }, say(isDone ? "lesson.done" : "lesson.open")),
      );
      const values = lesson.answer(seen);
      answer.textContent = values ? say(`lesson.${lesson.kind}.answer`, { ...values, things }) : say("lesson.first");
    };
    return { lesson, show, element };
  });
  const list = el("ol", { class: "lessons" }, ...items.map(({ element }) => element));
  const update = (): void => {
    const seen = seenIn(app);
    for (const { lesson, show } of items) {
      if (!ticked.has(lesson.kind) && lesson.done(seen)) {
        ticked.add(lesson.kind);
        announce(say("lesson.ticked", { done: String(ticked.size), all: String(all.length) }));
      }
      show(seen);
    }
  };
  watch(app, Object.keys(INITIAL) as (keyof Seen["selection"])[], update);
  app.edited.watch(update, app.scope);
  return panel({ title: say("lesson.title") }, el("p", { class: "small muted" }, say("lesson.lead")), list);
}

function seenIn(app: App): Seen {
  const { network } = app.run;
  const { values } = app.edited;
  const before = currentSample(app)?.values;
  const ask = (asked: ArrayLike<number>): number =>
    network.state === "ok" ? argmax(probabilities(network.value, asked)) : 0;
  return {
    selection: app.store.selection,
    compared: app.compared?.run ?? null,
    drawn: values && before && network.state === "ok" ? { was: ask(before), now: ask(values) } : null,
  };
}
