// A kernel of 3 × 3 pixels per unit at every place of an image padded with zeros, and pooling, as learning/convolution.py.
// The pixels under the kernel are looked up where they are, place after place, and zeros are left out.
import { bitsFor, largestOf, lastBit, powerOfTwo, rint, whole } from "./arithmetic.ts";
import { type Shape, type Work, withoutBias } from "./layers.ts";
import { addRows, type Held, holding, PIECE, rounded, transposed } from "./products.ts";

const { fround } = Math;
const KERNEL = 3;
const CELLS = KERNEL * KERNEL;
const POOL = 2;

export function convolution(shape: Shape, samples: number): Work {
  const { channels, height, width, pooled } = shape.convolution as NonNullable<Shape["convolution"]>;
  const { units, inputs, outputs } = shape;
  const places = height * width;
  const wide = channels * CELLS + 1;
  const step = pooled ? POOL : 1;
  const [down, across] = [Math.floor(height / step), Math.floor(width / step)];
  const often = Math.max(1, Math.floor(PIECE / (places * wide * units))); // samples between two yields
  const matrixWhole = new Float64Array(units * wide);
  const matrixTransposed = new Float64Array(units * wide);
  const image = new Float64Array(inputs);
  const preactivations = new Float32Array(places * units); // of one sample, (places, units)
  const winners = new Int32Array(pooled ? samples * outputs : 0); // the place of each largest one
  const deltaWhole = new Float64Array(places * units);
  const sums = new Float64Array(Math.max(places, wide) * units);
  const row = new Float64Array(wide - 1);
  const [pixels, errors] = [holding(wide), holding(units)];

  /** One sample's pixels as whole numbers, by a scale that all samples share. */
  const pixelsOf = (values: ArrayLike<number>, sample: number, scale: number): void => {
    for (let i = 0, from = sample * (inputs + 1); i < inputs; i++) image[i] = rint((values[from++] as number) * scale);
  };
  /** Holds the pixels under the kernel at a place, and the one of the bias; `apart` is between rows of the other factor. */
  const look = (place: number, one: number, apart: number): void => {
    const { starts, weights } = pixels;
    const [y, x] = [Math.floor(place / width), place % width];
    let count = 0;
    for (let cell = 0; cell < CELLS; cell++) {
      const [row, column] = [y + Math.floor(cell / KERNEL) - 1, x + (cell % KERNEL) - 1];
      if (row < 0 || row >= height || column < 0 || column >= width) continue;
      let pixel = row * width + column;
      for (let at = cell; at < wide - 1; at += CELLS, pixel += places) {
        const value = image[pixel] as number;
        if (value === 0) continue;
        starts[count] = at * apart;
        weights[count++] = value;
      }
    }
    starts[count] = (wide - 1) * apart;
    weights[count++] = one;
    pixels.count = count;
  };
  /** Holds the errors of the units at a place. */
  const blame = (place: number, apart: number): void => {
    const { starts, weights } = errors;
    let count = 0;
    for (let unit = 0, from = place * units; unit < units; unit++) {
      const value = deltaWhole[from++] as number;
      if (value === 0) continue;
      starts[count] = unit * apart;
      weights[count++] = value;
    }
    errors.count = count;
  };
  /** The place of the largest of the four under a pixel of the pooled image; the first of equals. */
  const winner = (unit: number, y: number, x: number): number => {
    const at = (place: number): number => preactivations[place * units + unit] as number;
    const left = POOL * (y * width + x);
    const below = left + width;
    const top = at(left) >= at(left + 1) ? left : left + 1;
    const bottom = at(below) >= at(below + 1) ? below : below + 1;
    return at(top) >= at(bottom) ? top : bottom;
  };
  /** The gradient of one sample's preactivations before pooling, (places, units), as whole numbers. */
  const routed = (delta: Float32Array, sample: number, scale: number): void => {
    deltaWhole.fill(0);
    const area = down * across;
    for (let unit = 0, at = sample * outputs; unit < units; unit++)
      for (let pixel = 0; pixel < area; pixel++, at++) {
        const value = delta[at] as number;
        if (value === 0) continue;
        const place = pooled ? (winners[at] as number) : pixel;
        deltaWhole[place * units + unit] = rint(value * scale);
      }
  };
  return {
    *forward(matrix, given, out, stride) {
      const bits = bitsFor(wide, false);
      const { exponent, scale } = scaling(Math.max(1, largestOf(given.values)), bits);
      const factor = powerOfTwo(whole(matrix, bits, matrixWhole) + exponent);
      const right = transposed(matrixWhole, units, wide, matrixTransposed);
      const one = rint(scale);
      for (let sample = 0; sample < samples; sample++) {
        pixelsOf(given.values, sample, scale);
        sums.fill(0, 0, places * units);
        for (let place = 0; place < places; place++) {
          look(place, one, units);
          addRows(pixels, right, units, sums, place * units);
        }
        rounded(sums, factor, [places, units], preactivations);
        for (let unit = 0, at = sample * stride, won = sample * outputs; unit < units; unit++)
          for (let y = 0; y < down; y++)
            for (let x = 0; x < across; x++, at++, won++) {
              const place = pooled ? winner(unit, y, x) : y * width + x;
              if (pooled) winners[won] = place;
              out[at] = preactivations[place * units + unit] as number;
            }
        if (sample % often === often - 1) yield;
      }
      yield;
    },
    *gradWeights(given, delta, out) {
      const bits = bitsFor(places * samples, false);
      const { exponent, scale } = scaling(Math.max(1, largestOf(given.values)), bits); // 1 is that of the bias
      const below = scaling(largestOf(delta), bits);
      const one = rint(scale);
      sums.fill(0, 0, wide * units); // (wide, units)
      for (let sample = 0; sample < samples; sample++) {
        pixelsOf(given.values, sample, scale);
        routed(delta, sample, below.scale);
        for (let place = 0; place < places; place++) {
          blame(place, 1);
          if (!errors.count) continue;
          look(place, one, units);
          addProducts(pixels, errors, sums);
        }
        if (sample % often === often - 1) yield;
      }
      const factor = powerOfTwo(exponent + below.exponent);
      for (let unit = 0, at = 0; unit < units; unit++)
        for (let i = 0; i < wide; i++) out[at++] = (sums[i * units + unit] as number) * factor;
      yield;
    },
    *gradInput(matrix, delta, out) {
      const bits = bitsFor(units, false);
      const { exponent, scale } = scaling(largestOf(delta), bits);
      const factor = powerOfTwo(withoutBias(matrix, units, wide, bits, matrixWhole) + exponent);
      out.fill(0);
      for (let sample = 0; sample < samples; sample++) {
        routed(delta, sample, scale);
        // From the last place to the first, every pixel gets its sum in the order of the kernel's cells, as in Python.
        for (let place = places - 1; place >= 0; place--) {
          blame(place, wide - 1);
          if (!errors.count) continue;
          row.fill(0);
          addRows(errors, matrixWhole, wide - 1, row, 0);
          spread(place, factor, out, sample * inputs);
        }
        if (sample % often === often - 1) yield;
      }
      yield;
    },
  };

  /** Adds the gradients of the pixels under the kernel at a place. */
  function spread(place: number, factor: number, out: Float32Array, first: number): void {
    const [y, x] = [Math.floor(place / width), place % width];
    for (let cell = 0; cell < CELLS; cell++) {
      const [down, right] = [y + Math.floor(cell / KERNEL) - 1, x + (cell % KERNEL) - 1];
      if (down < 0 || down >= height || right < 0 || right >= width) continue;
      let pixel = first + down * width + right;
      for (let at = cell; at < wide - 1; at += CELLS, pixel += places)
        out[pixel] = (out[pixel] as number) + fround((row[at] as number) * factor); // rounds to float32 as it is stored
    }
  }
}

/** How numbers whose largest is this become whole; NaN where one is not finite. */
function scaling(largest: number, bits: number): { exponent: number; scale: number } {
  if (Number.isNaN(largest)) return { exponent: 0, scale: largest };
  const exponent = lastBit(largest, bits);
  return { exponent, scale: powerOfTwo(-exponent) };
}

/** sums += every product of one of these with one of those. */
function addProducts(these: Held, those: Held, sums: Float64Array): void {
  for (let i = 0; i < these.count; i++) {
    const [start, weight] = [these.starts[i] as number, these.weights[i] as number];
    for (let j = 0; j < those.count; j++) {
      const at = start + (those.starts[j] as number);
      sums[at] = (sums[at] as number) + weight * (those.weights[j] as number);
    }
  }
}
