// Draw for the network: on the pad, or cell by cell, and see with every move what it answers.
import { prepared } from "../exact/strokes.ts";
import type { App } from "../panels/app.ts";
import { drawingLink, pixelsLink, type Stroke } from "./link.ts";
import { pad } from "./pad.ts";
import type { Readers } from "./readers.ts";
import { steps } from "./steps.ts";
import {
  announce,
  answerBox,
  answered,
  button,
  copyFrom,
  createEdited,
  currentSample,
  el,
  imageOf,
  onThemeChange,
  panel,
  percent,
  pixels,
  probabilities,
  replace,
  say,
  segmented,
} from "./tools.ts";

/** Of the digits, whose preparation the pad has. */
const DIGITS = "a8076dba8d804092fe3fc46a11e59db62320dbb96a5ec3108e09f73e7c79a9c2";
const MAX_CELLS = 1024;
const SAID = 1000; // milliseconds between two answers that are read out

export interface Drawing {
  element: HTMLElement;
  /** The image as it stands; null where nothing is drawn. */
  values(): readonly number[] | null;
  watch(listener: () => void): void;
  draw(strokes: readonly Stroke[]): void;
  fill(values: readonly number[]): void;
}

type Way = "pad" | "cells";

/** Null for the rows of tables and for images of too many cells; `end` is that of the laboratory. */
export function drawing(app: () => App, readers: Readers, end: AbortSignal): Drawing | null {
  const { run } = app();
  const image = imageOf(run);
  const pixelCount = image ? image.shape[0] * image.shape[1] : 0;
  if (!image || pixelCount > MAX_CELLS) return null;
  const size = pixelCount * image.channels;
  const onPad = run.summary.dataset.sha256 === DIGITS;
  let way: Way = onPad ? "pad" : "cells";
  let values: readonly number[] | null = null;
  const listeners: (() => void)[] = [];
  const answer = answerBox(onPad ? say("draw.empty") : say("draw.cells"));
  const preparation = steps();
  const said = quietly(() => {
    const network = readers.network();
    if (network && values) announce(answered(app(), probabilities(network, values)));
  });
  const shown = (): void => {
    const network = readers.network();
    if (network) answer.show(app(), network, values);
    link.disabled = linkOf() === null;
    for (const listener of listeners) listener();
  };
  const keep = (): void => app().bring(linkOf() ?? "");
  const sheet = pad(
    () => {
      const found = sheet.strokes.length ? prepared(sheet.strokes) : null;
      values = found && [...found.image];
      preparation.show(sheet.strokes, found);
      shown();
    },
    () => {
      said();
      keep();
    },
  );
  const cells = el("div", {});
  let painter: ReturnType<typeof pixels> | undefined;
  const cellsOf = (start: ArrayLike<number>): void => {
    const edited = createEdited();
    edited.watch(() => {
      values = edited.values?.some((value) => value > 0) ? edited.values : null;
      shown();
      said();
      keep();
    }, end);
    painter = pixels({ run, edited }, start, say("start.anew"));
    replace(cells, painter.box, painter.controls);
    values = Array.from(start).some((value) => value > 0) ? Array.from(start) : null;
    shown();
  };
  const linkOf = (): string | null => {
    if (way === "pad") return sheet.strokes.length ? drawingLink(sheet.strokes) : null;
    return values && values.length <= 2048 && image.most <= 255 ? pixelsLink(values) : null;
  };
  const link = button(say("draw.link"), {}, () => {
    const found = linkOf();
    if (found) void copyFrom(link, `${location.href.split("#")[0]}${found}`);
  });
  const ways = segmented(
    say("draw.with"),
    [
      { value: "pad", text: say("draw.pen") },
      { value: "cells", text: say("draw.grid") },
    ],
    way,
    (next) => use(next),
  );
  const undone = (): void => {
    sheet.undo();
    keep();
  };
  const tools = el("div", { class: "controls" });
  const left = el("div", { class: "draw-left" });
  const use = (next: Way): void => {
    way = next;
    ways.show(next);
    const copy = button(say("draw.sample"), {}, () => {
      const sample = currentSample(app());
      if (sample?.values) cellsOf(sample.values);
    });
    const undo = button(say("draw.undo"), { "aria-keyshortcuts": "Control+Z" }, undone);
    const clear = button(say("draw.clear"), {}, () => {
      sheet.set([]);
      keep();
    });
    replace(tools, ...(next === "pad" ? [undo, clear, link] : [copy, link]));
    replace(
      left,
      onPad && ways.element,
      next === "pad" ? sheet.element : cells,
      tools,
      next === "pad" && preparation.element,
      next === "pad" && honest(run.summary.model.name),
    );
    if (next === "cells") cellsOf(values ?? new Array<number>(size).fill(0));
    else sheet.set(sheet.strokes);
  };
  left.addEventListener("keydown", (event) => {
    if (way !== "pad" || event.key.toLowerCase() !== "z" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    undone();
  });
  const why = onPad ? null : el("p", { class: "small muted" }, say("draw.why"));
  const body = el(
    "div",
    { class: "draw" },
    left,
    el("div", { class: "draw-right" }, readers.element(), answer.element),
  );
  use(way);
  readers.watch(shown);
  onThemeChange(() => {
    painter?.paint();
    shown();
  }, end);
  return {
    element: panel({ title: onPad ? say("draw.digit") : say("draw.image"), files: ["model.json"] }, why, body),
    values: () => values,
    watch: (listener) => void listeners.push(listener),
    draw(strokes) {
      use("pad");
      sheet.set(strokes);
    },
    fill(next) {
      if (next.length !== size) return;
      values = next.map((value) => Math.min(value, image.most));
      use("cells");
    },
  };
}

// Of 7,000 digits of other people, of the own hold-out, and of those digits where it is 99 % sure: shares that are right,
// as benchmarks/drawings.py measures them for the presets.
const RIGHT: Readonly<Record<string, readonly [others: number, own: number, sure: number]>> = {
  logistic: [68, 97.8, 68],
  mlp: [81, 99.7, 96],
  cnn: [87, 99.7, 94],
};

/** What a network like this is worth on drawings. */
function honest(model: string): HTMLElement {
  const [others, own, sure] = RIGHT[model] ?? (RIGHT.mlp as readonly [number, number, number]);
  const [a, b, c] = [others, own, sure].map((each) => percent(each / 100, each % 1 ? 1 : 0)) as [
    string,
    string,
    string,
  ];
  const words = say("draw.honest", { n: 7000, model, others: a, own: b, sure: c });
  return el("p", { class: "small muted" }, words);
}

/** At most once in a while, the last call included. */
function quietly(action: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(action, SAID);
  };
}
