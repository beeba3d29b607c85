// The weights of a softmax regression in a link: one byte for each, and a scale for each class. Pure.
import type { Network } from "../bundle/run.ts";

const LEVELS = 127;
const SCALE_BITS = 16; // a scale is m · 2^e: two bytes of m, one of e

/** Bytes of a network without hidden layers, its scaling of the inputs taken into the weights; null for any other. */
export function packed({ layers, offset, scale }: Network): number[] | null {
  const [layer] = layers;
  if (!layer || layers.length > 1) return null;
  const { units, inputs, weights, bias } = layer;
  const bytes: number[] = [units, inputs & 255, inputs >> 8];
  for (let unit = 0; unit < units; unit++) {
    let shift = bias[unit] as number;
    const row = Array.from({ length: inputs }, (_, i) => {
      const weight = (weights[unit * inputs + i] as number) / (scale[i] ?? 1);
      shift -= weight * (offset[i] ?? 0);
      return weight;
    });
    bytes.push(...rowBytes(row), ...rowBytes([shift]));
  }
  return bytes;
}

function rowBytes(row: readonly number[]): number[] {
  const most = Math.max(...row.map(Math.abs));
  const exponent = most > 0 ? Math.max(-128, Math.min(127, Math.ceil(Math.log2(most)))) : 0;
  const mantissa = Math.min(2 ** SCALE_BITS - 1, Math.ceil((most / 2 ** exponent) * (2 ** SCALE_BITS - 1)));
  const step = scaleOf(mantissa, exponent) / LEVELS;
  const level = (value: number): number => (step > 0 ? Math.round(value / step) : 0) & 255;
  return [mantissa & 255, mantissa >> 8, exponent & 255, ...row.map(level)];
}

const scaleOf = (mantissa: number, exponent: number): number => (mantissa / (2 ** SCALE_BITS - 1)) * 2 ** exponent;
const signed = (byte: number): number => (byte > 127 ? byte - 256 : byte);

/** The network of such bytes for so many inputs and classes; null for any others. */
export function unpacked(bytes: readonly number[], inputs: number, classes: number): Network | null {
  if (bytes.length !== 3 + classes * (inputs + 7) || bytes[0] !== classes) return null;
  if ((bytes[1] ?? 0) + 256 * (bytes[2] ?? 0) !== inputs) return null;
  const weights = new Float32Array(classes * inputs);
  const bias = new Float32Array(classes);
  let at = 3;
  const step = (): number => {
    const size = scaleOf((bytes[at] ?? 0) + 256 * (bytes[at + 1] ?? 0), signed(bytes[at + 2] ?? 0)) / LEVELS;
    at += 3;
    return size;
  };
  for (let unit = 0; unit < classes; unit++) {
    const size = step();
    for (let i = 0; i < inputs; i++) weights[unit * inputs + i] = size * signed(bytes[at++] ?? 0);
    bias[unit] = step() * signed(bytes[at++] ?? 0);
  }
  const layer = { inputs, units: classes, activation: "softmax" as const, weights, bias };
  return { offset: new Float32Array(inputs), scale: new Float32Array(inputs).fill(1), layers: [layer], sha256: "" };
}
