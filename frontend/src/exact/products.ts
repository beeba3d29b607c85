// Products of whole numbers. Any order of their sums gives the same bits, so terms are taken in pieces, and zeros are left
// out: those of ReLU, of pixels and of errors below pooling are half to seven eighths of all.

export const PIECE = 2 ** 21; // multiplications between two yields: some milliseconds
const DEEP = 512; // terms at a time, so that as many rows of the right matrix stay in the cache

/** What is not zero in a row of the left matrix: where the right matrix has its row, and the weight of that. */
export interface Held {
  starts: Int32Array;
  weights: Float64Array;
  count: number;
}

export const holding = (most: number): Held => ({
  starts: new Int32Array(most),
  weights: new Float64Array(most),
  count: 0,
});

/** A matrix in a flat array: element (i, t) is at i · row + t · column. */
export interface Left {
  values: Float64Array;
  row: number;
  column: number;
}

export type Size = readonly [m: number, k: number, n: number];

/** out (m, n), its rows `stride` apart, = left (m, k) · right (k, n), times a power of two, in float32. */
export function* product(
  left: Left,
  right: Float64Array,
  size: Size,
  factor: number,
  out: Float32Array,
  sums: Float64Array, // scratch, m · n
  stride = size[2],
): Generator<undefined> {
  const [m, k, n] = size;
  sums.fill(0, 0, m * n);
  for (let term = 0; term < k; term += DEEP) {
    const end = Math.min(k, term + DEEP);
    const often = Math.max(1, Math.floor(PIECE / ((end - term) * n)));
    for (let row = 0; row < m; row += often) {
      add(left, right, n, [row, Math.min(m, row + often)], [term, end], sums);
      yield;
    }
  }
  rounded(sums, factor, [m, n], out, stride);
}

export function rounded(
  sums: Float64Array,
  factor: number,
  [m, n]: readonly number[],
  out: Float32Array,
  stride = n,
): void {
  for (let i = 0, from = 0; i < (m as number); i++)
    for (let j = 0, at = i * (stride as number); j < (n as number); j++) out[at++] = (sums[from++] as number) * factor;
}

type Range = readonly [first: number, end: number];

/** sums (m, n) += left · right, for these rows and terms. */
function add(
  { values, row, column }: Left,
  right: Float64Array,
  n: number,
  [firstRow, endRow]: Range,
  [firstTerm, endTerm]: Range,
  sums: Float64Array,
): void {
  const { starts, weights } = held;
  for (let i = firstRow; i < endRow; i++) {
    let count = 0;
    for (let t = firstTerm, from = i * row + t * column; t < endTerm; t++, from += column) {
      const weight = values[from] as number;
      if (weight === 0) continue;
      starts[count] = t * n;
      weights[count++] = weight;
    }
    held.count = count;
    addRows(held, right, n, sums, i * n);
  }
}

const held = holding(DEEP);

/** sums, n from `at`, += the rows of the right matrix (…, n) that are held, each times its weight. */
export function addRows(
  { starts, weights, count }: Held,
  right: Float64Array,
  n: number,
  sums: Float64Array,
  at: number,
): void {
  let j = 0;
  for (; j + 8 <= n; j += 8) {
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    let s4 = 0;
    let s5 = 0;
    let s6 = 0;
    let s7 = 0;
    for (let t = 0; t < count; t++) {
      const weight = weights[t] as number;
      const from = (starts[t] as number) + j;
      s0 += weight * (right[from] as number);
      s1 += weight * (right[from + 1] as number);
      s2 += weight * (right[from + 2] as number);
      s3 += weight * (right[from + 3] as number);
      s4 += weight * (right[from + 4] as number);
      s5 += weight * (right[from + 5] as number);
      s6 += weight * (right[from + 6] as number);
      s7 += weight * (right[from + 7] as number);
    }
    const to = at + j;
    sums[to] = (sums[to] as number) + s0;
    sums[to + 1] = (sums[to + 1] as number) + s1;
    sums[to + 2] = (sums[to + 2] as number) + s2;
    sums[to + 3] = (sums[to + 3] as number) + s3;
    sums[to + 4] = (sums[to + 4] as number) + s4;
    sums[to + 5] = (sums[to + 5] as number) + s5;
    sums[to + 6] = (sums[to + 6] as number) + s6;
    sums[to + 7] = (sums[to + 7] as number) + s7;
  }
  for (; j < n; j++) {
    let sum = 0;
    for (let t = 0; t < count; t++) sum += (weights[t] as number) * (right[(starts[t] as number) + j] as number);
    sums[at + j] = (sums[at + j] as number) + sum;
  }
}

/** Memory that is as large as was ever asked for. */
export function growing(): (length: number) => Float64Array {
  let memory = new Float64Array(0);
  return (length) => {
    if (memory.length < length) memory = new Float64Array(length);
    return memory;
  };
}

/** Columns of a matrix (rows, columns) as rows. */
export function transposed(from: Float64Array, rows: number, columns: number, to: Float64Array): Float64Array {
  for (let i = 0, at = 0; i < rows; i++) for (let j = 0; j < columns; j++) to[j * rows + i] = from[at++] as number;
  return to;
}
