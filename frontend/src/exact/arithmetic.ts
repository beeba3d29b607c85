// Arithmetic whose results no machine can change, as numerics/arithmetic.py and elementary.py: products by whole numbers,
// exponential and logarithm from + − × ÷ alone, sums that are rounded once. float32 is kept by Math.fround.

const { fround } = Math;
export const TINY = 2 ** -126; // the smallest normal float32
export const CONSTANT = 20; // bits of a constant matrix
const HALF_EVEN = 1.5 * 2 ** 52;
const { LN2, SQRT1_2 } = Math;
const LN2_HIGH = 0.693359375;
const LN2_LOW = fround(-2.1219444e-4);
const PER_LN2 = fround(1 / LN2);
const EXP_TERMS = [5040, 720, 120, 24, 6, 2, 1, 1].map((factorial) => fround(1 / factorial));
const LOG_TERMS = [21, 19, 17, 15, 13, 11, 9, 7, 5, 3, 1].map((odd) => 1 / odd);

const word = new Float64Array(1);
const halves = new Uint32Array(word.buffer);

/** e with |x| = m · 2ᵉ and ½ ≤ m < 1, of a number that is finite and not subnormal; 0 of 0. */
export function exponentOf(x: number): number {
  if (x === 0) return 0;
  word[0] = x;
  return (((halves[1] as number) >>> 20) & 2047) - 1022;
}

/** 2ᵉ, from bits; from −1022 to 1023. */
export function powerOfTwo(e: number): number {
  halves[0] = 0;
  halves[1] = (e + 1023) << 20;
  return word[0] as number;
}

/** Half to even, for |x| < 2⁵¹. */
export const rint = (x: number): number => x + HALF_EVEN - HALF_EVEN;

/** The largest size; NaN where one is not finite. */
export function largestOf(x: ArrayLike<number>, count = x.length): number {
  let largest = 0;
  for (let i = 0; i < count; i++) {
    const size = Math.abs(x[i] as number);
    if (size <= largest) continue; // rarely false, so what follows costs nothing
    if (!(size < Infinity)) return Number.NaN;
    largest = size;
  }
  return largest;
}

/** Bits that both factors of a product over k terms may have; with a constant factor, those of the other. */
export function bitsFor(k: number, constant: boolean): number {
  const bits = 53 - (k > 1 ? 32 - Math.clz32(k - 1) : 0);
  return constant ? Math.min(bits - CONSTANT, 24) : Math.floor(bits / 2);
}

/** The exponent of the last bit of numbers whose largest is this. */
export const lastBit = (largest: number, bits: number): number => exponentOf(largest) - bits;

/** Fills out with x · 2⁻ᵉ rounded to whole numbers, and returns e; all NaN where one is not finite. */
export function whole(x: ArrayLike<number>, bits: number, out: Float64Array, count = x.length): number {
  const largest = largestOf(x, count);
  if (Number.isNaN(largest)) {
    out.fill(Number.NaN, 0, count);
    return 0;
  }
  const exponent = lastBit(largest, bits);
  const scale = powerOfTwo(-exponent);
  for (let i = 0; i < count; i++) out[i] = (x[i] as number) * scale + HALF_EVEN - HALF_EVEN;
  return exponent;
}

/** Rounds a matrix once for many products. */
export function constant(x: Float32Array): Float64Array {
  const out = new Float64Array(x.length);
  const scale = powerOfTwo(whole(x, CONSTANT, out));
  for (let i = 0; i < out.length; i++) out[i] = (out[i] as number) * scale;
  return out;
}

/** eˣ in float32 for x ≤ 0; zero below −88. */
export function exp(x: number): number {
  if (Number.isNaN(x)) return x;
  let rest = Math.max(x, -88);
  const n = rint(fround(rest * PER_LN2));
  rest = fround(rest - fround(n * LN2_HIGH));
  rest = fround(rest - fround(n * LN2_LOW));
  let total = fround(rest * (EXP_TERMS[0] as number));
  for (let i = 1; i < 7; i++) total = fround(fround(total + (EXP_TERMS[i] as number)) * rest);
  total = fround(total + (EXP_TERMS[7] as number));
  return n <= -127 ? fround(total * 0) : fround(total * powerOfTwo(n));
}

/** The natural logarithm of a positive number, in float64. */
export function log(x: number): number {
  if (Number.isNaN(x)) return x;
  let exponent = exponentOf(x);
  let fraction = x * powerOfTwo(-exponent);
  if (fraction < SQRT1_2) {
    fraction *= 2;
    exponent -= 1;
  }
  const ratio = (fraction - 1) / (fraction + 1);
  const square = ratio * ratio;
  let total = square * (LOG_TERMS[0] as number);
  for (let i = 1; i < 10; i++) total = (total + (LOG_TERMS[i] as number)) * square;
  return exponent * LN2 + 2 * ratio * (total + (LOG_TERMS[10] as number));
}

/** The sum, rounded once (Shewchuk 1997, as Python's math.fsum). NaN where one is not finite. */
export function fsum(values: ArrayLike<number>): number {
  const partials: number[] = [];
  for (let i = 0; i < values.length; i++) {
    let x = values[i] as number;
    if (!Number.isFinite(x)) return Number.NaN;
    let kept = 0;
    for (let j = 0; j < partials.length; j++) {
      let y = partials[j] as number;
      if (Math.abs(x) < Math.abs(y)) [x, y] = [y, x];
      const high = x + y;
      const low = y - (high - x);
      if (low !== 0) partials[kept++] = low;
      x = high;
    }
    partials.length = kept;
    partials.push(x);
  }
  let n = partials.length;
  if (!n) return 0;
  let high = partials[--n] as number;
  let low = 0;
  while (n > 0) {
    const x = high;
    const y = partials[--n] as number;
    high = x + y;
    low = y - (high - x);
    if (low !== 0) break;
  }
  // Half way between two floats, what is left decides.
  if (n > 0 && ((low < 0 && (partials[n - 1] as number) < 0) || (low > 0 && (partials[n - 1] as number) > 0))) {
    const y = 2 * low;
    const x = high + y;
    if (y === x - high) high = x;
  }
  return high;
}

export const mean = (values: ArrayLike<number>): number => fsum(values) / values.length;
