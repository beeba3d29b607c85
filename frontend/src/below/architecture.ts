// The network as a chain of layers with exact shapes, and what each layer makes of the selected sample.

import type { LayerShape } from "../model/layers.ts";
import { argmax, forward } from "../model/network.ts";
import type { App } from "../panels/app.ts";
import { activations, columnsOf } from "./activations.ts";
import { keepCharts, keptTable } from "./keep.ts";
import { lens } from "./lens.ts";
import {
  absence,
  CURRENT,
  count,
  currentSample,
  el,
  imageOf,
  isDeep,
  mapOf,
  nameOf,
  onThemeChange,
  panel,
  picture,
  replace,
  say,
  segmented,
  set,
  share,
  watch,
} from "./tools.ts";
import { drawWeights, numbersOf } from "./weights.ts";

const FILE = "model.json";

export function architecture(app: App): HTMLElement {
  const { summary, network } = app.run;
  const frame = { title: say("architecture"), files: ["run_summary.json", FILE], wide: isDeep(app.run) ? "w12" : "w7" };
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
        layer.convolution?.pooled && `, ${say("layer.pooled")}`,
      ),
      strip,
      el(
        "span",
        { class: "small muted" },
        say("layer.weights", {
          inputs: layer.convolution ? `${layer.convolution.channels} × 3 × 3` : layer.inputs,
          count: layer.units,
        }),
      ),
      el("span", { class: "small muted" }, say("layer.parameters", { count: layer.parameters })),
      last && el("span", { class: "visually-hidden" }, say("layer.class")),
    );
  });
  const image = imageOf(app.run);
  const input = el("div", { class: "activations" });
  const first = el(
    "li",
    { class: "layer input" },
    el("span", { class: "units" }, count(summary.model.layers[0]?.inputs ?? 0)),
    el("span", { class: "activation" }, image ? say("layer.pixels") : say("layer.features")),
    input,
    image &&
      el(
        "span",
        { class: "small muted" },
        `${image.shape.join(" × ")}${image.channels > 1 ? ` × ${say("layer.colours")}` : ""}, ${say("range", { low: "0", high: String(image.most) })}`,
      ),
  );
  const chain = el("ol", { class: "chain" }, first, ...blocks);
  if (network.state !== "ok") return panel(frame, chain, absence(network, FILE, say("weights.title")));

  const reading = el("p", { class: "reading" });
  const detail = el("div", { class: "weights" });
  const glass = lens(app, network.value);
  let kept = false;
  const look = (unit: number): void => {
    for (const tile of detail.querySelectorAll<HTMLElement>("[data-unit]"))
      set(tile, "aria-pressed", String(Number(tile.dataset.unit) === unit));
    glass.show(chosen, unit);
  };
  const onUnit = {
    point(unit: number): void {
      if (!kept) look(unit);
    },
    choose(unit: number): void {
      kept = true;
      look(unit);
    },
  };
  strips.forEach((strip, i) =>
    strip.addEventListener("click", (event) => {
      const layer = network.value.layers[i] as LayerShape;
      const unit = unitAt(event, layer);
      if (unit === null) return;
      if (chosen !== i) turnTo(i);
      onUnit.choose(unit);
    }),
  );
  const draw = (): void => {
    const sample = currentSample(app);
    replace(input);
    strips.forEach((strip) => replace(strip));
    const values = app.edited.values ?? sample?.values;
    if (!sample || !values) {
      reading.textContent = say("chain.none");
      return;
    }
    input.append(picture(app.run, values));
    const layers = forward(network.value, values);
    layers.forEach((each, i) => strips[i]?.append(activations(each, network.value.layers[i])));
    glass.refresh();
    const output = layers.at(-1) ?? [];
    const best = argmax(output);
    const active = layers
      .slice(0, -1)
      .map((each) => say("chain.active", { n: each.filter((value) => value > 0).length, all: each.length }));
    const through = active.length ? `${say("chain.units", { parts: active.join(say("chain.then")) })} ` : "";
    const said = { id: String(sample.id), through, name: nameOf(app.run, best), share: share(output[best] ?? 0) };
    reading.textContent = app.edited.values ? say("chain.drawn", said) : say("chain", said);
  };
  watch(app, CURRENT, draw);
  app.edited.watch(draw, app.scope);
  const redraw = (): void => {
    draw();
    drawWeights(detail, app, network.value, chosen, onUnit);
  };
  let chosen = 0;
  const turnTo = (index: number): void => {
    chosen = index;
    kept = false;
    tabs.show(String(index));
    weights.dataset.shows = say("weights.layer", { n: index + 1 });
    drawWeights(detail, app, network.value, index, onUnit);
  };
  const tabs = segmented(
    say("weights.of"),
    network.value.layers.map((_, i) => ({ value: String(i), text: say("layer", { n: i + 1 }) })),
    "0",
    (value) => turnTo(Number(value)),
  );
  onThemeChange(redraw, app.scope);
  const several = network.value.layers.length > 1;
  const weights = el(
    "div",
    { class: "weights-box" },
    el("div", { class: "controls" }, el("h4", {}, say("weights.title")), several && tabs.element),
    detail,
    glass.element,
    keptTable(say("weights.numbers"), () => numbersOf(app, network.value, chosen)),
  );
  keepCharts(weights).dataset.shows = say("weights.layer", { n: 1 });
  drawWeights(detail, app, network.value, chosen, onUnit);
  return panel(
    frame,
    el("div", { class: "chain-scroll", tabindex: 0, role: "region", "aria-label": say("layers.title") }, chain),
    reading,
    weights,
  );
}

/** The unit whose activation was clicked. */
function unitAt(event: MouseEvent, { units, convolution }: LayerShape): number | null {
  const canvas = event.target instanceof HTMLCanvasElement ? event.target : null;
  if (!canvas) return null;
  const { left, top, width, height } = canvas.getBoundingClientRect();
  const parts = convolution ? Math.ceil(Math.sqrt(units)) : columnsOf(units);
  const rows = Math.ceil(units / parts);
  const column = Math.floor(((event.clientX - left) / width) * parts);
  const unit = Math.floor(((event.clientY - top) / height) * rows) * parts + column;
  return unit >= 0 && unit < units ? unit : null;
}
