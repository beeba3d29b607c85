// The layers, as learning/layers.py, but with one sample per row: inputs are (samples, features + 1) with a one at the
// end of each row, and the last column of a layer's matrix (units, features + 1) is its bias. `delta` is the gradient of
// the loss with respect to the preactivations, (samples, outputs).
import { bitsFor, largestOf, lastBit, powerOfTwo, rint, whole } from "./arithmetic.ts";
import { convolution } from "./convolution.ts";
import { growing, product, transposed } from "./products.ts";

export interface Shape {
  inputs: number;
  units: number;
  outputs: number;
  weights: number; // per unit, without the bias
  convolution?: { channels: number; height: number; width: number; pooled: boolean };
}

/** What enters a layer: float32 numbers, or for the first layer a matrix that was rounded once. */
export interface Inputs {
  values: Float32Array | Float64Array; // (samples, features + 1)
  constant: boolean;
}

/** One layer for a fixed number of samples. The steps yield where they take long; matrices and results are float32. */
export interface Work {
  /** Fills out, whose rows are `stride` apart, with the preactivations. */
  forward(matrix: Float32Array, inputs: Inputs, out: Float32Array, stride: number): Generator<undefined>;
  /** Fills the gradient with respect to the matrix; delta belongs to the last `forward`. */
  gradWeights(inputs: Inputs, delta: Float32Array, out: Float32Array): Generator<undefined>;
  /** Fills out (samples, inputs), the gradient with respect to the input; after `gradWeights`. */
  gradInput(matrix: Float32Array, delta: Float32Array, out: Float32Array): Generator<undefined>;
}

export const workOf = (shape: Shape, samples: number): Work =>
  shape.convolution ? convolution(shape, samples) : dense(shape, samples);

function dense({ inputs, units }: Shape, samples: number): Work {
  const wide = inputs + 1;
  const matrixWhole = new Float64Array(units * wide);
  const matrixTransposed = new Float64Array(units * wide);
  const [wholeInputs, wholeDelta, sums] = [growing(), growing(), growing()];
  const factorOf = ({ values, constant }: Inputs, bits: number): [Float64Array, number] => {
    if (constant) return [values as Float64Array, 0];
    const inputsWhole = wholeInputs(values.length);
    return [inputsWhole, whole(values, bits, inputsWhole)];
  };
  return {
    *forward(matrix, given, out, stride) {
      const bits = bitsFor(wide, given.constant);
      const [x, exponent] = factorOf(given, bits);
      const factor = powerOfTwo(whole(matrix, bits, matrixWhole) + exponent);
      const right = transposed(matrixWhole, units, wide, matrixTransposed);
      yield* product(
        { values: x, row: wide, column: 1 },
        right,
        [samples, wide, units],
        factor,
        out,
        sums(samples * units),
        stride,
      );
    },
    *gradWeights(given, delta, out) {
      const bits = bitsFor(samples, given.constant);
      const [x, exponent] = factorOf(given, bits);
      const deltaWhole = wholeDelta(delta.length);
      const factor = powerOfTwo(whole(delta, bits, deltaWhole) + exponent);
      yield* product(
        { values: deltaWhole, row: 1, column: units },
        x,
        [units, samples, wide],
        factor,
        out,
        sums(out.length),
      );
    },
    *gradInput(matrix, delta, out) {
      const bits = bitsFor(units, false);
      const deltaWhole = wholeDelta(delta.length);
      const factor = powerOfTwo(withoutBias(matrix, units, wide, bits, matrixWhole) + whole(delta, bits, deltaWhole));
      const left = { values: deltaWhole, row: units, column: 1 };
      yield* product(left, matrixWhole, [samples, units, inputs], factor, out, sums(out.length));
    },
  };
}

/** Whole numbers of a matrix without its last column, (units, wide − 1). */
export function withoutBias(
  matrix: Float32Array,
  units: number,
  wide: number,
  bits: number,
  out: Float64Array,
): number {
  let largest = 0;
  for (let unit = 0; unit < units; unit++) {
    const found = largestOf(matrix.subarray(unit * wide, unit * wide + wide - 1));
    largest = Number.isNaN(found) ? found : Math.max(largest, found);
  }
  const exponent = Number.isNaN(largest) ? 0 : lastBit(largest, bits);
  const scale = Number.isNaN(largest) ? largest : powerOfTwo(-exponent);
  for (let unit = 0, at = 0; unit < units; unit++)
    for (let i = 0; i < wide - 1; i++) out[at++] = rint((matrix[unit * wide + i] as number) * scale);
  return exponent;
}
