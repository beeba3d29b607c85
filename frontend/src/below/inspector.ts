// The sample that is looked at: its picture or features, what the network said, its look-alikes, and its download.

import { nearest } from "../model/nearest.ts";
import { argmax, probabilities } from "../model/network.ts";
import type { App } from "../panels/app.ts";
import type { Sample } from "../selection/samples.ts";
import type { Child } from "../view/dom.ts";
import { responses } from "./activations.ts";
import { barsOf } from "./bars.ts";
import { downloads } from "./downloads.ts";
import { editor, features } from "./editor.ts";
import { nearestSentence } from "./nearest.ts";
import { nearTile } from "./neartile.ts";
import { MAX_CELLS, pixels } from "./pixels.ts";
import { type Ribbon, ribbon } from "./ribbon.ts";
import {
  button,
  CURRENT,
  copyFrom,
  currentSample,
  el,
  imageOf,
  leftOut,
  matrixAt,
  nameOf,
  onThemeChange,
  picture,
  replace,
  restWord,
  say,
  terms,
  watch,
  woven,
} from "./tools.ts";

/** Fills the panel of the selected sample. */
export function inspector(app: App, body: HTMLElement): void {
  let shown: Sample | null = null;
  let follow = (): void => undefined;
  let answers: Ribbon | null = null;
  const past = el("p", { class: "small muted then" });
  const then = (): void => {
    const { selection } = app.store;
    const label = shown && app.shown.labels(selection) && app.shown.label(selection, shown);
    answers?.mark(selection.epoch);
    replace(past, ...(label !== null && shown ? thenSaid(app, label) : [answers?.sentence ?? "\u00a0"]));
  };
  const draw = (): void => {
    if (!shown) {
      const why = app.samples.list.length ? say("inspector.none") : say("inspector.empty");
      replace(body, el("div", { class: "absence" }, el("p", {}, why)));
    } else {
      const view = viewOf(app, shown, past);
      ({ follow, answers } = view);
      follow();
      replace(body, ...view.parts); // whole, so that the focus finds its place in it
    }
  };
  watch(app, CURRENT, () => {
    const next = currentSample(app);
    if (next !== shown) {
      follow = () => undefined; // a drawing ends with its sample
      app.edited.set(null);
    }
    const same = next === shown && body.hasChildNodes();
    shown = next;
    if (!same) draw();
    then();
  });
  app.edited.watch(() => follow(), app.scope);
  onThemeChange(draw, app.scope);
}

/** What it was taken for at another epoch than the last, on one line that is always there. */
function thenSaid(app: App, label: number): Child[] {
  const name = el("span", { translate: "no" }, nameOf(app.run, label));
  const epoch = matrixAt(app.run, app.store.selection.epoch)?.epoch ?? 0; // the last one kept
  return woven(say("inspector.then", { epoch, as: terms(app.run).as }), { name });
}

interface View {
  parts: (HTMLElement | null)[];
  follow(): void; // show what is drawn now
  answers: Ribbon | null; // over the epochs
}

function viewOf(app: App, sample: Sample, past: HTMLElement): View {
  const { network } = app.run;
  const recorded = sample.guess?.probabilities ?? null;
  const computed = recorded === null && sample.values !== null && network.state === "ok";
  const drawn = sample.values && pictureOf(app, sample.values);
  const listed = el("div", {});
  const verdict = el("p", {});
  const bars = el("div", { class: "bars-box" });
  const layers = el("div", { class: "net" });
  const near = el("div", { class: "lookalikes" });
  const where = sample.holdout ? say("holdout.word") : restWord(app.run);
  const answer = (values: ArrayLike<number> | null): readonly number[] | null =>
    network.state === "ok" && values ? probabilities(network.value, values) : null;
  const original = recorded ?? answer(sample.values);
  const rows = (): readonly number[] | null => (app.edited.values ? answer(app.edited.values) : original);
  const follow = (): void => {
    const { values } = app.edited;
    const now = rows();
    const shown = values ?? sample.values;
    if (!drawn && shown) replace(listed, features(app, shown));
    replace(
      bars,
      now ? barsOf(app.run, sample.truth, now) : el("p", { class: "small muted" }, say("inspector.unrecorded")),
    );
    replace(layers, ...(shown && network.state === "ok" ? responses(network.value, shown) : []));
    const guess = now && argmax(now);
    verdict.hidden = guess === null;
    if (guess !== null) judge(app, verdict, guess, sample.truth, values && original ? argmax(original) : null);
    lookalikes(app, sample, shown, near);
  };
  const name = el(
    "p",
    { class: "sample-name" },
    say("sample.id", { id: String(sample.id) }),
    el(
      "span",
      { class: "muted" },
      ` · ${where} · ${say("true.word")} `,
      el("span", { translate: "no" }, nameOf(app.run, sample.truth)),
    ),
  );
  const note = computed && el("p", { class: "small muted" }, say("inspector.computed"));
  const none =
    !sample.values &&
    el("p", { class: "absence" }, imageOf(app.run) ? say("inspector.image") : say("inspector.features"));
  const answers = ribbon(app, sample);
  const facts = el("div", { class: "facts" }, name, verdict, past, answers?.element);
  const parts = [
    el("div", { class: "look" }, drawn || none || null, facts, layers, bars),
    note || null,
    listed,
    sample.values && network.state === "ok" && !imageOf(app.run) ? editor(app, sample.values) : null,
    near,
    downloads(app, sample, rows),
  ];
  return { parts, follow, answers };
}

/** The picture, which can be drawn over wherever an answer can be computed; null for a table. */
function pictureOf(app: App, values: ArrayLike<number>): HTMLElement | null {
  const image = imageOf(app.run);
  if (!image) return null;
  const { shape, channels, most } = image;
  if (app.run.network.state !== "ok" || shape[0] * shape[1] > MAX_CELLS)
    return el("div", { class: "big" }, picture(app.run, values));
  const { box, controls } = pixels(app, values);
  if (channels === 1 && shape[0] * shape[1] === 64 && most <= 255) controls.append(linkTo(app, values));
  return el("div", { class: "drawn" }, box, controls);
}

/** Copies an address that opens the laboratory with the picture as it is drawn. */
function linkTo(app: App, values: ArrayLike<number>): HTMLElement {
  const link = button(say("draw.link"), { class: "quiet" }, () => {
    const bytes = Array.from(app.edited.values ?? values, Math.round);
    const text = btoa(String.fromCharCode(...bytes))
      .replaceAll("+", "-")
      .replaceAll("/", "_")
      .replaceAll("=", "");
    void copyFrom(link, `${location.href.split("#")[0]}#lab=1.p.${text}`); // as lab/link.ts reads it
  });
  return link;
}

/** What the network says; of a drawing, also what it said before. */
function judge(app: App, verdict: HTMLElement, guess: number, truth: number, before: number | null): void {
  const name = (label: number): HTMLElement => el("span", { translate: "no" }, nameOf(app.run, label));
  const { as } = terms(app.run);
  if (before !== null) {
    verdict.className = "verdict";
    const text = before === guess ? say("drawn.same", { as }) : say("drawn.other", { as });
    replace(verdict, ...woven(text, { now: name(guess), before: name(before) }));
    return;
  }
  verdict.className = guess === truth ? "verdict good" : "verdict bad";
  const read = `${as.slice(0, 1).toUpperCase()}${as.slice(1)}`;
  const text = guess === truth ? say("judged.right", { read }) : say("judged.wrong", { read });
  replace(verdict, ...woven(text, { guess: name(guess), truth: name(truth) }));
}

/** What a difference of one is worth: the features of a table are compared in standard deviations. */
function scaleOf(app: App): ArrayLike<number> | null {
  const { network } = app.run;
  return !imageOf(app.run) && network.state === "ok" ? network.value.scale : null;
}

/** The training samples nearest to what is shown. */
function lookalikes(app: App, sample: Sample, values: ArrayLike<number> | null, box: HTMLElement): void {
  const training = app.samples.list.filter((each) => !each.holdout && each.id !== sample.id);
  const near = values && app.run.images.state === "ok" ? nearest(values, training, 6, scaleOf(app)) : [];
  box.hidden = near.length === 0;
  if (box.hidden) return;
  const items = near.map((each) => nearTile(app, each, sample.truth));
  const agree = near.filter((each) => each.truth === sample.truth).length;
  replace(
    box,
    el(
      "p",
      { class: "small muted" },
      nearestSentence(agree, near.length, nameOf(app.run, sample.truth), imageOf(app.run) !== null, leftOut(app.run)),
    ),
    el("div", { class: "near-row" }, ...items),
  );
}
