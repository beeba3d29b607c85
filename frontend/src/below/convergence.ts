// How training went: loss or accuracy per epoch, and the scrubber that moves everything that has an epoch.

import type { LossCurve } from "../contract.ts";
import type { App } from "../panels/app.ts";
import type { Selection } from "../selection/state.ts";
import { type Line, lineChart } from "./chart.ts";
import { bestEpoch, curveSentence, measured, pair } from "./curve.ts";
import { keepCharts, keptTable } from "./keep.ts";
import { pace } from "./pace.ts";
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
  say,
  segmented,
  set,
  short,
  titleOf,
  watch,
} from "./tools.ts";

const FILE = "loss_curve.json";

export function convergence(app: App): HTMLElement {
  const { curve } = app.run;
  const frame = { title: say("convergence"), files: [FILE], wide: isWide(app.run) ? "w12" : "w7" };
  if (curve.state !== "ok") return panel(frame, absence(curve, FILE, say("convergence.what")));
  const value = curve.value;
  if (!value.epochs.length)
    return panel(
      frame,
      el("div", { class: "absence damaged" }, el("p", {}, divergence(value) || say("convergence.none"))),
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
      el("span", {}, say("epoch.at", { n: epoch })),
      " ",
      el("span", { class: "key main" }, `${say("holdout.word")} ${holdout}`),
      " ",
      el("span", { class: "key second" }, `${say("training.word")} ${training}`),
    );
  };
  const hover = (epoch: number | null): void => {
    hovered = epoch;
    for (const each of charts) each.point(epoch);
    read();
  };
  const pick = (epoch: number): void => app.store.set({ epoch: epoch >= lastEpoch(app.run) ? null : epoch });
  const chart = lineChart(hover, pick, app.scope);
  const beside = pace(app, hover, pick);
  const charts = [chart, ...beside.charts];
  const measure = segmented(
    say("measure"),
    [
      { value: "loss", text: say("loss") },
      { value: "accuracy", text: say("accuracy") },
    ],
    app.store.selection.measure,
    (measure) => app.store.set({ measure }),
  );
  const scale = segmented(
    say("scale"),
    [
      { value: "linear", text: say("scale.linear") },
      { value: "log", text: say("scale.log") },
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
      format: (tick) => (selection.measure === "loss" ? short(tick) : percentTick(tick)),
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
  const table = keptTable(say("convergence.table"), () => ({
    head: [
      say("epoch"),
      say("training.loss"),
      say("curve.loss"),
      say("training.accuracy"),
      say("curve.accuracy"),
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
    note && el("p", { class: "small muted" }, say("convergence.moved")),
    table,
  );
  return keepCharts(card);
}

const percentTick = (tick: number): string => `${short(Number((100 * tick).toFixed(4)))} %`;

function lines(app: App, curve: LossCurve, measure: Selection["measure"]): Line[] {
  const [holdout, training] = pair(curve, measure);
  const own: Line[] = [
    { label: say("holdout.word"), values: holdout, look: "main" },
    { label: say("training.word"), values: training, look: "second" },
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
  const range = el("input", { type: "range", min: 1, max: epochs, step: 1, "aria-label": say("epoch") });
  const where = el("output", { class: "mono" });
  const pick = (epoch: number): void => app.store.set({ epoch: epoch >= epochs ? null : Math.max(1, epoch) });
  range.addEventListener("input", () => pick(Number(range.value)));
  const play = button(icon(ICONS.play), { class: "square play", "aria-label": say("play") }, () =>
    timer ? stop() : start(),
  );
  let timer: ReturnType<typeof setInterval> | undefined;
  const stop = (): void => {
    clearInterval(timer);
    timer = undefined;
    play.replaceChildren(icon(ICONS.play));
    set(play, "aria-label", say("play"));
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
    set(play, "aria-label", say("pause"));
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
    set(range, "aria-valuetext", say("epoch.of", { n: shown, all: epochs }));
    where.textContent = `${shown} / ${epochs}`;
  });
  return el(
    "div",
    { class: "scrubber" },
    play,
    step(-1, say("epoch.back"), ICONS.back),
    range,
    step(1, say("epoch.on"), ICONS.next),
    where,
  );
}
