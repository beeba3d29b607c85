// A convolution of 3 × 3 pixels per unit, with or without maximum pooling: one sample after the other, so that memory is
// small. What is rounded together in Python, the block of all samples, is rounded together here.
import { bitsFor, largestOf, lastBit, powerOfTwo, rint, whole } from "./arithmetic.ts";
import { type Shape, type Work, withoutBias } from "./layers.ts";
import { addTransposedTimes, times, timesTransposed } from "./products.ts";

const KERNEL = 3;
const CELLS = KERNEL * KERNEL;
const POOL = 2;
const PIECE = 4_000_000; // multiplications between two yields

export function convolution(shape: Shape, samples: number): Work {
  const { channels, height, width, pooled } = shape.convolution as NonNullable<Shape["convolution"]>;
  const { units, inputs, outputs } = shape;
  const places = height * width;
  const wide = channels * CELLS + 1;
  const [down, across] = pooled ? [Math.floor(height / POOL), Math.floor(width / POOL)] : [height, width];
  const often = Math.max(1, Math.floor(PIECE / (places * wide * units))); // samples between two yields
  const matrixWhole = new Float64Array(units * wide);
  const image = new Float64Array(inputs);
  const patches = new Float64Array(places * wide); // pixels under the kernel per place, and a one
  const preactivations = new Float32Array(samples * places * units); // (samples, places, units)
  const deltaWhole = new Float64Array(places * units);
  const gradPatches = new Float32Array(places * (wide - 1));
  const sums = new Float64Array(units * wide);
  const row = new Float64Array(wide);

  /** Whole numbers of one sample's pixels and of the ones, by a scale that all samples share. */
  const cut = (values: ArrayLike<number>, sample: number, scale: number): void => {
    const start = sample * (inputs + 1);
    for (let i = 0; i < inputs; i++) image[i] = rint((values[start + i] as number) * scale);
    const one = rint(scale);
    for (let y = 0, place = 0; y < height; y++)
      for (let x = 0; x < width; x++, place++) {
        let at = place * wide;
        for (let channel = 0; channel < channels; channel++)
          for (let dy = y - 1; dy <= y + 1; dy++)
            for (let dx = x - 1; dx <= x + 1; dx++)
              patches[at++] =
                dy < 0 || dy >= height || dx < 0 || dx >= width
                  ? 0
                  : (image[(channel * height + dy) * width + dx] as number);
        patches[at] = one;
      }
  };
  /** Of all samples: e and the scale 2⁻ᵉ, NaN where a pixel is not finite. */
  const scaleOf = (values: ArrayLike<number>, bits: number): [number, number] => {
    const largest = Math.max(1, largestOf(values)); // the ones of the bias; Math.max keeps NaN
    const exponent = Number.isNaN(largest) ? 0 : lastBit(largest, bits);
    return [exponent, Number.isNaN(largest) ? largest : powerOfTwo(-exponent)];
  };
  /** The place of the largest of the four under a pixel of the pooled image; the first of equals. */
  const winner = (base: number, unit: number, y: number, x: number): number => {
    const at = (place: number): number => preactivations[base + place * units + unit] as number;
    const left = POOL * y * width + POOL * x;
    const below = left + width;
    const top = at(left) >= at(left + 1) ? left : left + 1;
    const bottom = at(below) >= at(below + 1) ? below : below + 1;
    return at(top) >= at(bottom) ? top : bottom;
  };
  /** The gradient of one sample's preactivations before pooling, (places, units), as whole numbers. */
  const routed = (delta: Float32Array, sample: number, scale: number): void => {
    deltaWhole.fill(0);
    const base = sample * places * units;
    for (let unit = 0, at = sample * outputs; unit < units; unit++)
      for (let y = 0; y < down; y++)
        for (let x = 0; x < across; x++, at++) {
          const value = delta[at] as number;
          if (value === 0) continue;
          const place = pooled ? winner(base, unit, y, x) : y * width + x;
          deltaWhole[place * units + unit] = rint(value * scale);
        }
  };
  const scaleOfDelta = (delta: Float32Array, bits: number): [number, number] => {
    const largest = largestOf(delta);
    const exponent = Number.isNaN(largest) ? 0 : lastBit(largest, bits);
    return [exponent, Number.isNaN(largest) ? largest : powerOfTwo(-exponent)];
  };
  return {
    *forward(matrix, given, out, stride) {
      const bits = bitsFor(wide, false);
      const [exponent, scale] = scaleOf(given.values, bits);
      const factor = powerOfTwo(whole(matrix, bits, matrixWhole) + exponent);
      for (let sample = 0; sample < samples; sample++) {
        cut(given.values, sample, scale);
        const base = sample * places * units;
        const own = preactivations.subarray(base, base + places * units);
        timesTransposed(patches, matrixWhole, places, units, wide, factor, own);
        for (let unit = 0, at = sample * stride; unit < units; unit++)
          for (let y = 0; y < down; y++)
            for (let x = 0; x < across; x++, at++) {
              const place = pooled ? winner(base, unit, y, x) : y * width + x;
              out[at] = own[place * units + unit] as number;
            }
        if (sample % often === often - 1) yield;
      }
      yield;
    },
    *gradWeights(given, delta, out) {
      const bits = bitsFor(places * samples, false);
      const [exponent, scale] = scaleOf(given.values, bits);
      const [deltaExponent, deltaScale] = scaleOfDelta(delta, bits);
      sums.fill(0);
      for (let sample = 0; sample < samples; sample++) {
        cut(given.values, sample, scale);
        routed(delta, sample, deltaScale);
        addTransposedTimes(deltaWhole, patches, units, wide, places, sums);
        if (sample % often === often - 1) yield;
      }
      const factor = powerOfTwo(exponent + deltaExponent);
      for (let i = 0; i < sums.length; i++) out[i] = (sums[i] as number) * factor;
      yield;
    },
    *gradInput(matrix, delta, out) {
      const bits = bitsFor(units, false);
      const [deltaExponent, deltaScale] = scaleOfDelta(delta, bits);
      const factor = powerOfTwo(withoutBias(matrix, units, wide, bits, matrixWhole) + deltaExponent);
      for (let sample = 0; sample < samples; sample++) {
        routed(delta, sample, deltaScale);
        times(deltaWhole, matrixWhole, places, wide - 1, units, factor, gradPatches, row);
        gathered(gradPatches, out.subarray(sample * inputs, (sample + 1) * inputs));
        if (sample % often === often - 1) yield;
      }
      yield;
    },
  };

  /** Sums the gradients of the patches up per pixel, cell after cell of the kernel. */
  function gathered(from: Float32Array, to: Float32Array): void {
    to.fill(0);
    for (let cell = 0; cell < CELLS; cell++) {
      const [dy, dx] = [Math.floor(cell / KERNEL) - 1, (cell % KERNEL) - 1];
      for (let channel = 0; channel < channels; channel++)
        for (let y = Math.max(0, -dy); y < height - Math.max(0, dy); y++)
          for (let x = Math.max(0, -dx); x < width - Math.max(0, dx); x++) {
            const pixel = (channel * height + y + dy) * width + x + dx;
            const patch = (y * width + x) * (wide - 1) + channel * CELLS + cell;
            to[pixel] = (to[pixel] as number) + (from[patch] as number); // rounds to float32 as it is stored
          }
    }
  }
}
