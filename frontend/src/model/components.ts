// The two directions in which samples differ most (principal components), a few rows at a time. Oracle: scikit-learn.
import type { Network } from "../bundle/run.ts";
import { forward } from "./network.ts";

export interface Plane {
  points: [x: number, y: number][]; // of each row, in the units of the rows
  shares: [number, number]; // of the variance, in each direction
}

const BLOCK = 6; // directions that are followed at once: the more, the fewer rounds until the first two stand still
const ROUNDS = 60;
const STILL = 1e-11; // relative change of a variance between two rounds
const ROWS = 64; // between two yields

/**
 * Subspace iteration without the covariance matrix, with Rayleigh and Ritz's step at the end of each round. A direction
 * points where its largest weight is positive, as in scikit-learn. Yields after every few rows.
 */
export function* components(rows: readonly ArrayLike<number>[]): Generator<undefined, Plane> {
  const size = rows[0]?.length ?? 0;
  const mean = new Float64Array(size);
  const centred = new Float64Array(size); // the row at hand
  const centre = (row: ArrayLike<number>): void => {
    for (let i = 0; i < size; i++) centred[i] = (row[i] ?? 0) - (mean[i] as number);
  };
  for (const [r, row] of rows.entries()) {
    for (let i = 0; i < size; i++) mean[i] = (mean[i] as number) + (row[i] ?? 0) / rows.length;
    if (r % ROWS === 0) yield;
  }
  let total = 0; // variance, but for the division by the number of rows
  let directions = start(Math.min(BLOCK, size), size);
  let variances: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const images = directions.map(() => new Float64Array(size)); // of the directions, under the covariance
    total = 0;
    for (const [r, row] of rows.entries()) {
      centre(row);
      total += dot(centred, centred);
      directions.forEach((direction, k) => {
        add(images[k] as Float64Array, centred, dot(centred, direction));
      });
      if (r % ROWS === 0) yield;
    }
    const small = directions.map((direction) => images.map((image) => dot(direction, image)));
    const { values, vectors } = eigen(small);
    const ended = values.slice(0, 2).every((value, k) => Math.abs(value - (variances[k] ?? Infinity)) <= STILL * value);
    variances = values;
    if (ended) {
      directions = vectors.map((vector) => combined(vector, directions));
      break;
    }
    directions = orthonormal(vectors.map((vector) => combined(vector, images)));
  }
  const axes = [0, 1].map((k) => upright(directions[k] ?? new Float64Array(size)));
  const points = rows.map((row): [number, number] => {
    centre(row);
    return [dot(centred, axes[0] as Float64Array), dot(centred, axes[1] as Float64Array)];
  });
  const part = (k: number): number => (total > 0 ? (variances[k] ?? 0) / total : 0);
  return { points, shares: [part(0), part(1)] };
}

/** What the last hidden layer answers to each row. Yields after every row. */
export function* lastHidden(
  network: Network,
  rows: readonly ArrayLike<number>[],
): Generator<undefined, Float64Array[]> {
  const hidden = { ...network, layers: network.layers.slice(0, -1) };
  const answers: Float64Array[] = [];
  for (const row of rows) {
    answers.push(forward(hidden, row).at(-1) ?? new Float64Array());
    yield;
  }
  return answers;
}

/** Directions that are nothing special, and the same every time. */
function start(count: number, size: number): Float64Array[] {
  let state = 1;
  const next = (): number => {
    state = (state * 48271) % 2147483647; // Park and Miller's
    return state / 2147483647 - 0.5;
  };
  return orthonormal(Array.from({ length: count }, () => Float64Array.from({ length: size }, next)));
}

function dot(a: Float64Array, b: Float64Array): number {
  let total = 0;
  for (let i = 0; i < a.length; i++) total += (a[i] as number) * (b[i] as number);
  return total;
}

function add(to: Float64Array, vector: Float64Array, times: number): void {
  for (let i = 0; i < to.length; i++) to[i] = (to[i] as number) + times * (vector[i] as number);
}

function combined(weights: readonly number[], vectors: readonly Float64Array[]): Float64Array {
  const sum = new Float64Array(vectors[0]?.length ?? 0);
  vectors.forEach((vector, k) => {
    add(sum, vector, weights[k] ?? 0);
  });
  return sum;
}

/** Gram and Schmidt, twice; a direction that is nothing new becomes zero. */
function orthonormal(vectors: readonly Float64Array[]): Float64Array[] {
  const done: Float64Array[] = [];
  for (const vector of vectors) {
    const before = Math.sqrt(dot(vector, vector));
    for (const other of [...done, ...done]) add(vector, other, -dot(vector, other));
    const length = Math.sqrt(dot(vector, vector));
    done.push(vector.map((each) => (length > 1e-12 * before ? each / length : 0)));
  }
  return done;
}

/** The eigenvalues of a small symmetric matrix, the largest first, and their vectors: Jacobi's rotations. */
function eigen(matrix: readonly (readonly number[])[]): { values: number[]; vectors: number[][] } {
  const n = matrix.length;
  const a = matrix.map((row) => [...row]);
  const v = a.map((_, i) => a.map((__, j) => Number(i === j)));
  const at = (m: number[][], i: number, j: number): number => m[i]?.[j] ?? 0;
  const turn = (m: number[][], i: number, p: number, q: number, c: number, s: number): void => {
    const row = m[i] as number[];
    [row[p], row[q]] = [c * at(m, i, p) - s * at(m, i, q), s * at(m, i, p) + c * at(m, i, q)];
  };
  for (let sweep = 0; sweep < 30; sweep++)
    for (let p = 0; p < n; p++)
      for (let q = p + 1; q < n; q++) {
        if (at(a, p, q) === 0) continue;
        const angle = Math.atan2(2 * at(a, p, q), at(a, q, q) - at(a, p, p)) / 2;
        const [c, s] = [Math.cos(angle), Math.sin(angle)];
        for (let i = 0; i < n; i++) {
          turn(a, i, p, q, c, s);
          turn(v, i, p, q, c, s);
        }
        const [above, below] = [a[p] as number[], a[q] as number[]];
        a[p] = above.map((each, i) => c * each - s * (below[i] ?? 0));
        a[q] = above.map((each, i) => s * each + c * (below[i] ?? 0));
      }
  const order = a.map((_, i) => i).sort((i, j) => at(a, j, j) - at(a, i, i));
  return { values: order.map((i) => at(a, i, i)), vectors: order.map((i) => v.map((_, row) => at(v, row, i))) };
}

/** The same direction, or the opposite one, so that its largest weight is positive. */
function upright(direction: Float64Array): Float64Array {
  let largest = 0;
  for (const each of direction) if (Math.abs(each) > Math.abs(largest)) largest = each;
  return largest < 0 ? direction.map((each) => -each) : direction;
}
