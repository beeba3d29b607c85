// The features of a table's row, and fields to change them: the answer follows.
import type { App } from "../panels/app.ts";
import { button, el, say, scoreOf, short, shownFeatures } from "./tools.ts";

/** Fields for the features of the selected row, folded away until they are asked for. */
export function editor(app: App, original: ArrayLike<number>): HTMLElement {
  const drawn = app.edited.values;
  const summary = el("summary", {}, say("draw.features"));
  const details = el("details", { class: "data editor", open: drawn !== null }, summary);
  const build = (): void => details.append(...fields(app, original));
  if (details.open) build();
  else details.addEventListener("toggle", build, { once: true });
  return details;
}

/** One number field per feature that is shown. */
function fields(app: App, original: ArrayLike<number>): HTMLElement[] {
  const names = app.run.summary.dataset.feature_names ?? [];
  const values = Array.from(app.edited.values ?? original);
  const shown = shownFeatures(app.run);
  const inputs = shown.map((feature) => {
    const input = el("input", { type: "number", step: "any", value: values[feature] ?? 0 });
    input.addEventListener("input", () => {
      const value = input.valueAsNumber;
      if (!Number.isFinite(value)) return;
      values[feature] = Math.fround(value);
      app.edited.set(values);
    });
    return input;
  });
  const reset = button(say("draw.back"), {}, () => {
    shown.forEach((feature, i) => {
      values[feature] = original[feature] ?? 0;
      (inputs[i] as HTMLInputElement).value = String(original[feature] ?? 0);
    });
    app.edited.set(null);
  });
  const labels = shown.map((feature, i) =>
    el("label", { class: "field" }, el("span", { translate: "no", title: names[feature] }, names[feature]), inputs[i]),
  );
  return [el("div", { class: "feature-fields" }, ...labels), el("div", { class: "controls" }, reset)];
}

/** In standard deviations, as a bar and for screen readers. */
function deviation(score: number): HTMLElement {
  const bar = el("i", {});
  const share = Math.min(3, Math.abs(score)) / 6;
  bar.style.left = `${100 * (score < 0 ? 0.5 - share : 0.5)}%`;
  bar.style.width = `${100 * share}%`;
  const words = score < 0 ? say("deviation.below", { n: short(-score) }) : say("deviation.above", { n: short(score) });
  return el("span", { class: "deviation", title: words }, bar, el("span", { class: "visually-hidden" }, words));
}

/** The features of a row, each with its value and, where the network knows the mean, its deviation from that. */
export function features(app: App, values: ArrayLike<number>): HTMLElement {
  const names = app.run.summary.dataset.feature_names ?? [];
  const shown = shownFeatures(app.run);
  const rows = shown.map((feature) => {
    const score = scoreOf(app.run, values, feature);
    return el(
      "li",
      {},
      el("span", { class: "feature-name", translate: "no", title: names[feature] }, names[feature]),
      el("span", { class: "num" }, short(values[feature] ?? 0)),
      score !== null && deviation(score),
    );
  });
  const counts = { shown: shown.length, all: names.length };
  const some = counts.shown < counts.all;
  const note =
    app.run.network.state !== "ok"
      ? some && say("studio.found", counts)
      : some
        ? say("features.some", counts)
        : say("features.bars");
  return el(
    "div",
    { class: "feature-box" },
    el("ol", { class: "features", "aria-label": say("features") }, ...rows),
    note && el("p", { class: "small muted" }, note),
  );
}
