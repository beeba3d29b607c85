// What the studio is asked: classes, split, outcome, confidence, and in which order.

import type { App } from "../panels/app.ts";
import type { Selection } from "../selection/state.ts";
import { confidence } from "./confidence.ts";
import {
  alternatives,
  attempt,
  button,
  clip,
  count,
  el,
  FILTERS,
  ICONS,
  INITIAL,
  icon,
  isWide,
  leftOut,
  nameOf,
  replace,
  restWord,
  same,
  say,
  segmented,
  select,
  set,
  showAll,
  watch,
} from "./tools.ts";

/** Fills the bar of the filters, the place of the order, and that of the chips. */
export function filters(app: App, bar: HTMLElement, order: HTMLElement, chips: HTMLElement): void {
  const summary = el("summary", {});
  const folded = el("details", { class: "filters" }, summary, toolbar(app));
  watch(app, FILTERS, (selection) => {
    const n = FILTERS.filter((key) => !same(selection[key], INITIAL[key])).length;
    replace(chips, ...chipsOf(app, selection));
    summary.textContent = n ? say("filters.some", { count: n }) : say("filters");
  });
  const narrow = attempt(() => matchMedia("(max-width: 45em)"));
  const fold = (): void => {
    folded.open = !narrow?.matches;
  };
  narrow?.addEventListener("change", fold, { signal: app.scope });
  fold();
  bar.append(folded);
  order.append(orders(app));
}

function toolbar(app: App): HTMLElement {
  const counts = new Map<number, number>();
  for (const { truth } of app.samples.list) counts.set(truth, (counts.get(truth) ?? 0) + 1);
  const names = app.run.summary.dataset.class_names;
  const classes = names.map((name, label) =>
    button(
      el("span", { translate: "no" }, clip(name, 16)),
      {
        class: "class-chip",
        "aria-label": `${name}, ${say("samples", { count: counts.get(label) ?? 0 })}`,
        title: `${name}: ${say("samples", { count: counts.get(label) ?? 0 })}`,
      },
      () => {
        const { truth } = app.store.selection;
        app.store.set({
          truth: truth.includes(label)
            ? truth.filter((each) => each !== label)
            : [...truth, label].sort((a, b) => a - b),
        });
      },
    ),
  );
  classes.forEach((chip, label) => chip.append(" ", el("small", {}, count(counts.get(label) ?? 0))));
  const split = segmented(
    say("split"),
    [
      { value: "all", text: say("filter.all") },
      { value: "training", text: leftOut(app.run) ? say("not.held.title") : say("training") },
      { value: "holdout", text: say("holdout") },
    ],
    app.store.selection.split,
    (split) => app.store.set({ split }),
  );
  const compared = app.compared?.right.size
    ? ([
        { value: "fixed", text: say("filter.fixed") },
        { value: "broken", text: say("filter.broken") },
      ] as const)
    : [];
  const outcome = segmented(
    say("filter.outcome"),
    [
      { value: "all", text: say("filter.any") },
      { value: "right", text: say("right") },
      { value: "wrong", text: say("wrong") },
      ...compared,
    ],
    app.store.selection.outcome,
    (outcome) => app.store.set({ outcome }),
  );
  watch(app, [...FILTERS], (selection) => {
    classes.forEach((chip, label) => set(chip, "aria-pressed", String(selection.truth.includes(label))));
    split.show(selection.split);
    outcome.show(selection.outcome);
  });
  return el(
    "div",
    { class: "filter-rows" },
    el(
      "div",
      { class: isWide(app.run) ? "class-chips many" : "class-chips", role: "group", "aria-label": say("filter.truth") },
      ...classes,
    ),
    el("div", { class: "controls" }, split.element, outcome.element, confidence(app)),
  );
}

function orders(app: App): HTMLElement {
  const order = select(
    say("order"),
    [
      ["number", say("order.number")],
      ["class", say("order.class")],
      ["doubt", say("order.doubt")],
      ...(app.shown.learned ? ([["learned", say("order.learned")]] as const) : []),
      ["shuffled", say("order.shuffled")],
    ],
    app.store.selection.order,
    (order) => app.store.set({ order }),
  );
  const seed = el("input", {
    type: "number",
    min: 0,
    max: 2 ** 32 - 1,
    "aria-label": say("shuffle.seed"),
    class: "seed",
  });
  seed.addEventListener("change", () => {
    const value = Math.floor(seed.valueAsNumber);
    app.store.set({ order: "shuffled", seed: value >= 0 && value < 2 ** 32 ? value : INITIAL.seed });
    seed.value = String(app.store.selection.seed); // also where that is as it was
  });
  const shuffle = button(icon(ICONS.shuffle), {}, () =>
    app.store.set({
      order: "shuffled",
      seed:
        app.store.selection.order === "shuffled" ? (app.store.selection.seed + 1) % 2 ** 32 : app.store.selection.seed,
    }),
  );
  shuffle.append(say("shuffle"));
  const seeded = el("label", { class: "field" }, el("span", {}, say("seed")), seed);
  watch(app, ["order", "seed"], (selection) => {
    seed.value = String(selection.seed);
    seeded.hidden = selection.order !== "shuffled";
    const input = order.querySelector("select");
    if (input) input.value = selection.order;
  });
  return el("div", { class: "controls" }, order, seeded, shuffle);
}

function chipsOf(app: App, selection: Selection): HTMLElement[] {
  const chip = (text: string, patch: Partial<Selection>): HTMLElement => {
    const result = button(text, { class: "chip", translate: "no", "aria-label": say("chip.remove", { text }) }, () => {
      app.store.set(patch);
      (document.querySelector<HTMLElement>("#chips button") ?? document.getElementById("data-title"))?.focus({
        preventScroll: true,
      });
    });
    result.append(icon(ICONS.close));
    return result;
  };
  const outcome = {
    all: "",
    right: say("chip.right"),
    wrong: say("chip.wrong"),
    fixed: say("chip.fixed"),
    broken: say("chip.broken"),
  }[selection.outcome];
  const [low, high] = selection.confidence;
  const all = [
    selection.truth.length &&
      chip(say("chip.true", { names: alternatives(selection.truth.map((label) => nameOf(app.run, label))) }), {
        truth: [],
      }),
    selection.predicted !== null &&
      chip(say("predicted.as", { name: nameOf(app.run, selection.predicted) }), { predicted: null }),
    selection.split !== "all" &&
      chip(selection.split === "holdout" ? say("holdout.word") : restWord(app.run), { split: "all" }),
    outcome && chip(outcome, { outcome: "all" }),
    (low > 0 || high < 100) && chip(say("chip.confidence", { low, high }), { confidence: [0, 100] }),
    selection.among.length && chip(say("map.chip", { count: selection.among.length }), { among: [] }),
  ].filter((each): each is HTMLElement => each instanceof HTMLElement);
  return all.length > 1 ? [...all, button(say("chip.clear"), { class: "quiet" }, () => showAll(app))] : all;
}
