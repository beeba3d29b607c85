// How training went: loss or accuracy per epoch, and the scrubber that moves everything that has an epoch.

import type { LossCurve } from "../contract.ts";
import type { App } from "../panels/app.ts";
import type { Selection } from "../selection/state.ts";
import { type Line, lineChart } from "./chart.ts";
import { bestEpoch, curveSentence, measured, pair } from "./curve.ts";
import { keepCharts, keptTable } from "./keep.ts";
import { pace } from "./pace.ts";
import css from "./panels.css";
import { adopt } from "./style.ts";
import {
  absence,
  button,
  calm,
  clip,
  divergence,
  el,
  ICONS,
  icon,
  isWide,
  lastEpoch,
  panel,
  replace,
  segmented,
  set,
  short,
  titleOf,
  watch,
} from "./tools.ts";

const FILE = "loss_curve.json";

export function convergence(app: App): HTMLElement {
  adopt(css);
  const { curve } = app.run;
  const frame = { title: "Convergence", files: [FILE], wide: isWide(app.run) ? "w12" : "w7" };
  if (curve.state !== "ok") return panel(frame, absence(curve, FILE, "Loss and accuracy per epoch"));
  const value = curve.value;
  if (!value.epochs.length)
    return panel(
      frame,
      el("div", { class: "absence damaged" }, el("p", {}, divergence(value) || "No epoch was completed.")),
    );

  const readout = el("p", { class: "readout line" });
  const caption = el("p", { class: "reading" });
  let hovered: number | null = null;
  const shownEpoch = (): number => hovered ?? Math.min(app.store.selection.epoch ?? Infinity, value.epochs.length);
  const read = (): void => {
    const { measure } = app.store.selection;
    const epoch = shownEpoch();
    const [holdout, training] = pair(value, measure).map((values) => measured(values[epoch - 1] ?? null, measure));
    replace(
      readout,
      el("span", {}, `Epoch ${epoch}`),
      " ",
      el("span", { class: "key main" }, `hold-out ${holdout}`),
      " ",
      el("span", { class: "key second" }, `training ${training}`),
    );
  };
  const hover = (epoch: number | null): void => {
    hovered = epoch;
    for (const each of charts) each.point(epoch);
    read();
  };
  const pick = (epoch: number): void => app.store.set({ epoch: epoch === lastEpoch(app.run) ? null : epoch });
  const chart = lineChart(hover, pick, app.scope);
  const beside = pace(app, hover, pick);
  const charts = [chart, ...beside.charts];
  const measure = segmented(
    "Measure",
    [
      { value: "loss", text: "Loss" },
      { value: "accuracy", text: "Accuracy" },
    ],
    app.store.selection.measure,
    (measure) => app.store.set({ measure }),
  );
  const scale = segmented(
    "Scale",
    [
      { value: "linear", text: "Linear" },
      { value: "log", text: "Log" },
    ],
    app.store.selection.scale,
    (scale) => app.store.set({ scale }),
  );
  watch(app, ["measure", "scale"], (selection) => {
    measure.show(selection.measure);
    scale.show(selection.scale);
    scale.element.hidden = selection.measure === "accuracy";
    const sentence = curveSentence(value, selection.measure);
    chart.draw({
      lines: lines(app, value, selection.measure),
      log: selection.measure === "loss" && selection.scale === "log",
      zero: selection.measure === "loss",
      format: (tick) => (selection.measure === "loss" ? short(tick) : `${Number((100 * tick).toFixed(4))} %`),
      marked: bestEpoch(value, selection.measure),
      name: sentence,
    });
    caption.textContent = sentence;
    read();
  });
  watch(app, ["epoch"], (selection) => {
    for (const each of charts) each.epoch(selection.epoch ?? value.epochs.length);
    read();
  });
  const table = keptTable("All epochs as a table", () => ({
    head: [
      "Epoch",
      "Training loss",
      "Hold-out loss",
      "Training accuracy",
      "Hold-out accuracy",
      ...beside.columns.map(({ head }) => head),
    ],
    rows: value.epochs.map((epoch, i) => [
      String(epoch),
      ...[value.training_loss, value.holdout_loss].map((each) => measured(each[i] ?? null, "loss")),
      ...[value.training_accuracy, value.holdout_accuracy].map((each) => measured(each[i] ?? null, "accuracy")),
      ...beside.columns.map(({ values }) => values[i] ?? "–"),
    ]),
  }));
  const note = Number(app.run.summary.config.get("shift_pixels") ?? 0) > 0;
  const card = panel(
    frame,
    el("div", { class: "controls" }, measure.element, scale.element),
    readout,
    el("div", { class: "chart-box" }, chart.element),
    scrubber(app, value.epochs.length),
    caption,
    ...beside.elements,
    note &&
      el(
        "p",
        { class: "small muted" },
        "Training values are running means over images that were moved about before each update, so they can be worse than the hold-out’s, which are left as they are.",
      ),
    table,
  );
  return keepCharts(card);
}

function lines(app: App, curve: LossCurve, measure: Selection["measure"]): Line[] {
  const [holdout, training] = pair(curve, measure);
  const own: Line[] = [
    { label: "hold-out", values: holdout, look: "main" },
    { label: "training", values: training, look: "second" },
  ];
  const other = app.compared?.run;
  if (other?.curve.state !== "ok") return own;
  const name = titleOf(other);
  return [
    ...own,
    {
      label: clip(name, 13),
      values: pair(other.curve.value, measure)[0],
      look: "other-main",
    },
  ];
}

function scrubber(app: App, epochs: number): HTMLElement {
  const range = el("input", { type: "range", min: 1, max: epochs, step: 1, "aria-label": "Epoch" });
  const where = el("output", { class: "mono" });
  const pick = (epoch: number): void => app.store.set({ epoch: epoch >= epochs ? null : Math.max(1, epoch) });
  range.addEventListener("input", () => pick(Number(range.value)));
  const play = button(icon(ICONS.play), { class: "square play", "aria-label": "Play training" }, () =>
    timer ? stop() : start(),
  );
  let timer: ReturnType<typeof setInterval> | undefined;
  const stop = (): void => {
    clearInterval(timer);
    timer = undefined;
    play.replaceChildren(icon(ICONS.play));
    set(play, "aria-label", "Play training");
  };
  const start = (): void => {
    if (calm()) {
      pick(epochs);
      return;
    }
    const frames = Math.min(epochs, 90);
    let frame =
      app.store.selection.epoch === null ? 0 : Math.floor(((app.store.selection.epoch - 1) / epochs) * frames);
    play.replaceChildren(icon(ICONS.pause));
    set(play, "aria-label", "Pause");
    timer = setInterval(() => {
      frame++;
      pick(Math.round(1 + (frame / frames) * (epochs - 1)));
      if (frame >= frames) stop();
    }, 55);
  };
  app.scope.addEventListener("abort", stop);
  const step = (by: number, label: string, path: string): HTMLButtonElement =>
    button(icon(path), { class: "square", "aria-label": label }, () =>
      pick((app.store.selection.epoch ?? epochs) + by),
    );
  watch(app, ["epoch"], ({ epoch }) => {
    const shown = Math.min(epoch ?? epochs, epochs);
    range.value = String(shown);
    set(range, "aria-valuetext", `epoch ${shown} of ${epochs}`);
    where.textContent = `${shown} / ${epochs}`;
  });
  return el(
    "div",
    { class: "scrubber" },
    play,
    step(-1, "One epoch back", ICONS.back),
    range,
    step(1, "One epoch on", ICONS.next),
    where,
  );
}
