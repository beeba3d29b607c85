// The formulas of one weight in one step, with its numbers filled in.
import type { Run } from "../bundle/run.ts";
import type { Shape } from "../exact/layers.ts";
import type { OneStep } from "../exact/onestep.ts";
import { count, nameOf } from "./tools.ts";

export interface Chosen {
  layer: number;
  unit: number;
  input: number;
  sample: number; // of the batch
}

export interface Station {
  title: string;
  lines: string[];
  value: number; // what it comes to
}

/** Six digits, and a minus sign that is one. */
const n = (value: number): string => String(Number(value.toPrecision(6))).replace("-", "−");
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
  const decayed = of(step.decayed) === w ? n(w) : `${n(w)}, decayed to ${n(of(step.decayed))},`;
  return [
    {
      title: "Forward",
      lines: [
        `weight × input = ${signed(w)} × ${signed(x(sample))} = ${n(w * x(sample))}`,
        `is one of ${count(inputs)} parts of the sum, beside the bias ${n(step.before[layer]?.[at - input + weights] ?? 0)}`,
        last
          ? `softmax of all sums: p(${nameOf(run, unit)}) = ${n(own)}`
          : `the unit answers max(0, sum) = ${n(answer)}`,
      ],
      value: w * x(sample),
    },
    {
      title: "Loss",
      lines: [
        `−ln p(${nameOf(run, label)}) = −ln ${n(p)} = ${n(-Math.log(p))}`,
        "is how wrong the answer to this sample is",
      ],
      value: -Math.log(p),
    },
    {
      title: "Errors",
      lines: last
        ? [
            `(p − target) ÷ samples = (${n(own)} − ${n(target)}) ÷ ${step.samples} = ${n(delta(sample))}`,
            "is this unit’s share of the blame for this sample",
          ]
        : [
            answer > 0
              ? `what the layer above sends back = ${n(delta(sample))}`
              : "0, because the unit did not answer this sample",
            "weights above × their errors, added up",
          ],
      value: delta(sample),
    },
    {
      title: "Gradient",
      lines: [
        `error × input of this sample = ${signed(delta(sample))} × ${signed(x(sample))} = ${n(delta(sample) * x(sample))}`,
        `added up over ${count(step.samples)} samples = ${n(gradient)}`,
      ],
      value: gradient,
    },
    {
      title: "Update",
      lines: [
        `${decayed} − ${signed(moved)} = ${n(of(step.after))}`,
        run.summary.config.get("optimizer") === "adamw"
          ? `AdamW: rate ${n(step.rate)} × mean gradient ÷ root of its mean square`
          : `rate ${n(step.rate)} × gradient with momentum`,
      ],
      value: of(step.after),
    },
  ];
}
