// Things to try with this run. Each ticks itself once the page shows that it was done; nothing is counted or stored.
import { type Lesson, lessonsOf, type Seen, type Values } from "../model/lessons.ts";
import type { App } from "../panels/app.ts";
import {
  announce,
  argmax,
  currentSample,
  el,
  fixed,
  ICONS,
  INITIAL,
  icon,
  panel,
  percent,
  probabilities,
  replace,
  say,
  set,
  terms,
  things,
  watch,
} from "./tools.ts";

const HIDDEN = /[?&]lesson=0(?=&|$)/; // in the address
const done = new Map<string, Set<Lesson["kind"]>>(); // of each run, as long as the page is open

type Said = Readonly<Record<Lesson["kind"], (values: Values) => string>>;
const TASKS: Said = {
  doubt: (values) => say("lesson.doubt", values),
  epoch: (values) => say("lesson.epoch", values),
  reached: (values) => say("lesson.reached", values),
  cell: (values) => say("lesson.cell", values),
  region: (values) => say("lesson.region", values),
  classes: (values) => say("lesson.classes", values),
  units: (values) => say("lesson.units", values),
  share: (values) => say("lesson.share", values),
  beside: (values) => say("lesson.beside", values),
  paint: (values) => say("lesson.paint", values),
};
const ANSWERS: Said = {
  doubt: (values) => say("lesson.doubt.answer", { ...values, share: percent(Number(values.share)) }),
  epoch: (values) => say("lesson.epoch.answer", { ...values, loss: fixed(Number(values.loss), 4) }),
  reached: (values) => say("lesson.reached.answer", { ...values, share: percent(Number(values.share)) }),
  cell: (values) => say("lesson.cell.answer", values),
  region: (values) => say("lesson.region.answer", values),
  classes: (values) => say("lesson.classes.answer", values),
  units: (values) => say("lesson.units.answer", values),
  share: (values) => say("lesson.share.answer", values),
  beside: (values) => say("lesson.beside.answer", values),
  paint: (values) => say("lesson.paint.answer", values),
};

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
    const names = { things: things(run), as: terms(run).as };
    const task = el("p", {}, TASKS[lesson.kind]({ ...lesson.values, ...names }));
    const element = el("li", { class: "lesson", "data-lesson": lesson.kind }, mark, el("div", {}, task, details));
    const show = (seen: Seen): void => {
      const isDone = ticked.has(lesson.kind);
      set(element, "data-done", isDone ? "true" : null);
      replace(
        mark,
        isDone && icon(ICONS.check),
        el("span", { class: "visually-hidden" }, isDone ? say("lesson.done") : say("lesson.open")),
      );
      const values = lesson.answer(seen);
      answer.textContent = values ? ANSWERS[lesson.kind]({ ...values, ...names }) : say("lesson.first");
    };
    return { lesson, show, element };
  });
  const list = el("ol", { class: "lessons" }, ...items.map(({ element }) => element));
  const update = (): void => {
    const seen = seenIn(app);
    for (const { lesson, show } of items) {
      if (!ticked.has(lesson.kind) && lesson.done(seen)) {
        ticked.add(lesson.kind);
        announce(say("lesson.ticked", { done: ticked.size, all: all.length }));
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
