// How sure the network says it is, beside how often it is right; and what is left if it may decline to answer.
import { BINS, type Bin, calibration, calibrationError } from "../model/calibration.ts";
import { meanOf } from "../model/changes.ts";
import type { App } from "../panels/app.ts";
import { largeness } from "./chart.ts";
import { keepCharts, keptTable } from "./keep.ts";
import { rocOf } from "./optional.ts";
import {
  absence,
  count,
  el,
  fixed,
  largest,
  panel,
  percent,
  say,
  sentence,
  share,
  interval as span,
  svg,
  watch,
  wilson,
} from "./tools.ts";

const FILE = "holdout.json";
const [SIZE, LEFT, BARS, EDGE] = [240, 44, 48, 12]; // of the drawing, in its own pixels

export function confidencePanel(app: App): HTMLElement {
  const { holdout } = app.run;
  const title = say("sure");
  const frame = { title, files: [FILE], wide: rocOf(app.run).state === "ok" ? "w5" : "w12" };
  if (holdout.state !== "ok") return panel(frame, absence(holdout, FILE, title));
  const { true_labels, predicted_labels, probabilities } = holdout.value;
  const answers = predicted_labels.map((label, i) => ({
    confidence: probabilities[i]?.[label] ?? 0,
    right: label === true_labels[i],
  }));
  if (!answers.length) return panel(frame, el("p", { class: "absence" }, say("answering.none", { all: 0 })));
  const bins = calibration(answers);
  const sure = meanOf(answers.map(({ confidence }) => confidence));
  const right = meanOf(answers.map((each) => Number(each.right)));
  const gap = right - sure;
  const verdict =
    Math.abs(gap) < 0.01 ? say("calibration.fair") : gap > 0 ? say("calibration.under") : say("calibration.over");
  const values = { sure: share(sure), right: share(right), verdict, count: answers.length };
  const error = fixed(100 * calibrationError(bins), 1);
  const said = `${sentence(say("calibration", values))} ${say("calibration.error", { error })}`;
  const table = keptTable(say("sure.table"), () => ({
    head: [say("sure.bin"), say("samples.title"), say("sure.mean"), say("right"), say("interval.head")],
    rows: bins.flatMap((bin, i) => {
      if (!bin.n) return [];
      const { low, high } = wilson(bin);
      return [
        [
          `${10 * i}–${percent((i + 1) / 10, 0)}`,
          count(bin.n),
          percent(bin.confidence),
          percent(bin.hits / bin.n),
          span(low, high),
        ],
      ];
    }),
  }));
  const card = panel(
    frame,
    el(
      "div",
      { class: "sure" },
      el("div", {}, drawing(bins, said), el("p", { class: "small muted axes-words" }, say("calibration.axes"))),
      el("div", { class: "stack" }, el("p", { class: "reading" }, said), declining(app, answers), table),
    ),
  );
  return keepCharts(card);
}

function drawing(bins: readonly Bin[], name: string): SVGSVGElement {
  const left = LEFT * largeness();
  const x = (value: number): number => left + SIZE * value;
  const y = (value: number): number => EDGE + SIZE * (1 - value);
  const ground = EDGE + SIZE + BARS + 12;
  const most = largest(
    bins.map(({ n }) => n),
    1,
  );
  const ticks = [0, 0.5, 1].flatMap((at) => [
    svg("text", { x: left - 8, y: y(at), dy: "0.32em", "text-anchor": "end" }, percent(at, 0)),
    svg(
      "text",
      { x: x(at), y: ground + 18, "text-anchor": at ? (at < 1 ? "middle" : "end") : "start" },
      percent(at, 0),
    ),
    svg("path", { class: "frame", d: `M${left} ${y(at)}H${x(1)}` }),
  ]);
  const marks = bins.flatMap((bin, i) => {
    if (!bin.n) return [];
    const { low, high } = wilson(bin);
    const [at, tall] = [x(bin.confidence), Math.max(1.5, (BARS * bin.n) / most)];
    return [
      svg("rect", { class: "amount", x: x(i / BINS) + 1, width: SIZE / BINS - 2, y: ground - tall, height: tall }),
      svg("path", { class: "line main", d: `M${at} ${y(low)}V${y(high)}` }),
      svg("circle", { class: "point", cx: at, cy: y(bin.hits / bin.n), r: 4.5 }),
    ];
  });
  return svg(
    "svg",
    { class: "chart calibration", viewBox: `0 0 ${x(1) + 8} ${ground + 24}`, role: "img", "aria-label": name },
    ...ticks,
    svg("path", { class: "line second", d: `M${x(0)} ${y(0)}L${x(1)} ${y(1)}` }),
    ...marks,
  );
}

/** A slider: only answer when sure enough. */
function declining(app: App, answers: readonly { confidence: number; right: boolean }[]): HTMLElement {
  const range = el("input", { type: "range", min: 0, max: 100, step: 1, value: 0 });
  const least = el("output", { class: "mono" });
  const words = el("p", { class: "sentence", "aria-live": "polite" });
  const draw = (): void => {
    const wanted = Number(range.value);
    const answered = answers.filter(({ confidence }) => 100 * confidence >= wanted);
    const hits = answered.filter(({ right }) => right).length;
    const all = answers.length;
    least.textContent = percent(wanted / 100, 0);
    words.textContent = sentence(
      answered.length
        ? say("answering", {
            all,
            answered: answered.length,
            coverage: share(answered.length / all),
            right: share(hits / answered.length),
          })
        : say("answering.none", { all }),
    );
  };
  range.addEventListener("input", draw);
  watch(app, [], draw);
  return el(
    "div",
    { class: "stack declining" },
    el("label", { class: "field" }, el("span", {}, say("sure.only")), range, least, el("span", {}, say("sure.word"))),
    words,
  );
}
