// The digest of a network, as artifacts/model.py computes it; SHA-256 (FIPS 180-4) by hand, because pages opened from
// disk have no other that answers at once.

import type { Shape } from "./layers.ts";
import type { Net } from "./network.ts";
import { matricesOf } from "./network.ts";
import type { Data } from "./settings.ts";

/** Digest of the architecture and the bytes of offset, scale, and each layer's weights and bias. */
export function modelDigest(net: Net, { image, maxValue }: Data): string {
  const { shapes, offset, scale } = net;
  const layers = `[${shapes.map((shape, i) => described(shape, i === shapes.length - 1)).join(", ")}]`;
  const size = image && `(${image.channels > 1 ? `${image.channels}, ` : ""}${image.height}, ${image.width})`;
  const head = size ? `(${size}, ${maxValue}, ${layers})` : `(${layers},)`;
  const parts: Uint8Array[] = [
    Uint8Array.from(head, (letter) => letter.charCodeAt(0)),
    littleEndian(offset),
    littleEndian(scale),
  ];
  matricesOf(shapes, net.parameters).forEach((matrix, i) => {
    const { units, weights } = shapes[i] as Shape;
    const { kept, bias } = apart(matrix, units, weights);
    parts.push(littleEndian(kept), littleEndian(bias));
  });
  return sha256(parts);
}

function described({ inputs, units, convolution }: Shape, last: boolean): string {
  const word = (value: number | boolean): string =>
    typeof value === "number" ? String(value) : value ? "True" : "False";
  const extra = convolution
    ? (["channels", "height", "pooled", "width"] as const)
        .map((key) => `, ('${key}', ${word(convolution[key])})`)
        .join("")
    : "";
  return `(${inputs}, ${units}, '${last ? "softmax" : "relu"}'${extra})`;
}

/** Weights (units, weights) and bias (units,) of a matrix. */
export function apart(
  matrix: Float32Array,
  units: number,
  weights: number,
): { kept: Float32Array; bias: Float32Array } {
  const kept = new Float32Array(units * weights);
  const bias = new Float32Array(units);
  for (let unit = 0; unit < units; unit++) {
    const start = unit * (weights + 1);
    kept.set(matrix.subarray(start, start + weights), unit * weights);
    bias[unit] = matrix[start + weights] as number;
  }
  return { kept, bias };
}

function littleEndian(values: Float32Array): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(4 * values.length));
  values.forEach((value, i) => bytes.setFloat32(4 * i, value + 0, true)); // −0 becomes 0, as in Python
  return new Uint8Array(bytes.buffer);
}

const K = new Uint32Array(64);
const START = new Uint32Array(8);
for (let n = 2, found = 0; found < 64; n++) {
  if (Array.from({ length: n - 2 }, (_, i) => i + 2).some((divisor) => n % divisor === 0)) continue;
  K[found] = rootBits(n, 3);
  if (found < 8) START[found] = rootBits(n, 2);
  found++;
}

/** The first 32 bits of the fraction of the nth root of a prime. */
function rootBits(prime: number, n: number): number {
  const target = BigInt(prime) << BigInt(32 * n);
  let low = 0n;
  let high = 1n << 40n;
  while (high - low > 1n) {
    const middle = (low + high) >> 1n;
    if (middle ** BigInt(n) <= target) low = middle;
    else high = middle;
  }
  return Number(low & 0xffffffffn);
}

export function sha256(parts: readonly Uint8Array[]): string {
  const length = parts.reduce((total, part) => total + part.length, 0);
  const bytes = new Uint8Array(Math.ceil((length + 9) / 64) * 64);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  bytes[length] = 0x80;
  const view = new DataView(bytes.buffer);
  view.setUint32(bytes.length - 8, Math.floor(length / 2 ** 29));
  view.setUint32(bytes.length - 4, (length * 8) >>> 0);
  const state = START.slice();
  const w = new Int32Array(64);
  const turned = (x: number, by: number): number => (x >>> by) | (x << (32 - by));
  for (let block = 0; block < bytes.length; block += 64) {
    for (let i = 0; i < 16; i++) w[i] = view.getInt32(block + 4 * i);
    for (let i = 16; i < 64; i++) {
      const [x, y] = [w[i - 15] as number, w[i - 2] as number];
      const s0 = turned(x, 7) ^ turned(x, 18) ^ (x >>> 3);
      const s1 = turned(y, 17) ^ turned(y, 19) ^ (y >>> 10);
      w[i] = (w[i - 16] as number) + s0 + (w[i - 7] as number) + s1;
    }
    let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state;
    for (let i = 0; i < 64; i++) {
      const s1 = turned(e, 6) ^ turned(e, 11) ^ turned(e, 25);
      const one = (h + s1 + ((e & f) ^ (~e & g)) + (K[i] as number) + (w[i] as number)) | 0;
      const s0 = turned(a, 2) ^ turned(a, 13) ^ turned(a, 22);
      const two = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      [h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + two) | 0];
    }
    [a, b, c, d, e, f, g, h].forEach((value, i) => {
      state[i] = (state[i] as number) + value;
    });
  }
  return Array.from(state, (value) => value.toString(16).padStart(8, "0")).join("");
}
