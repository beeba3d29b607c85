// Images that several runs of the history got wrong while they held them out, with the images that are most like them.
import type { LoadedIndex } from "../bundle/load.ts";
import { type Suspect, suspicious } from "../model/suspicious.ts";
import type { App } from "../panels/app.ts";
import { askFor } from "./reading.ts";
import { aside, candidates, countable, leastOf } from "./second.ts";
import { type Card, card } from "./suspect.ts";
import {
  button,
  CURRENT,
  count,
  currentSample,
  el,
  imageOf,
  keptTable,
  nameOf,
  onThemeChange,
  panel,
  replace,
  say,
  select,
  set,
  showInStudio,
  things,
  watch,
} from "./tools.ts";

const shownAtOnce = (): number => (innerWidth < 720 ? 6 : 12);

export function suspects(app: App): HTMLElement | null {
  const { index } = app;
  const title = imageOf(app.run) ? say("suspects.images") : say("suspects.samples");
  const frame = { title, files: index ? ["holdout.json"] : [], wide: "w12" };
  if (!index) return app.exported ? panel(frame, el("p", { class: "muted" }, say("suspects.alone"))) : null;
  if (candidates(app, index).length < 2) return panel(frame, el("p", { class: "muted" }, say("suspects.few")));
  const body = el("div", { class: "stack" });
  const ask = askFor(
    app,
    index,
    () => candidates(app, index),
    (count) => say("suspects.ask", { count }),
    () => draw(),
  );
  let least: number | null = null;
  const draw = (): void =>
    replace(
      body,
      ...found(app, index, least, (value) => {
        least = value;
        draw();
      }),
    );
  draw();
  onThemeChange(draw, app.scope);
  return panel(
    frame,
    el("p", { class: "muted" }, imageOf(app.run) ? say("suspects.lead") : say("suspects.lead.samples")),
    app.exported && el("p", { class: "small muted" }, say("suspects.export", { count: index.count })),
    body,
    ask.element,
  );
}

/** What the runs that were read say; nothing before two were. */
function found(app: App, index: LoadedIndex, wanted: number | null, choose: (least: number) => void): HTMLElement[] {
  const all = countable(app, index);
  if (!all.length) return [];
  const steps = leastOf(suspicious(all, 1).runs);
  const least = wanted !== null && steps.includes(wanted) ? wanted : (steps.find((each) => each === 3) ?? 2);
  const { runs, repeats, enough, suspects } = suspicious(all, least);
  const notes = aside(app, index, repeats);
  const left = el("p", { class: "small muted" }, notes);
  if (runs < 2) return [el("p", { class: "reading" }, say("suspects.two")), left];
  const values = { things: things(app.run), enough, least, runs, count: suspects.length };
  const reading = el(
    "p",
    { class: "reading" },
    suspects.length ? say("suspects", values) : say("suspects.none", values),
  );
  const picker = select(
    say("suspects.least"),
    steps.map((n) => [String(n), say("runs", { count: n })] as const),
    String(least),
    (value) => choose(Number(value)),
  );
  if (!suspects.length) return [el("div", { class: "controls" }, picker), reading, left];
  const studio = button(say("changed.studio"), { class: "quiet" }, () =>
    showInStudio(app, {
      truth: [],
      predicted: null,
      split: "all",
      outcome: "all",
      confidence: [0, 100],
      among: suspects.map(({ id }) => id).sort((a, b) => a - b),
    }),
  );
  return [
    el("div", { class: "controls" }, picker, el("span", { class: "grow" }), studio),
    reading,
    ...listOf(app, suspects),
    left,
    tableOf(app, suspects),
  ];
}

/** The first of them, and a button for the next. */
function listOf(app: App, suspects: readonly Suspect[]): HTMLElement[] {
  const list = el("ol", { class: "suspects" });
  const add = (): void => {
    const from = list.childElementCount;
    const most = shownAtOnce();
    const cards = suspects.slice(from, from + most).map((each) => card(app, each));
    list.append(...cards.map(({ element }) => element));
    void compare(cards, app.scope);
    more.hidden = suspects.length <= list.childElementCount;
    more.textContent = say("suspects.next", { n: Math.min(most, suspects.length - list.childElementCount) });
    if (from) list.children[from]?.querySelector("button")?.focus();
  };
  const more = button("", { class: "quiet" }, add);
  add();
  watch(app, CURRENT, () => {
    const current = String(currentSample(app)?.id);
    for (const each of list.querySelectorAll<HTMLElement>("[data-sample]"))
      set(each, "aria-current", each.dataset.sample === current ? "true" : null);
  });
  return [list, more];
}

/** One after the other, so that the page answers in between. */
async function compare(cards: readonly Card[], signal: AbortSignal): Promise<void> {
  for (const each of cards) {
    await new Promise((resolve) => setTimeout(resolve));
    if (signal.aborted) return;
    each.compare();
  }
}

function tableOf(app: App, suspects: readonly Suspect[]): HTMLElement {
  return keptTable(say("suspects.table", { count: suspects.length }), () => ({
    head: [
      say("suspects.sample"),
      say("suspects.label"),
      say("suspects.held"),
      say("suspects.wrong"),
      say("suspects.said"),
    ],
    rows: suspects.map(({ id, truth, heldOut, wrong, said }) => [
      String(id),
      nameOf(app.run, truth),
      count(heldOut),
      count(wrong),
      said.map(([label, n]) => `${nameOf(app.run, label)} × ${n}`).join(", "),
    ]),
  }));
}
