// The sample that is looked at: its pixels, what the network said, its look-alikes, and its download.

import { nearest } from "../model/nearest.ts";
import { argmax, probabilities } from "../model/network.ts";
import type { Sample } from "../selection/samples.ts";
import { nameOf, shapeOf } from "../text/facts.ts";
import { percent, small } from "../text/format.ts";
import { save } from "../view/actions.ts";
import { digit, paint, samplePng } from "../view/digit.ts";
import { button, el, ICONS, icon, replace } from "../view/dom.ts";
import { panel } from "../view/panel.ts";
import { onThemeChange } from "../view/theme.ts";
import { type App, watch } from "./app.ts";
import { currentSample } from "./current.ts";
import { pixelEditor } from "./editor.ts";

export function inspector(app: App): HTMLElement {
  const body = el("div", { class: "inspector" });
  const draw = (): void => {
    const sample = currentSample(app);
    if (!sample) replace(body, el("div", { class: "absence" }, el("p", {}, "This run carries no sample.")));
    else replace(body, ...view(app, sample));
  };
  watch(app, ["sample"], draw);
  onThemeChange(draw, app.scope);
  return panel({ title: "Selected sample", wide: "w4" }, body);
}

function view(app: App, sample: Sample): (HTMLElement | null)[] {
  const computed = sample.guess === null && sample.pixels !== null && app.run.network.state === "ok";
  const rows =
    sample.guess?.probabilities ??
    (computed && app.run.network.state === "ok" && sample.pixels
      ? probabilities(app.run.network.value, sample.pixels)
      : null);
  const bars = el("div", { class: "bars-box" });
  const showBars = (values: readonly number[] | null): void =>
    replace(
      bars,
      values
        ? barsOf(app, sample, values)
        : el("p", { class: "small muted" }, "No prediction was recorded for this sample."),
    );
  showBars(rows);
  const picture = sample.pixels
    ? el("div", { class: "big" }, digit(sample.pixels, shapeOf(app.run), app.run.summary.dataset.max_value))
    : el("p", { class: "absence" }, "The run carries no image of this sample.");
  const guess = rows ? argmax(rows) : null;
  const verdict =
    guess === null
      ? null
      : el(
          "p",
          { class: guess === sample.truth ? "verdict good" : "verdict bad" },
          guess === sample.truth
            ? `Read as ${nameOf(app.run, guess)}, which it is.`
            : `Read as ${nameOf(app.run, guess)}, but it is ${nameOf(app.run, sample.truth)}.`,
        );
  const where = sample.holdout ? "hold-out" : "training";
  return [
    picture,
    el(
      "div",
      { class: "facts" },
      el(
        "p",
        { class: "sample-name" },
        `Sample ${sample.id}`,
        el("span", { class: "muted" }, ` · ${where} · true ${nameOf(app.run, sample.truth)}`),
      ),
      verdict,
    ),
    bars,
    computed
      ? el(
          "p",
          { class: "small muted" },
          "Computed here from model.json: predictions are recorded for the hold-out only.",
        )
      : null,
    lookalikes(app, sample),
    downloads(app, sample, rows),
    editor(app, sample, picture, showBars, rows),
  ];
}

function barsOf(app: App, sample: Sample, values: readonly number[]): HTMLElement {
  const top = argmax(values);
  const keys = values.map((_, i) => i);
  const shown = keys.length > 12 ? keys.sort((a, b) => (values[b] ?? 0) - (values[a] ?? 0)).slice(0, 10) : keys;
  const rows = shown.map((label) => {
    const value = values[label] ?? 0;
    const fill = el("i", {});
    fill.style.width = `${100 * value}%`;
    const kind = label === sample.truth ? "truth" : label === top ? "wrong" : null;
    const mark = label === sample.truth ? " (true)" : label === top ? " (predicted)" : "";
    return el(
      "li",
      { class: kind },
      el("b", {}, nameOf(app.run, label), mark && el("span", { class: "visually-hidden" }, mark)),
      el("span", { class: "track" }, fill),
      el("span", { class: "num" }, value < 0.0005 ? "0" : percent(value)),
    );
  });
  return el("ol", { class: "bars", "aria-label": "Probability of each class" }, ...rows);
}

function lookalikes(app: App, sample: Sample): HTMLElement | null {
  const { pixels } = sample;
  if (!pixels || app.run.images.state !== "ok") return null;
  const training = app.samples.list.filter((each) => !each.holdout && each.id !== sample.id);
  const near = nearest(pixels, training, 6);
  if (!near.length) return null;
  const items = near.map((each) => {
    const name = nameOf(app.run, each.truth);
    const result = button(
      null,
      {
        class: each.truth === sample.truth ? "near" : "near other",
        "aria-label": `${name}, training sample ${each.id}`,
      },
      () => app.store.set({ sample: each.id }),
    );
    if (each.pixels) result.append(digit(each.pixels, shapeOf(app.run), app.run.summary.dataset.max_value));
    result.append(el("span", {}, name));
    return result;
  });
  const agree = near.filter((each) => each.truth === sample.truth).length;
  return el(
    "div",
    { class: "lookalikes" },
    el(
      "p",
      { class: "small muted" },
      `Nearest training images; ${agree === near.length ? `all ${agree} are` : `${small(agree)} of ${near.length} ${agree === 1 ? "is" : "are"}`} ${nameOf(app.run, sample.truth)}`,
    ),
    el("div", { class: "near-row" }, ...items),
  );
}

function downloads(app: App, sample: Sample, rows: readonly number[] | null): HTMLElement {
  const name = `sample-${sample.id}`;
  const { pixels } = sample;
  const record = {
    sample_id: sample.id,
    true_label: sample.truth,
    predicted_label: rows ? argmax(rows) : null,
    probabilities: rows,
    pixels: pixels && Array.from(pixels),
  };
  const csv = [
    `sample_id,true_label,${Array.from(pixels ?? [], (_, i) => `pixel_${i}`).join(",")}`,
    [sample.id, sample.truth, ...Array.from(pixels ?? [])].join(","),
    "",
  ].join("\n");
  const png = button("PNG", { disabled: !pixels, "aria-label": "Download as PNG" }, () => {
    if (pixels)
      void samplePng(
        pixels,
        shapeOf(app.run),
        app.run.summary.dataset.max_value,
        Math.max(1, Math.floor(256 / shapeOf(app.run)[0])),
      ).then((blob) => blob && save(`${name}.png`, blob));
  });
  const json = button("JSON", { "aria-label": "Download as JSON" }, () =>
    save(`${name}.json`, new Blob([`${JSON.stringify(record, null, 1)}\n`], { type: "application/json" })),
  );
  const row = button("CSV", { disabled: !pixels, "aria-label": "Download as CSV" }, () =>
    save(`${name}.csv`, new Blob([csv], { type: "text/csv" })),
  );
  return el("div", { class: "controls downloads" }, icon(ICONS.download), png, json, row);
}

function editor(
  app: App,
  sample: Sample,
  picture: HTMLElement,
  showBars: (values: readonly number[] | null) => void,
  rows: readonly number[] | null,
): HTMLElement | null {
  const { network } = app.run;
  const { pixels } = sample;
  const canvas = picture.querySelector("canvas");
  if (!pixels || network.state !== "ok" || !canvas) return null;
  const most = app.run.summary.dataset.max_value;
  const change = (values: number[] | null): void => {
    paint(canvas, values ?? pixels, shapeOf(app.run), most);
    showBars(values ? probabilities(network.value, values) : rows);
  };
  return pixelEditor(pixels, shapeOf(app.run), most, change);
}
