// The dataset studio: filters, the grid of samples, and the one that is looked at.

import { datasetFile } from "../bundle/load.ts";
import { matrixAt } from "../model/matrices.ts";
import { below, without } from "../pages/below.ts";
import type { Sample } from "../selection/samples.ts";
import { SHOWS } from "../selection/shown.ts";
import type { Selection } from "../selection/state.ts";
import { nameOf, restWord } from "../text/facts.ts";
import { certainty } from "../text/format.ts";
import { say } from "../text/language.ts";
import { announce, calm } from "../view/actions.ts";
import { attempt } from "../view/attempt.ts";
import { button, el, replace } from "../view/dom.ts";
import { sampleGrid, type Tile } from "../view/grid.ts";
import { absence, panel } from "../view/panel.ts";
import { lookOf } from "../view/picture.ts";
import { onThemeChange } from "../view/theme.ts";
import { type App, watch } from "./app.ts";
import { currentSample, showAll } from "./current.ts";

export function studio(app: App): HTMLElement[] {
  const { summary, images } = app.run;
  const grid = sampleGrid({
    look: () => lookOf(app.run),
    label: say("samples.title"),
    choose(sample) {
      app.store.set({ sample });
      if (innerWidth < 900)
        attempt(() => body.scrollIntoView({ behavior: calm() ? "auto" : "smooth", block: "nearest" }));
    },
  });
  const found = el("p", { class: "readout", id: "found" });
  const chips = el("div", { class: "chips", id: "chips" });
  const empty = el("div", { class: "absence" });
  const update = (selection: Selection): void => {
    const shown = app.shown.samples(selection);
    found.textContent = `${say("studio.found", { shown: shown.length, all: app.samples.list.length })}${epochNote(app, selection)}`;
    empty.hidden = shown.length > 0;
    grid.element.hidden = shown.length === 0;
    replace(
      empty,
      el("p", {}, say("studio.none")),
      el("p", { class: "small muted" }, say("studio.empty")),
      button(say("studio.all"), {}, () => showAll(app)),
    );
    grid.show(shown.length, (index) => tileOf(app, shown[index] as Sample));
    grid.select(currentSample(app)?.id ?? null);
    announce(say("studio.matches", { count: shown.length }));
  };
  watch(app, SHOWS, update);
  watch(app, ["sample"], () => grid.select(currentSample(app)?.id ?? null));
  onThemeChange(() => grid.paint(), app.scope);
  const observer = new ResizeObserver(() => grid.paint());
  observer.observe(grid.element);
  app.scope.addEventListener("abort", () => observer.disconnect());
  const damaged = images.state === "damaged" ? absence(images, datasetFile(summary), say("studio.images")) : null;
  const hint =
    images.state !== "ok" &&
    el(
      "p",
      { class: "small muted" },
      `${images.state === "absent" ? `${say("studio.beside", { file: datasetFile(summary) })} ` : ""}${say("studio.carried")}`,
    );
  const kept = images.state === "ok" ? images.value.kept : null;
  const part =
    kept && el("p", { class: "small muted" }, say("studio.part", { kept: kept.size, all: summary.dataset.samples }));
  const [filters, order] = [el("div", { class: "toolbar" }), el("div", { class: "controls" })];
  const body = el("div", { class: "inspector" });
  void below.then((from) => {
    if (app.scope.aborted) return;
    if (!from) return [body, filters].forEach((each) => each.append(without("panels.js")));
    from.filters(app, filters, order, chips);
    from.inspector(app, body);
  });
  return [
    panel({ title: say("studio.selected"), wide: "w7" }, body),
    panel(
      { title: say("samples.title"), files: [datasetFile(summary), "holdout.json"], wide: "w5" },
      filters,
      chips,
      damaged,
      hint,
      part,
      el("div", { class: "grid-head" }, found, order),
      grid.element,
      empty,
    ),
  ];
}

/** Of which epoch the predictions are, where one is selected. */
function epochNote(app: App, selection: Selection): string {
  if (selection.epoch === null) return "";
  const epoch = matrixAt(app.run, selection.epoch)?.epoch ?? 0; // the last one kept
  if (app.shown.labels(selection)) return `, ${say("confusion.epoch", { epoch })}`;
  const filtered = selection.predicted !== null || selection.outcome !== "all";
  return filtered ? `; ${say("studio.final")}` : "";
}

function tileOf(app: App, sample: Sample): Tile {
  const { selection } = app.store;
  const label = app.shown.label(selection, sample);
  const final = app.shown.labels(selection) === null;
  const guess =
    label !== null
      ? `, ${say("predicted.as", { name: nameOf(app.run, label) })}${final && sample.guess ? `, ${certainty(sample.guess.confidence)}` : ""}`
      : sample.holdout
        ? ""
        : `, ${restWord(app.run)}`;
  return {
    id: sample.id,
    values: sample.values,
    text: nameOf(app.run, sample.truth),
    name: `${say("tray.image", { id: String(sample.id), truth: nameOf(app.run, sample.truth) })}${guess}`,
    learned: !final && label === sample.truth, // tinted while the epochs go by
    badge: label !== null && label !== sample.truth ? nameOf(app.run, label) : null,
  };
}
