// The dataset studio: filters, the grid of samples, and the one that is looked at.

import { datasetFile } from "../bundle/load.ts";
import { chosen, isRight, type Sample } from "../selection/samples.ts";
import { FILTERS, INITIAL, type Selection } from "../selection/state.ts";
import { isWide, nameOf, shapeOf } from "../text/facts.ts";
import { count, percent, plural } from "../text/format.ts";
import { announce } from "../view/actions.ts";
import { button, el, ICONS, icon, replace, segmented, select, set } from "../view/dom.ts";
import { sampleGrid, type Tile } from "../view/grid.ts";
import { absence, panel } from "../view/panel.ts";
import { onThemeChange } from "../view/theme.ts";
import { type App, watch } from "./app.ts";
import { confidence } from "./confidence.ts";
import { inspector } from "./inspector.ts";

export function studio(app: App): HTMLElement[] {
  const { summary, images } = app.run;
  const grid = sampleGrid({
    shape: shapeOf(app.run),
    most: summary.dataset.max_value,
    label: "Samples",
    choose: (sample) => app.store.set({ sample }),
  });
  const found = el("p", { class: "readout", id: "found" });
  const chips = el("div", { class: "chips", id: "chips" });
  const empty = el("div", { class: "absence" });
  const update = (selection: Selection): void => {
    const shown = chosen(app.samples, selection, app.compared?.right ?? null);
    found.textContent = `${count(shown.length)} of ${count(app.samples.list.length)}`;
    replace(chips, ...chipsOf(app, selection));
    empty.hidden = shown.length > 0;
    grid.element.hidden = shown.length === 0;
    replace(
      empty,
      el("p", {}, "No sample matches."),
      el("p", { class: "small muted" }, "Take a filter away, or start over:"),
      button("Show all samples", {}, () => clear(app)),
    );
    grid.show(shown.length, (index) => tileOf(app, shown[index] as Sample));
    grid.select(selection.sample);
    announce(`${plural(shown.length, "sample")} ${shown.length === 1 ? "matches" : "match"}`);
  };
  watch(app, [...FILTERS, "order", "seed"], update);
  watch(app, ["sample"], ({ sample }) => grid.select(sample));
  onThemeChange(() => grid.paint(), app.scope);
  const observer = new ResizeObserver(() => grid.paint());
  observer.observe(grid.element);
  app.scope.addEventListener("abort", () => observer.disconnect());
  const damaged =
    images.state === "damaged" ? absence(images, datasetFile(summary), "Images of the whole data set") : null;
  const hint =
    images.state !== "ok" &&
    el(
      "p",
      { class: "small muted" },
      `${images.state === "absent" ? `${datasetFile(summary)} is not beside this run. ` : ""}The grid shows the samples that the run itself carries; where it has no image, the class.`,
    );
  return [
    panel(
      { title: "Samples", files: [datasetFile(summary), "holdout.json"], wide: "w8" },
      toolbar(app),
      chips,
      damaged,
      hint,
      el("div", { class: "grid-head" }, found, orders(app)),
      grid.element,
      empty,
    ),
    inspector(app),
  ];
}

function tileOf(app: App, sample: Sample): Tile {
  const right = isRight(sample);
  const guess = sample.guess
    ? `, predicted ${nameOf(app.run, sample.guess.label)}, ${percent(sample.guess.confidence, 0)}`
    : sample.holdout
      ? ""
      : ", training";
  return {
    id: sample.id,
    pixels: sample.pixels,
    text: nameOf(app.run, sample.truth),
    name: `Sample ${sample.id}, ${nameOf(app.run, sample.truth)}${guess}`,
    badge: right === false && sample.guess ? nameOf(app.run, sample.guess.label) : null,
  };
}

function toolbar(app: App): HTMLElement {
  const counts = new Map<number, number>();
  for (const { truth } of app.samples.list) counts.set(truth, (counts.get(truth) ?? 0) + 1);
  const names = app.run.summary.dataset.class_names;
  const classes = names.map((name, label) =>
    button(
      el("span", { translate: "no" }, name),
      { class: "class-chip", title: `${plural(counts.get(label) ?? 0, "sample")}` },
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
  classes.forEach((chip, label) => chip.append(el("small", {}, count(counts.get(label) ?? 0))));
  const split = segmented(
    "Split",
    [
      { value: "all", text: "All" },
      { value: "training", text: "Training" },
      { value: "holdout", text: "Hold-out" },
    ],
    app.store.selection.split,
    (split) => app.store.set({ split }),
  );
  const compared = app.compared?.right.size
    ? ([
        { value: "fixed", text: "Now right" },
        { value: "broken", text: "Now wrong" },
      ] as const)
    : [];
  const outcome = segmented(
    "Outcome",
    [{ value: "all", text: "Any" }, { value: "right", text: "Right" }, { value: "wrong", text: "Wrong" }, ...compared],
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
    { class: "toolbar" },
    el(
      "div",
      { class: isWide(app.run) ? "class-chips many" : "class-chips", role: "group", "aria-label": "True class" },
      ...classes,
    ),
    el("div", { class: "controls" }, split.element, outcome.element, confidence(app)),
  );
}

function orders(app: App): HTMLElement {
  const order = select(
    "Order",
    [
      ["number", "by number"],
      ["class", "by class"],
      ["doubt", "least sure first"],
      ["shuffled", "shuffled"],
    ],
    app.store.selection.order,
    (order) => app.store.set({ order }),
  );
  const seed = el("input", {
    type: "number",
    min: 0,
    max: 2 ** 32 - 1,
    "aria-label": "Seed of the shuffle",
    class: "seed",
  });
  seed.addEventListener("change", () => {
    const value = Math.floor(Number(seed.value));
    app.store.set({
      order: "shuffled",
      seed: Number.isFinite(value) && value >= 0 && value < 2 ** 32 ? value : INITIAL.seed,
    });
  });
  const shuffle = button(icon(ICONS.shuffle), {}, () =>
    app.store.set({
      order: "shuffled",
      seed:
        app.store.selection.order === "shuffled" ? (app.store.selection.seed + 1) % 2 ** 32 : app.store.selection.seed,
    }),
  );
  shuffle.append("Shuffle");
  const seeded = el("label", { class: "field" }, el("span", {}, "seed"), seed);
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
    const result = button(text, { class: "chip", translate: "no", "aria-label": `Remove filter: ${text}` }, () => {
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
    right: "right",
    wrong: "wrong",
    fixed: "wrong before, right now",
    broken: "right before, wrong now",
  }[selection.outcome];
  const [low, high] = selection.confidence;
  const all = [
    selection.truth.length &&
      chip(`true ${selection.truth.map((label) => nameOf(app.run, label)).join(" or ")}`, { truth: [] }),
    selection.predicted !== null && chip(`predicted ${nameOf(app.run, selection.predicted)}`, { predicted: null }),
    selection.split !== "all" && chip(selection.split === "holdout" ? "hold-out" : "training", { split: "all" }),
    outcome && chip(outcome, { outcome: "all" }),
    (low > 0 || high < 100) && chip(`confidence ${low} – ${high} %`, { confidence: [0, 100] }),
  ].filter((each): each is HTMLElement => each instanceof HTMLElement);
  return all.length > 1 ? [...all, button("Clear all", { class: "quiet" }, () => clear(app))] : all;
}

function clear(app: App): void {
  app.store.set(Object.fromEntries(FILTERS.map((key) => [key, INITIAL[key]])) as Partial<Selection>);
  document.getElementById("data-title")?.focus({ preventScroll: true });
}
