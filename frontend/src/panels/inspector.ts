// The sample that is looked at: its pixels, what the network said, its look-alikes, and its download.

import { nearest } from "../model/nearest.ts";
import { argmax, probabilities } from "../model/network.ts";
import type { Sample } from "../selection/samples.ts";
import { nameOf, shapeOf, terms } from "../text/facts.ts";
import { certainty } from "../text/format.ts";
import { nearestSentence } from "../text/sentences.ts";
import { save } from "../view/actions.ts";
import { digit, paint, samplePng } from "../view/digit.ts";
import { button, type Child, el, ICONS, icon, replace } from "../view/dom.ts";
import { panel } from "../view/panel.ts";
import { onThemeChange } from "../view/theme.ts";
import { type App, watch } from "./app.ts";
import { CURRENT, currentSample, lookAt } from "./current.ts";
import { pixelEditor } from "./editor.ts";

export function inspector(app: App): HTMLElement {
  const body = el("div", { class: "inspector" });
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
  return panel({ title: "Selected sample", wide: "w4" }, body);
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
  const most = app.run.summary.dataset.max_value;
  const recorded = sample.guess?.probabilities ?? null;
  const computed = recorded === null && sample.pixels !== null && network.state === "ok";
  const canvas = sample.pixels && digit(sample.pixels, shapeOf(app.run), most);
  const verdict = el("p", {});
  const bars = el("div", { class: "bars-box" });
  const near = el("div", { class: "lookalikes" });
  const where = sample.holdout ? "hold-out" : "training";
  const answer = (pixels: ArrayLike<number> | null): readonly number[] | null =>
    network.state === "ok" && pixels ? probabilities(network.value, pixels) : null;
  const original = recorded ?? answer(sample.pixels);
  const rows = (): readonly number[] | null => (app.edited.pixels ? answer(app.edited.pixels) : original);
  const follow = (): void => {
    const { pixels } = app.edited;
    const now = rows();
    if (canvas && sample.pixels) paint(canvas, pixels ?? sample.pixels, shapeOf(app.run), most);
    replace(
      bars,
      now ? barsOf(app, sample, now) : el("p", { class: "small muted" }, "No prediction was recorded for this sample."),
    );
    const guess = now && argmax(now);
    verdict.hidden = guess === null;
    if (guess !== null) say(app, verdict, guess, sample.truth, pixels && original ? argmax(original) : null);
    lookalikes(app, sample, pixels ?? sample.pixels, near);
  };
  const parts = [
    canvas
      ? el("div", { class: "big" }, canvas)
      : el("p", { class: "absence" }, "The run carries no image of this sample."),
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
    sample.pixels && network.state === "ok"
      ? pixelEditor(sample.pixels, app.edited.pixels, shapeOf(app.run), most, app.edited.set)
      : null,
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
      el("b", { translate: "no" }, nameOf(app.run, label), mark && el("span", { class: "visually-hidden" }, mark)),
      el("span", { class: "track" }, fill),
      el("span", { class: "num" }, certainty(value, 1)),
    );
  });
  return el("ol", { class: "bars", "aria-label": "Probability of each class" }, ...rows);
}

/** The training images nearest to what is shown. */
function lookalikes(app: App, sample: Sample, pixels: ArrayLike<number> | null, box: HTMLElement): void {
  const training = app.samples.list.filter((each) => !each.holdout && each.id !== sample.id);
  const near = pixels && app.run.images.state === "ok" ? nearest(pixels, training, 6) : [];
  box.hidden = near.length === 0;
  if (box.hidden) return;
  const items = near.map((each) => {
    const name = nameOf(app.run, each.truth);
    const result = button(
      null,
      {
        class: each.truth === sample.truth ? "near" : "near other",
        "aria-label": `${name}, training sample ${each.id}`,
      },
      () => lookAt(app, each.id),
    );
    if (each.pixels) result.append(digit(each.pixels, shapeOf(app.run), app.run.summary.dataset.max_value));
    result.append(el("span", { translate: "no" }, name));
    return result;
  });
  const agree = near.filter((each) => each.truth === sample.truth).length;
  replace(
    box,
    el("p", { class: "small muted" }, nearestSentence(agree, near.length, nameOf(app.run, sample.truth))),
    el("div", { class: "near-row" }, ...items),
  );
}

/** Of what is shown: a drawing is saved as one. */
function downloads(app: App, sample: Sample, rows: () => readonly number[] | null): HTMLElement {
  const shown = (): ArrayLike<number> | null => app.edited.pixels ?? sample.pixels;
  const name = (): string => `sample-${sample.id}${app.edited.pixels ? "-drawn" : ""}`;
  const record = (): object => {
    const [pixels, now] = [shown(), rows()];
    return {
      sample_id: sample.id,
      ...(app.edited.pixels ? { drawn: true } : {}),
      true_label: sample.truth,
      predicted_label: now ? argmax(now) : null,
      probabilities: now,
      pixels: pixels && Array.from(pixels),
    };
  };
  const csv = (): string => {
    const pixels = Array.from(shown() ?? []);
    const head = `sample_id,true_label,${pixels.map((_, i) => `pixel_${i}`).join(",")}`;
    return [head, [sample.id, sample.truth, ...pixels].join(","), ""].join("\n");
  };
  const { pixels } = sample;
  const png = button("PNG", { disabled: !pixels, "aria-label": "Download as PNG" }, () => {
    const now = shown();
    const zoom = Math.max(1, Math.floor(256 / shapeOf(app.run)[0]));
    if (now)
      void samplePng(now, shapeOf(app.run), app.run.summary.dataset.max_value, zoom).then(
        (blob) => blob && save(`${name()}.png`, blob),
      );
  });
  const json = button("JSON", { "aria-label": "Download as JSON" }, () =>
    save(`${name()}.json`, new Blob([`${JSON.stringify(record(), null, 1)}\n`], { type: "application/json" })),
  );
  const row = button("CSV", { disabled: !pixels, "aria-label": "Download as CSV" }, () =>
    save(`${name()}.csv`, new Blob([csv()], { type: "text/csv" })),
  );
  return el("div", { class: "controls downloads" }, icon(ICONS.download), png, json, row);
}
