// One unit of the network, looked into: its weights, what it makes of the selected sample, what excites it, what it votes for.
import type { Layer, Network } from "../bundle/run.ts";
import { exciting, unitAnswer, workOf } from "../model/units.ts";
import type { App } from "../panels/app.ts";
import type { Sample } from "../selection/samples.ts";
import { nearTile } from "./neartile.ts";
import {
  currentSample,
  digit,
  divergingScale,
  el,
  inkScale,
  largest,
  mapOf,
  nameOf,
  replace,
  say,
  sentence,
  short,
} from "./tools.ts";
import { layout, mosaic } from "./weights.ts";

const WORK = 4e7; // multiplications: less than a tenth of a second
const SHOWN = 10;

export interface Lens {
  element: HTMLElement;
  show(layer: number, unit: number): void;
  refresh(): void; // another sample, another theme
}

export function lens(app: App, network: Network): Lens {
  const element = el("div", { class: "lens" });
  const found = new Map<number, { among: Sample[]; best: number[][] }>();
  let shown: [layer: number, unit: number] | null = null;

  const best = (index: number): { among: Sample[]; best: number[][] } => {
    let known = found.get(index);
    if (!known) {
      const all = app.samples.list.filter(({ values }) => values !== null);
      const step = Math.ceil((all.length * workOf(network)) / WORK) || 1;
      const among = all.filter((_, i) => i % step === 0);
      const values = among.map((sample) => sample.values as ArrayLike<number>);
      known = { among, best: exciting(network, values, index, SHOWN) };
      found.set(index, known);
    }
    return known;
  };

  const refresh = (): void => {
    if (!shown) {
      replace(element, el("p", { class: "small muted" }, say("lens.hint")));
      return;
    }
    const [index, unit] = shown;
    const layer = network.layers[index] as Layer;
    const { among, best: top } = best(index);
    const excited = (top[unit] ?? []).map((i) => among[i] as Sample);
    const sample = currentSample(app);
    const values = app.edited.values ?? sample?.values;
    const { parts, shape } = layout(app, network, index);
    const figure = (numbers: ArrayLike<number>, caption: string): HTMLElement => {
      const sheet = mosaic(numbers, parts, shape);
      const most = largest(Array.from(numbers, Math.abs), 1e-9);
      return el("figure", {}, digit(sheet.values, sheet.shape, most, divergingScale()), el("figcaption", {}, caption));
    };
    const answer = values && unitAnswer(network, values, index, unit);
    const weights = layer.weights.subarray(
      (unit * layer.weights.length) / layer.units,
      ((unit + 1) * layer.weights.length) / layer.units,
    );
    replace(
      element,
      el(
        "div",
        { class: "lens-pictures" },
        figure(weights, say("lens.weights")),
        answer?.products && figure(answer.products, say("lens.products")),
        answer &&
          layer.convolution &&
          el(
            "figure",
            {},
            digit(answer.map, mapOf(layer), largest(answer.map, 1e-9), inkScale()),
            el("figcaption", {}, say("lens.map.caption")),
          ),
      ),
      el(
        "div",
        { class: "stack" },
        answer && sample && el("p", {}, ...answerOf(layer, index, unit, sample, answer)),
        excited.length > 0 && el("p", { class: "small muted" }, `${say("lens.exciting", { all: among.length })}:`),
        excited.length > 0 && el("div", { class: "near-row" }, ...excited.map((each) => nearTile(app, each))),
        votes(app, network, index, unit, answer?.answer ?? null),
      ),
    );
  };
  refresh();
  return {
    element,
    refresh,
    show(layer, unit) {
      shown = [layer, unit];
      refresh();
    },
  };
}

/** A number as it is written, with all its digits for whoever reads the page by a program. */
const exact = (value: number): HTMLElement => el("data", { value: String(value) }, short(value).replace("-", "−"));

function answerOf(
  layer: Layer,
  index: number,
  unit: number,
  sample: Sample,
  { products, answer, sum, bias }: ReturnType<typeof unitAnswer>,
): (HTMLElement | string)[] {
  const numbers: Record<string, number> = { answer, sum, bias: Math.abs(bias) };
  const names = {
    unit: String(unit + 1),
    layer: String(index + 1),
    sample: String(sample.id),
    sign: bias < 0 ? "−" : "+",
  };
  const marked = { ...names, answer: "|answer|", sum: "|sum|", bias: "|bias|" };
  const text = products ? say("lens", marked) : say("lens.map", marked);
  const silent = layer.activation === "relu" && products && sum + bias <= 0 ? say("lens.silent") : "";
  return [...text.split("|").map((part, i) => (i % 2 ? exact(numbers[part] ?? 0) : part)), sentence(silent)];
}

/** Its strongest weights to the layer after it; of the last hidden layer, to the classes. */
function votes(app: App, network: Network, index: number, unit: number, answer: number | null): HTMLElement | null {
  const after = network.layers[index + 1];
  if (!after) return el("p", { class: "small muted" }, say("lens.output", { name: nameOf(app.run, unit) }));
  if (after.convolution || network.layers[index]?.convolution) return null;
  const last = index + 2 === network.layers.length;
  const all = Array.from({ length: after.units }, (_, to) => ({
    to,
    weight: after.weights[to * after.inputs + unit] ?? 0,
  }));
  const strongest = [...all].sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight)).slice(0, SHOWN);
  const listed = all.length > SHOWN ? strongest : all;
  const most = largest(
    strongest.map(({ weight }) => Math.abs(weight)),
    1e-9,
  );
  const rows = listed.map(({ to, weight }) => {
    const bar = el("i", { class: weight < 0 ? "against" : "for" });
    bar.style.width = `${(50 * Math.abs(weight)) / most}%`;
    return el(
      "li",
      {},
      el("b", { translate: "no" }, last ? nameOf(app.run, to) : say("unit.word", { n: to + 1 })),
      el("span", { class: "vote" }, bar),
      el("span", { class: "num" }, exact(weight)),
      answer !== null && el("span", { class: "num muted" }, `${say("lens.times")} `, exact(weight * answer)),
    );
  });
  const words = last ? say("lens.votes") : say("lens.next");
  return el(
    "div",
    {},
    el("p", { class: "small muted" }, `${words}:`),
    el("ol", { class: "votes", "aria-label": words }, ...rows),
  );
}
