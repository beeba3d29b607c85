// The formulas of one weight in one step, with its numbers filled in.
import type { Run } from "../bundle/run.ts";
import type { Shape } from "../exact/layers.ts";
import type { OneStep } from "../exact/onestep.ts";
import { nameOf, plain, say } from "./tools.ts";

export interface Chosen {
  layer: number;
  unit: number;
  input: number;
  sample: number; // of the batch
}

export interface Station {
  name: "forward" | "loss" | "errors" | "gradient" | "update";
  title: string;
  lines: string[];
  value: number; // what it comes to
}

/** Six digits, and a minus sign that is one. */
const n = (value: number): string => plain(Number(value.toPrecision(6))).replace("-", "−");
const signed = (value: number): string => (value < 0 ? `(${n(value)})` : n(value));

export function stations(run: Run, step: OneStep, { layer, unit, input, sample }: Chosen): Station[] {
  const { inputs, units, outputs, weights } = step.shapes[layer] as Shape;
  const last = layer === step.shapes.length - 1;
  const at = unit * (weights + 1) + input;
  const of = (matrices: readonly Float32Array[]): number => matrices[layer]?.[at] ?? 0;
  const x = (row: number): number => step.inputs[layer]?.[row * (inputs + 1) + input] ?? 0;
  const delta = (row: number): number => step.deltas[layer]?.[row * outputs + unit] ?? 0;
  const classes = step.shapes.at(-1)?.units ?? 1;
  const label = step.labels[sample] ?? 0;
  const p = step.probabilities[sample * classes + label] ?? 0;
  const own = step.probabilities[sample * classes + unit] ?? 0;
  const target = step.targets[sample * classes + unit] ?? 0;
  const [w, gradient] = [of(step.before), of(step.gradients)];
  const answer = step.inputs[layer + 1]?.[sample * (units + 1) + unit] ?? 0;
  const moved = of(step.decayed) - of(step.after);
  const decayed = of(step.decayed) === w ? n(w) : say("step.decayed", { weight: n(w), decayed: n(of(step.decayed)) });
  return [
    {
      name: "forward",
      title: say("step.forward"),
      lines: [
        `${say("step.product")} = ${signed(w)} × ${signed(x(sample))} = ${n(w * x(sample))}`,
        say("step.parts", { n: inputs, bias: n(step.before[layer]?.[at - input + weights] ?? 0) }),
        last ? `${say("step.softmax")} p(${nameOf(run, unit)}) = ${n(own)}` : `${say("step.relu")} = ${n(answer)}`,
      ],
      value: w * x(sample),
    },
    {
      name: "loss",
      title: say("loss"),
      lines: [`−ln p(${nameOf(run, label)}) = −ln ${n(p)} = ${n(-Math.log(p))}`, say("step.wrong")],
      value: -Math.log(p),
    },
    {
      name: "errors",
      title: say("step.errors"),
      lines: last
        ? [
            `${say("step.error")} = (${n(own)} − ${n(target)}) ÷ ${step.samples} = ${n(delta(sample))}`,
            say("step.blame"),
          ]
        : [answer > 0 ? `${say("step.back")} = ${n(delta(sample))}` : say("step.silent"), say("step.above")],
      value: delta(sample),
    },
    {
      name: "gradient",
      title: say("step.gradient"),
      lines: [
        `${say("step.part")} = ${signed(delta(sample))} × ${signed(x(sample))} = ${n(delta(sample) * x(sample))}`,
        `${say("step.sum", { count: step.samples })} = ${n(gradient)}`,
      ],
      value: gradient,
    },
    {
      name: "update",
      title: say("step.update"),
      lines: [
        `${decayed} − ${signed(moved)} = ${n(of(step.after))}`,
        run.summary.config.get("optimizer") === "adamw"
          ? say("step.adamw", { rate: n(step.rate) })
          : say("step.sgd", { rate: n(step.rate) }),
      ],
      value: of(step.after),
    },
  ];
}
