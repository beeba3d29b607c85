// One step by hand: one weight followed through forward, loss, errors, gradient and update, with its numbers.
import { type OneStep, oneStep } from "../exact/onestep.ts";
import { configOf } from "../exact/settings.ts";
import type { App } from "../panels/app.ts";
import { clock } from "./clock.ts";
import { type Chosen, stations } from "./formulas.ts";
import { classesOf } from "./knobs.ts";
import { relevant } from "./settings.ts";
import { announce, button, el, panel, picture, plain, replace, say, select } from "./tools.ts";
import { dataOf } from "./trainer.ts";

const STEPS = ["1", "10", "100"];
const SLICE = 8; // milliseconds

/** For runs that can be trained here. */
export function byHand(app: () => App): HTMLElement {
  const { run } = app();
  const settings = relevant(run.summary.config, run.summary.dataset.class_names);
  let found: OneStep | null = null;
  let chosen: Chosen = { layer: 0, unit: 0, input: 0, sample: 0 };
  let stage = 0;
  let turn = 0;
  const controls = el("div", { class: "controls byhand-controls" });
  const shown = el("ol", { class: "stations" });
  const seen = el("div", { class: "station-sample" });
  const said = el("p", { class: "small muted" });
  const look = (number: number): void => {
    const mine = ++turn;
    said.textContent = say("byhand.wait", { n: number });
    try {
      clock<OneStep>({
        steps: oneStep(configOf(settings), dataOf(run, settings), number),
        slice: () => SLICE,
        shown: () => undefined,
        ended(step) {
          if (mine !== turn) return;
          found = step;
          chosen = usual(step);
          stage = 0;
          draw();
        },
        failed(error) {
          said.textContent = String(error);
        },
      }).go();
    } catch (error) {
      said.textContent = error instanceof Error ? error.message : String(error);
    }
  };
  const draw = (): void => {
    if (!found) return;
    const step = found;
    said.textContent = say("byhand.step", { n: step.number, count: step.samples, rate: plain(step.rate) });
    replace(controls, ...fields(app(), step, chosen, put), forwards);
    const cards = stations(app().run, step, chosen);
    const steps = cards.map(({ name, title, lines, value }, i) =>
      el(
        "li",
        {
          class: "station",
          "aria-current": i === stage ? "step" : null,
          "data-station": name,
          "data-value": value,
        },
        el("b", {}, title),
        ...lines.map((line) => el("span", { class: "formula" }, line)),
      ),
    );
    const sample = app().samples.byId.get(step.ids[chosen.sample] as number);
    const image = sample?.values ? picture(app().run, sample.values) : null;
    const words = say("byhand.sample", { id: String(sample?.id) });
    replace(seen, image, image && el("span", { class: "small muted" }, words));
    replace(shown, ...steps);
  };
  const put = (patch: Partial<Chosen>): void => {
    chosen = { ...chosen, ...patch };
    if (found && patch.layer !== undefined) chosen = usual(found, patch.layer, chosen.sample);
    setTimeout(draw); // a Tab that leaves a field moves the focus first
  };
  const forwards = button(say("pager.on"), { "data-action": "next" }, () => {
    stage = (stage + 1) % 5;
    draw();
    const now = shown.querySelector('[aria-current="step"]');
    announce(now?.textContent ?? "");
  });
  const choice = select(
    say("byhand.which"),
    STEPS.map((value): [string, string] => [value, say("byhand.number", { n: Number(value) })]),
    "1",
    (value) => look(Number(value)),
  );
  const start = button(say("byhand.show"), { "data-action": "step" }, () => {
    replace(first, choice);
    look(1);
  });
  const first = el("div", { class: "controls" }, start);
  const intro = say("byhand.intro");
  return panel(
    { title: say("byhand") },
    el("p", {}, intro),
    first,
    said,
    controls,
    el("div", { class: "byhand" }, seen, shown),
  );
}

/** Where something happens: the last layer, the true class, the largest input; or the same of another layer. */
function usual(step: OneStep, layer = step.shapes.length - 1, sample = 0): Chosen {
  const shape = step.shapes[layer];
  const outputs = shape?.outputs ?? 1;
  const deltas = step.deltas[layer]?.subarray(sample * outputs, (sample + 1) * outputs) ?? new Float32Array(1);
  const unit = layer === step.shapes.length - 1 ? (step.labels[sample] ?? 0) : largest(deltas);
  const wide = (shape?.inputs ?? 0) + 1;
  const values = step.inputs[layer]?.subarray(sample * wide, (sample + 1) * wide - 1) ?? new Float32Array(1);
  return { layer, unit, input: largest(values), sample };
}

function largest(values: Float32Array | Float64Array): number {
  let found = 0;
  values.forEach((value, i) => {
    if (Math.abs(value) > Math.abs(values[found] as number)) found = i;
  });
  return found;
}

function fields(
  { run }: App,
  step: OneStep,
  { layer, unit, input, sample }: Chosen,
  put: (patch: Partial<Chosen>) => void,
): HTMLElement[] {
  const shape = step.shapes[layer];
  const last = layer === step.shapes.length - 1;
  const layers = step.shapes.flatMap((each, i): [string, string][] =>
    each.convolution ? [] : [[String(i), `${i + 1}, ${say("units", { count: each.units })}`]],
  );
  const whole = (label: string, now: number, most: number, choose: (value: number) => void): HTMLElement => {
    const field = el("input", { type: "number", min: 1, max: most, value: now + 1 });
    field.addEventListener("change", () => {
      if (field.valueAsNumber >= 1 && field.valueAsNumber <= most) choose(Math.round(field.valueAsNumber) - 1);
      else field.value = String(now + 1);
    });
    return el("label", { class: "field" }, el("span", {}, label), field);
  };
  return [
    select(say("byhand.layer"), layers, String(layer), (value) => put({ layer: Number(value) })),
    last
      ? select(say("class"), classesOf(run, unit), String(unit), (value) => put({ unit: Number(value) }))
      : whole(say("byhand.unit"), unit, shape?.units ?? 1, (value) => put({ unit: value })),
    whole(
      layer ? say("byhand.input") : run.summary.dataset.image_shape ? say("byhand.pixel") : say("byhand.feature"),
      input,
      shape?.inputs ?? 1,
      (value) => put({ input: value }),
    ),
    whole(say("byhand.batch"), sample, step.samples, (value) => put({ sample: value })),
  ];
}
