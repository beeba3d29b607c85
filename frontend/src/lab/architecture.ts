// The network as a chain of layers with exact shapes, and what each layer makes of the selected sample.

import type { Layer, Network } from "../bundle/run.ts";
import type { LayerShape } from "../model/layers.ts";
import { argmax, forward } from "../model/network.ts";
import type { App } from "../panels/app.ts";
import type { Shape } from "../view/digit.ts";
import {
  absence,
  CURRENT,
  count,
  currentSample,
  digit,
  divergingScale,
  el,
  imageOf,
  inkScale,
  isDeep,
  KERNEL,
  mapOf,
  nameOf,
  onThemeChange,
  panel,
  picture,
  plural,
  replace,
  segmented,
  share,
  short,
  shownFeatures,
  watch,
} from "./tools.ts";

const FILE = "model.json";
const MAX_TILES = 128;

export function architecture(app: App): HTMLElement {
  const { summary, network } = app.run;
  const frame = { title: "Architecture", files: ["run_summary.json", FILE], wide: isDeep(app.run) ? "w12" : "w7" };
  const strips: HTMLElement[] = [];
  const blocks = summary.model.layers.map((layer, i) => {
    const strip = el("div", { class: "activations" });
    strips.push(strip);
    const last = i === summary.model.layers.length - 1;
    return el(
      "li",
      { class: "layer" },
      el(
        "span",
        { class: "units" },
        layer.convolution ? `${layer.units} × ${mapOf(layer).join(" × ")}` : String(layer.units),
      ),
      el(
        "span",
        { class: "activation" },
        layer.activation === "relu" ? "ReLU" : "softmax",
        layer.convolution?.pooled && ", largest of 2 × 2",
      ),
      strip,
      el(
        "span",
        { class: "small muted" },
        `${layer.convolution ? `${layer.convolution.channels} × 3 × 3` : layer.inputs} × ${layer.units} weights + ${plural(layer.units, "bias", "biases")}`,
      ),
      el("span", { class: "small muted" }, plural(layer.parameters, "parameter")),
      last && el("span", { class: "visually-hidden" }, "one per class"),
    );
  });
  const image = imageOf(app.run);
  const input = el("div", { class: "activations" });
  const first = el(
    "li",
    { class: "layer input" },
    el("span", { class: "units" }, count(summary.model.layers[0]?.inputs ?? 0)),
    el("span", { class: "activation" }, image ? "pixels" : "features"),
    input,
    image &&
      el(
        "span",
        { class: "small muted" },
        `${image.shape.join(" × ")}${image.channels > 1 ? " × 3 colours" : ""}, 0 to ${image.most}`,
      ),
  );
  const chain = el("ol", { class: "chain" }, first, ...blocks);
  if (network.state !== "ok") return panel(frame, chain, absence(network, FILE, "Weights"));

  const reading = el("p", { class: "reading" });
  const detail = el("div", { class: "weights" });
  const draw = (): void => {
    const sample = currentSample(app);
    replace(input);
    strips.forEach((strip) => replace(strip));
    const values = app.edited.values ?? sample?.values;
    if (!sample || !values) {
      reading.textContent = "Without a sample there is nothing to push through the network.";
      return;
    }
    input.append(picture(app.run, values));
    const layers = forward(network.value, values);
    layers.forEach((each, i) => strips[i]?.append(activations(each, network.value.layers[i])));
    const output = layers.at(-1) ?? [];
    const best = argmax(output);
    const active = layers
      .slice(0, -1)
      .map((each) => `${count(each.filter((value) => value > 0).length)} of ${count(each.length)}`);
    const through = active.length ? ` ${active.join(", then ")} hidden units respond;` : "";
    const drawn = app.edited.values ? " as it is drawn now" : "";
    reading.textContent = `Sample ${sample.id}${drawn}, computed here from model.json:${through} the network says ${nameOf(app.run, best)} with ${share(output[best] ?? 0)}.`;
  };
  watch(app, CURRENT, draw);
  app.edited.watch(draw, app.scope);
  const redraw = (): void => {
    draw();
    drawWeights(detail, app, network.value, chosen);
  };
  let chosen = 0;
  const tabs = segmented(
    "Weights of layer",
    network.value.layers.map((_, i) => ({ value: String(i), text: `Layer ${i + 1}` })),
    "0",
    (value) => {
      chosen = Number(value);
      tabs.show(value);
      drawWeights(detail, app, network.value, chosen);
    },
  );
  onThemeChange(redraw, app.scope);
  const several = network.value.layers.length > 1;
  const weights = el(
    "div",
    { class: "weights-box" },
    el("div", { class: "controls" }, el("h4", {}, "Weights"), several && tabs.element),
    detail,
  );
  drawWeights(detail, app, network.value, chosen);
  return panel(
    frame,
    el("div", { class: "chain-scroll", tabindex: 0, role: "region", "aria-label": "Layers" }, chain),
    reading,
    weights,
  );
}

/** Activations of a dense layer as small squares, in rows of at most 16; of a convolution, one small image per unit. */
function activations(values: ArrayLike<number>, layer?: LayerShape): HTMLCanvasElement {
  const most = Math.max(...Array.from(values), 1e-9);
  if (layer?.convolution) {
    const sheet = mosaic(values, layer.units, mapOf(layer));
    return digit(sheet.values, sheet.shape, most, inkScale());
  }
  const columns = values.length <= 16 ? values.length : values.length <= 64 ? 8 : 16;
  const rows = Math.ceil(values.length / columns);
  const canvas = digit(values, [rows, columns] as Shape, most, inkScale());
  canvas.classList.add("units-map");
  canvas.style.width = `min(100%, ${Math.min(88 / rows, 22) * columns}px)`;
  return canvas;
}

function drawWeights(target: HTMLElement, app: App, network: Network, index: number): void {
  const layer = network.layers[index];
  if (!layer) return;
  const { parts, shape, kind } = layout(app, network, index);
  const most = layer.weights.reduce((top, value) => Math.max(top, Math.abs(value)), 1e-9);
  const scale = divergingScale();
  const shown = Math.min(layer.units, MAX_TILES);
  const each = layer.weights.length / layer.units;
  const names = index === 0 ? app.run.summary.dataset.feature_names : undefined;
  if (names) {
    replace(target, ...matrixOf(app, layer, names, most));
    return;
  }
  const tiles = Array.from({ length: shown }, (_, unit) => {
    const sheet = mosaic(layer.weights.subarray(unit * each, (unit + 1) * each), parts, shape);
    return digit(sheet.values, sheet.shape, most, scale);
  });
  replace(
    target,
    el(
      "p",
      { class: "small muted" },
      `${plural(layer.units, "unit")}: one picture per unit, ${kind}. Blue adds, orange subtracts; the strongest weight is ${short(most)}.${shown < layer.units ? ` The first ${shown} are shown.` : ""}`,
    ),
    el(
      "div",
      {
        class: network.layers.length === 1 && shown <= 10 ? "tiles-map large" : "tiles-map",
        role: "img",
        "aria-label": `Weights of layer ${index + 1}`,
      },
      ...tiles,
    ),
  );
}

/** The weights of a table's first layer: a row for each feature that is shown, a column for each unit. */
function matrixOf(app: App, layer: Layer, names: readonly string[], most: number): HTMLElement[] {
  const features = shownFeatures(app.run);
  const values = features.flatMap((feature) =>
    Array.from({ length: layer.units }, (_, unit) => layer.weights[unit * layer.inputs + feature] ?? 0),
  );
  const canvas = digit(values, [features.length, layer.units], most, divergingScale());
  const few =
    features.length < names.length
      ? ` ${features.length} of ${names.length} features, those with the largest weights.`
      : "";
  return [
    el(
      "p",
      { class: "small muted" },
      `A row for each feature, a column for each of ${plural(layer.units, "unit")}. Blue adds, orange subtracts; the strongest weight is ${short(most)}.${few}`,
    ),
    el(
      "div",
      { class: "weight-rows" },
      el("ol", {}, ...features.map((feature) => el("li", { translate: "no", title: names[feature] }, names[feature]))),
      el("div", { class: "weight-matrix", role: "img", "aria-label": "Weights of layer 1, features by units" }, canvas),
    ),
  ];
}

/** How the weights of one unit are laid out: the number of parts, their shape, and both in words. */
function layout(app: App, network: Network, index: number): { parts: number; shape: Shape; kind: string } {
  const [layer, before] = [network.layers[index] as Layer, network.layers[index - 1]];
  if (layer.convolution) {
    const { channels } = layer.convolution;
    return {
      parts: channels,
      shape: [KERNEL, KERNEL],
      kind: channels > 1 ? `3 × 3 weights for each of ${channels} channels` : "3 × 3 weights",
    };
  }
  const image = imageOf(app.run);
  if (!before && image)
    return {
      parts: image.channels,
      shape: image.shape,
      kind: image.channels > 1 ? "laid out as the image, once for red, green and blue" : "laid out as the image",
    };
  if (!before) return { parts: 1, shape: [1, layer.inputs], kind: "one square per feature" };
  if (before.convolution)
    return { parts: before.units, shape: mapOf(before), kind: `laid out as the ${before.units} images before` };
  const columns = Math.ceil(Math.sqrt(layer.inputs));
  return {
    parts: 1,
    shape: [Math.ceil(layer.inputs / columns), columns],
    kind: `its ${layer.inputs} inputs in rows of ${columns}`,
  };
}

/** Small images side by side, a pixel apart, in rows that make about a square. */
export function mosaic(
  values: ArrayLike<number>,
  parts: number,
  [height, width]: Shape,
): { values: ArrayLike<number>; shape: Shape } {
  if (parts === 1) return { values, shape: [height, width] };
  const across = Math.ceil(Math.sqrt((parts * height) / width));
  const shape: Shape = [Math.ceil(parts / across) * (height + 1) - 1, across * (width + 1) - 1];
  const sheet = new Float64Array(shape[0] * shape[1]);
  for (let i = 0; i < parts * height * width; i++) {
    const part = Math.floor(i / (height * width));
    const row = Math.floor(part / across) * (height + 1) + (Math.floor(i / width) % height);
    sheet[row * shape[1] + (part % across) * (width + 1) + (i % width)] = values[i] ?? 0;
  }
  return { values: sheet, shape };
}
