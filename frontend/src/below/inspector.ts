// The sample that is looked at: its picture or features, what the network said, its look-alikes, and its download.

import type { Run } from "../bundle/run.ts";
import { nearest } from "../model/nearest.ts";
import { argmax, probabilities } from "../model/network.ts";
import type { App } from "../panels/app.ts";
import type { Sample } from "../selection/samples.ts";
import type { Child } from "../view/dom.ts";
import { downloads } from "./downloads.ts";
import { editor, features } from "./editor.ts";
import { nearestSentence } from "./nearest.ts";
import { nearTile } from "./neartile.ts";
import {
  CURRENT,
  certainty,
  currentSample,
  el,
  imageOf,
  lookOf,
  nameOf,
  onThemeChange,
  picture,
  replace,
  terms,
  watch,
} from "./tools.ts";

/** Fills the panel of the selected sample. */
export function inspector(app: App, body: HTMLElement): void {
  let shown: Sample | null = null;
  let follow = (): void => undefined;
  const past = el("p", { class: "small muted then" });
  const then = (): void => {
    const { selection } = app.store;
    const label = shown && app.shown.labels(selection) && app.shown.label(selection, shown);
    replace(past, ...(label !== null && shown ? thenSaid(app, selection.epoch ?? 0, label) : ["\u00a0"]));
  };
  const draw = (): void => {
    if (!shown) {
      const why = app.samples.list.length ? "No sample matches, so none is selected." : "This run carries no sample.";
      replace(body, el("div", { class: "absence" }, el("p", {}, why)));
    } else {
      const view = viewOf(app, shown, past);
      replace(body, ...view.parts);
      follow = view.follow;
      follow();
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
function thenSaid(app: App, epoch: number, label: number): Child[] {
  const name = el("span", { translate: "no" }, nameOf(app.run, label));
  return [`After epoch ${epoch} it was ${terms(app.run).as} `, name, "."];
}

interface View {
  parts: (HTMLElement | null)[];
  follow(): void; // show what is drawn now
}

function viewOf(app: App, sample: Sample, past: HTMLElement): View {
  const { network } = app.run;
  const recorded = sample.guess?.probabilities ?? null;
  const computed = recorded === null && sample.values !== null && network.state === "ok";
  const image = imageOf(app.run) !== null;
  const canvas = sample.values && image ? picture(app.run, sample.values) : null;
  const listed = el("div", {});
  const verdict = el("p", {});
  const bars = el("div", { class: "bars-box" });
  const near = el("div", { class: "lookalikes" });
  const where = sample.holdout ? "hold-out" : "training";
  const answer = (values: ArrayLike<number> | null): readonly number[] | null =>
    network.state === "ok" && values ? probabilities(network.value, values) : null;
  const original = recorded ?? answer(sample.values);
  const rows = (): readonly number[] | null => (app.edited.values ? answer(app.edited.values) : original);
  const follow = (): void => {
    const { values } = app.edited;
    const now = rows();
    const shown = values ?? sample.values;
    if (canvas && shown) canvas.getContext("2d")?.putImageData(lookOf(app.run).image(shown), 0, 0);
    if (!image && shown) replace(listed, features(app, shown));
    replace(
      bars,
      now
        ? barsOf(app.run, sample.truth, now)
        : el("p", { class: "small muted" }, "No prediction was recorded for this sample."),
    );
    const guess = now && argmax(now);
    verdict.hidden = guess === null;
    if (guess !== null) say(app, verdict, guess, sample.truth, values && original ? argmax(original) : null);
    lookalikes(app, sample, shown, near);
  };
  const parts = [
    canvas
      ? el("div", { class: "big" }, canvas)
      : sample.values
        ? null
        : el("p", { class: "absence" }, `The run carries no ${image ? "image" : "features"} of this sample.`),
    el(
      "div",
      { class: "facts" },
      el(
        "p",
        { class: "sample-name" },
        `Sample ${sample.id}`,
        el(
          "span",
          { class: "muted" },
          ` · ${where} · true `,
          el("span", { translate: "no" }, nameOf(app.run, sample.truth)),
        ),
      ),
      verdict,
      past,
    ),
    listed,
    sample.values && network.state === "ok" ? editor(app, sample.values) : null,
    bars,
    computed
      ? el(
          "p",
          { class: "small muted" },
          "Computed here from model.json: predictions are recorded for the hold-out only.",
        )
      : null,
    near,
    downloads(app, sample, rows),
  ];
  return { parts, follow };
}

/** What the network says; of a drawing, also what it said before. */
function say(app: App, verdict: HTMLElement, guess: number, truth: number, before: number | null): void {
  const name = (label: number): HTMLElement => el("span", { translate: "no" }, nameOf(app.run, label));
  const { as } = terms(app.run);
  const [first, rest] = [as.slice(0, 1).toUpperCase(), as.slice(1)];
  if (before !== null) {
    verdict.className = "verdict";
    replace(
      verdict,
      `Drawn like this it is ${as} `,
      name(guess),
      before === guess ? ", as before." : "; as recorded, ",
      before !== guess && name(before),
      before !== guess && ".",
    );
    return;
  }
  verdict.className = guess === truth ? "verdict good" : "verdict bad";
  replace(
    verdict,
    `${first}${rest} `,
    name(guess),
    guess === truth ? ", which it is." : ", but it is ",
    guess !== truth && name(truth),
    guess !== truth && ".",
  );
}

export function barsOf(run: Run, truth: number | null, values: readonly number[]): HTMLElement {
  const top = argmax(values);
  const keys = values.map((_, i) => i);
  const shown = keys.length > 12 ? keys.sort((a, b) => (values[b] ?? 0) - (values[a] ?? 0)).slice(0, 10) : keys;
  const rows = shown.map((label) => {
    const value = values[label] ?? 0;
    const fill = el("i", {});
    fill.style.width = `${100 * value}%`;
    const kind = label === (truth ?? top) ? "truth" : label === top ? "wrong" : null;
    const mark = label === truth ? " (true)" : label === top ? " (predicted)" : "";
    return el(
      "li",
      { class: kind },
      el("b", { translate: "no" }, nameOf(run, label), mark && el("span", { class: "visually-hidden" }, mark)),
      el("span", { class: "track" }, fill),
      el("span", { class: "num" }, certainty(value, 1)),
    );
  });
  return el("ol", { class: "bars", "aria-label": "Probability of each class" }, ...rows);
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
  const items = near.map((each) => nearTile(app, each, "training sample", sample.truth));
  const agree = near.filter((each) => each.truth === sample.truth).length;
  replace(
    box,
    el(
      "p",
      { class: "small muted" },
      nearestSentence(agree, near.length, nameOf(app.run, sample.truth), terms(app.run).image),
    ),
    el("div", { class: "near-row" }, ...items),
  );
}
