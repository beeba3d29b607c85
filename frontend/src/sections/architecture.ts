// The network as a chain of layers with exact shapes, and what each layer makes of the selected sample.
import { type App, nameOf, shapeOf, watch } from "../app.ts";
import type { Network } from "../bundle/run.ts";
import { count, percent, plural, short } from "../core/format.ts";
import { argmax, forward } from "../core/network.ts";
import { digit, divergingScale, inkScale, type Shape } from "../view/digit.ts";
import { el, replace, segmented, set } from "../view/dom.ts";
import { absence, panel } from "../view/panel.ts";
import { onThemeChange } from "../view/theme.ts";
import { currentSample } from "./current.ts";

const FILE = "model.json";
const MAX_TILES = 128;

export function architecture(app: App): HTMLElement {
  const { summary, network } = app.run;
  const frame = { title: "Architecture", files: ["run_summary.json", FILE], wide: "w7" };
  const strips: HTMLElement[] = [];
  const blocks = summary.model.layers.map((layer, i) => {
    const strip = el("div", { class: "activations" });
    strips.push(strip);
    const last = i === summary.model.layers.length - 1;
    return el(
      "li",
      { class: "layer" },
      el("span", { class: "units" }, String(layer.units)),
      el("span", { class: "activation" }, layer.activation === "relu" ? "ReLU" : "softmax"),
      strip,
      el("span", { class: "small muted" }, `${layer.inputs} × ${layer.units} weights + ${layer.units}`),
      el("span", { class: "small muted" }, plural(layer.parameters, "parameter")),
      last && el("span", { class: "visually-hidden" }, "one per class"),
    );
  });
  const [height, width] = shapeOf(app.run);
  const input = el("div", { class: "activations" });
  const first = el("li", { class: "layer input" }, el("span", { class: "units" }, String(height * width)), el("span", { class: "activation" }, "pixels"), input, el("span", { class: "small muted" }, `${height} × ${width}, 0 to ${summary.dataset.max_value}`));
  const chain = el("ol", { class: "chain" }, first, ...blocks);
  if (network.state !== "ok") return panel(frame, chain, absence(network, FILE, "Weights"));

  const reading = el("p", { class: "reading" });
  const detail = el("div", { class: "weights" });
  const draw = (): void => {
    const sample = currentSample(app);
    replace(input);
    strips.forEach((strip) => replace(strip));
    if (!sample?.pixels) {
      reading.textContent = "Without an image there is nothing to push through the network.";
      return;
    }
    input.append(digit(sample.pixels, [height, width], summary.dataset.max_value));
    const layers = forward(network.value, sample.pixels);
    layers.forEach((values, i) => strips[i]?.append(units(values)));
    const output = layers.at(-1) ?? [];
    const best = argmax(output);
    const active = layers.slice(0, -1).map((values) => `${values.filter((value) => value > 0).length} of ${values.length}`);
    const through = active.length ? ` ${active.join(", then ")} hidden units respond;` : "";
    reading.textContent = `Sample ${sample.id}, computed here from model.json:${through} the network says ${nameOf(app.run, best)} with ${percent(output[best] ?? 0)}.`;
  };
  watch(app, ["sample"], draw);
  const redraw = (): void => {
    draw();
    drawWeights(detail, app, network.value, chosen);
  };
  let chosen = 0;
  const tabs = segmented("Weights of layer", network.value.layers.map((_, i) => ({ value: String(i), text: `Layer ${i + 1}` })), "0", (value) => {
    chosen = Number(value);
    tabs.show(value);
    drawWeights(detail, app, network.value, chosen);
  });
  onThemeChange(redraw, app.scope);
  const several = network.value.layers.length > 1;
  const weights = el("div", { class: "weights-box" }, el("div", { class: "controls" }, el("h4", {}, "Weights"), several && tabs.element), detail);
  drawWeights(detail, app, network.value, chosen);
  return panel(frame, el("div", { class: "chain-scroll", tabindex: 0, role: "region", "aria-label": "Layers" }, chain), reading, weights);
}

/** Activations of a layer as small squares, in rows of 16 (or one column per class for the last layer). */
function units(values: ArrayLike<number>): HTMLCanvasElement {
  const columns = values.length <= 16 ? values.length : values.length <= 64 ? 8 : 16;
  const rows = Math.ceil(values.length / columns);
  const most = Math.max(...Array.from(values), 1e-9);
  const canvas = digit(values, [rows, columns] as Shape, most, inkScale());
  canvas.classList.add("units-map");
  set(canvas, "data-rows", rows);
  return canvas;
}

function drawWeights(target: HTMLElement, app: App, network: Network, index: number): void {
  const layer = network.layers[index];
  if (!layer) return;
  const shape: Shape = index === 0 ? shapeOf(app.run) : fold(layer.inputs);
  const most = layer.weights.reduce((top, value) => Math.max(top, Math.abs(value)), 1e-9);
  const scale = divergingScale();
  const shown = Math.min(layer.units, MAX_TILES);
  const tiles = Array.from({ length: shown }, (_, unit) => digit(layer.weights.subarray(unit * layer.inputs, (unit + 1) * layer.inputs), shape, most, scale));
  const kind = index === 0 ? "one picture per unit, laid out as the image" : `one picture per unit, its ${layer.inputs} inputs in rows of ${shape[1]}`;
  replace(
    target,
    el("p", { class: "small muted" }, `${count(layer.units)} units: ${kind}. Blue adds, orange subtracts; the strongest weight is ${short(most)}.${shown < layer.units ? ` The first ${shown} are shown.` : ""}`),
    el("div", { class: index === 0 && network.layers.length === 1 ? "tiles-map large" : "tiles-map", role: "img", "aria-label": `Weights of layer ${index + 1}` }, ...tiles),
  );
}

function fold(n: number): Shape {
  const columns = Math.ceil(Math.sqrt(n));
  return [Math.ceil(n / columns), columns];
}
