// Small random moves of the training images, as learning/augmentation.py. Images are (samples, channels · pixels).
import { rint } from "./arithmetic.ts";
import { unitUniform } from "./random.ts";

const { fround } = Math;
export const WORDS = 6; // random words per map
const STEPS = 64; // per pixel

/** Moves image i by random map i modulo the number of maps, in place; pixels outside are zero. */
export function* jittered(
  images: Float32Array,
  count: number,
  channels: number,
  height: number,
  width: number,
  words: BigUint64Array,
  pixels: number,
): Generator<undefined> {
  const maps = words.length / WORDS;
  const uniform = unitUniform(words);
  const draws = Float32Array.from(uniform, (value) => (2 * value - 1) * pixels);
  const [rows, columns] = [evenly(height), evenly(width)];
  const area = height * width;
  const down = new Float32Array(maps * area);
  const right = new Float32Array(maps * area);
  for (let map = 0, at = 0; map < maps; map++) {
    const [shiftDown = 0, slantDown = 0, stretchDown = 0, shiftRight = 0, slantRight = 0, stretchRight = 0] =
      draws.subarray(map * WORDS, (map + 1) * WORDS);
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++, at++) {
        const [row, column] = [rows[y] as number, columns[x] as number];
        down[at] = fround(shiftDown + fround(column * slantDown)) + fround(row * fround(stretchDown / 2));
        right[at] = fround(shiftRight + fround(row * slantRight)) + fround(column * fround(stretchRight / 2));
      }
  }
  const vertical = table(down, height);
  const horizontal = table(right, width);
  const between = new Float32Array(area);
  for (let image = 0; image < count; image++) {
    const map = (image % maps) * area;
    for (let channel = 0; channel < channels; channel++) {
      const plane = images.subarray((image * channels + channel) * area, (image * channels + channel + 1) * area);
      along(plane, between, vertical, map, height, width, width);
      along(between, plane, horizontal, map, width, height, 1);
    }
    if (image % 64 === 63) yield;
  }
}

/** Numbers from −1 to 1, each rounded once. */
function evenly(count: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => (2 * i - (count - 1)) / Math.max(1, count - 1));
}

interface Table {
  reach: number;
  weights: Float32Array; // of every displacement in steps
  steps: Int32Array; // where in the weights a pixel's displacement is
}

/** The displacements along an axis of this length, as places in a table of weights. */
function table(by: Float32Array, length: number): Table {
  let farthest = 0;
  for (const distance of by) farthest = Math.max(farthest, Math.abs(distance));
  farthest = Math.ceil(farthest);
  const reach = Math.min(farthest + 1, length - 1);
  const ends = (farthest + reach) * STEPS;
  const weights = Float32Array.from({ length: 2 * ends + 1 }, (_, i) => cubic(fround((i - ends) / STEPS)));
  const steps = Int32Array.from(by, (distance) => rint(fround(distance * STEPS)) + farthest * STEPS);
  return { reach, weights, steps };
}

/** Weight of a pixel at this distance: cubic convolution with a = −1/2 (Keys, 1981). */
function cubic(distance: number): number {
  const t = Math.min(Math.abs(distance), 2);
  if (t < 1) return fround(fround(fround(fround(fround(1.5 * t) - 2.5) * t) * t) + 1);
  return fround(fround(fround(fround(fround(2.5 - fround(0.5 * t)) * t) - 4) * t) + 2);
}

/** A weighted sum of copies moved by whole pixels along one axis, whose pixels are `stride` apart. */
function along(
  from: Float32Array,
  to: Float32Array,
  { reach, weights, steps }: Table,
  map: number,
  length: number,
  lines: number,
  stride: number,
): void {
  const across = stride === 1 ? length : 1; // from one line to the next
  const middle = (weights.length - 1) / 2 - reach * STEPS; // the step of a pixel that stays
  for (let line = 0; line < lines; line++)
    for (let place = 0; place < length; place++) {
      const at = line * across + place * stride;
      const own = steps[map + at] as number;
      const near = Math.floor((middle - own) / STEPS); // of the two pixels on either side only: others weigh nothing
      let total = 0;
      const last = Math.min(reach, length - 1 - place, near + 2);
      for (let step = Math.max(-reach, -place, near - 1); step <= last; step++) {
        const pixel = from[at + step * stride] as number;
        if (pixel !== 0) total = fround(total + fround(pixel * (weights[own + (reach + step) * STEPS] as number)));
      }
      to[at] = total;
    }
}
