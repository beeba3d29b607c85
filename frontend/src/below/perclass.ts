// Precision, recall and F1 of each class, as dots on one axis, following the selected epoch.

import type { Scores } from "../model/scores.ts";
import { classScores } from "../model/scores.ts";
import type { App } from "../panels/app.ts";
import { keepCharts, keptTable } from "./keep.ts";
import { classesSentence } from "./sentences.ts";
import {
  absence,
  button,
  count,
  el,
  interval,
  isDeep,
  matrixAt,
  nameOf,
  panel,
  percent,
  replace,
  say,
  score,
  segmented,
  sentence,
  showInStudio,
  svg,
  watch,
  wilson,
} from "./tools.ts";

const FILE = "metrics.json";
type Order = "class" | "f1" | "support";

export function perClass(app: App): HTMLElement {
  const frame = { title: say("perclass"), files: [FILE], wide: isDeep(app.run) ? "w12" : "w5" };
  if (app.run.metrics.state !== "ok") return panel(frame, absence(app.run.metrics, FILE, say("perclass.scores")));
  let order: Order = "class";
  const body = el("div", { class: "classes", tabindex: 0, role: "region", "aria-label": say("perclass.scores") });
  const reading = el("p", { class: "reading" });
  const draw = (): void => {
    const at = matrixAt(app.run, app.store.selection.epoch);
    if (!at) return;
    const scores = classScores(at.matrix);
    const low = Math.min(
      ...scores.flatMap(({ hits, support, predicted }) => [lowOf(hits, support), lowOf(hits, predicted)]),
    );
    const start = Math.max(0, Math.floor(10 * (low - 0.02)) / 10);
    const keys = scores.map((_, i) => i);
    if (order === "f1") keys.sort((a, b) => (scores[a]?.f1 ?? 0) - (scores[b]?.f1 ?? 0));
    if (order === "support") keys.sort((a, b) => (scores[b]?.support ?? 0) - (scores[a]?.support ?? 0));
    replace(
      body,
      el(
        "table",
        { class: keys.length < 7 ? "dots few" : "dots" },
        el(
          "thead",
          {},
          el(
            "tr",
            {},
            el("th", { scope: "col" }, say("class")),
            el(
              "th",
              { scope: "col", class: "axis" },
              el(
                "span",
                {},
                percent(start, 0),
                start > 0 && el("b", { class: "break", title: say("perclass.axis") }, " //"),
              ),
              el("span", {}, percent(1)),
            ),
            el("th", { scope: "col" }, "F1"),
            el("th", { scope: "col" }, "n"),
          ),
        ),
        el("tbody", {}, ...keys.map((key) => row(app, key, scores[key] as Scores, start))),
      ),
    );
    const macro = scores.reduce((total, { f1 }) => total + (f1 ?? 0), 0) / scores.length;
    const said = classesSentence(scores, app.run.summary.dataset.class_names);
    reading.textContent = `${said} ${sentence(say("macro", { score: score(macro) }))}`;
  };
  const choose = segmented<Order>(
    say("sort"),
    [
      { value: "class", text: say("class") },
      { value: "f1", text: say("perclass.worst") },
      { value: "support", text: say("perclass.most") },
    ],
    order,
    (value) => {
      order = value;
      choose.show(value);
      draw();
    },
  );
  watch(app, ["epoch"], draw);
  const key = el(
    "p",
    { class: "key-line small" },
    el("span", { class: "dot-key precision", "data-mark": "○ " }),
    `${say("precision")} `,
    el("span", { class: "dot-key recall", "data-mark": "● " }),
    say("perclass.key"),
  );
  const ranged = (value: number | null, hits: number, n: number): string[] => {
    const { low, high } = wilson({ hits, n });
    return value === null ? ["", ""] : [percent(value), interval(low, high)];
  };
  const table = keptTable(say("perclass.numbers"), () => ({
    head: [
      ...[say("class"), say("precision"), say("interval.head"), say("recall"), say("interval.head")],
      ...["F1", "n"],
    ],
    rows: classScores(matrixAt(app.run, app.store.selection.epoch)?.matrix ?? []).map((each, i) => [
      nameOf(app.run, i),
      ...ranged(each.precision, each.hits, each.predicted),
      ...ranged(each.recall, each.hits, each.support),
      each.f1 === null ? "" : score(each.f1),
      count(each.support),
    ]),
  }));
  return keepCharts(
    panel(
      frame,
      el("div", { class: "controls" }, choose.element, el("span", { class: "grow" }), key),
      body,
      reading,
      table,
    ),
  );
}

/** The lower end of the interval; of nothing, the upper end of all. */
const lowOf = (hits: number, n: number): number => (n ? wilson({ hits, n }).low : 1);

function row(
  app: App,
  key: number,
  { precision, recall, f1, support, predicted, hits }: Scores,
  start: number,
): HTMLElement {
  const x = (value: number): number => 4 + (192 * (value - start)) / (1 - start);
  const plot = svg("svg", {
    class: "dot-row",
    viewBox: "0 0 200 16",
    preserveAspectRatio: "none",
    "aria-hidden": "true",
  });
  replace(
    plot,
    svg("line", { x1: 4, x2: 196, y1: 8, y2: 8 }),
    ...[predicted, support].map((n, i) => {
      const ends = wilson({ hits, n });
      return n > 0 && svg("line", { class: "span", x1: x(ends.low), x2: x(ends.high), y1: 4 + 8 * i, y2: 4 + 8 * i });
    }),
  );
  const said = (value: number | null, n: number, none: string): string => {
    const { low, high } = wilson({ hits, n });
    return value === null ? none : `${percent(value)} (${say("interval.of", { range: interval(low, high) })})`;
  };
  const words = say("perclass.row", {
    precision: said(precision, predicted, say("perclass.never")),
    recall: said(recall, support, say("perclass.nothing")),
  });
  const place = (kind: string, value: number | null): HTMLElement | null => {
    if (value === null) return null;
    const dot = el("i", { class: `dot-key ${kind}` });
    dot.style.left = `${x(value) / 2}%`;
    return dot;
  };
  const filter = button(
    nameOf(app.run, key),
    {
      class: "class-name",
      translate: "no",
      title: nameOf(app.run, key),
      "aria-label": say("perclass.show", { name: nameOf(app.run, key) }),
    },
    () =>
      showInStudio(app, {
        truth: [key],
        predicted: null,
        outcome: "all",
        split: "holdout",
        confidence: [0, 100],
        among: [],
      }),
  );
  return el(
    "tr",
    {},
    el("th", { scope: "row" }, filter),
    el(
      "td",
      { title: words },
      el(
        "div",
        { class: "dot-plot" },
        plot,
        place("precision", precision),
        place("recall", recall),
        el("span", { class: "visually-hidden" }, words),
      ),
    ),
    el("td", { class: "num" }, f1 === null ? "–" : score(f1)),
    el("td", { class: "num muted" }, count(support)),
  );
}
