// Products of whole numbers. Any order of their sums gives the same bits, so terms may be taken four at a time, and
// zeros left out. Matrices are rows one after the other.

/** out (m, n) = a (m, k) · bᵀ (n, k), times a power of two, rounded to float32. */
export function timesTransposed(
  a: Float64Array,
  b: Float64Array,
  m: number,
  n: number,
  k: number,
  factor: number,
  out: Float32Array,
  first = 0,
): void {
  let i = first;
  for (; i + 4 <= m; i += 4) {
    const a0 = i * k;
    const a1 = a0 + k;
    const a2 = a1 + k;
    const a3 = a2 + k;
    let j = 0;
    for (; j + 2 <= n; j += 2) {
      const b0 = j * k;
      const b1 = b0 + k;
      let s00 = 0;
      let s01 = 0;
      let s10 = 0;
      let s11 = 0;
      let s20 = 0;
      let s21 = 0;
      let s30 = 0;
      let s31 = 0;
      for (let t = 0; t < k; t++) {
        const x = b[b0 + t] as number;
        const y = b[b1 + t] as number;
        const p = a[a0 + t] as number;
        const q = a[a1 + t] as number;
        const r = a[a2 + t] as number;
        const s = a[a3 + t] as number;
        s00 += p * x;
        s01 += p * y;
        s10 += q * x;
        s11 += q * y;
        s20 += r * x;
        s21 += r * y;
        s30 += s * x;
        s31 += s * y;
      }
      out[i * n + j] = s00 * factor;
      out[i * n + j + 1] = s01 * factor;
      out[(i + 1) * n + j] = s10 * factor;
      out[(i + 1) * n + j + 1] = s11 * factor;
      out[(i + 2) * n + j] = s20 * factor;
      out[(i + 2) * n + j + 1] = s21 * factor;
      out[(i + 3) * n + j] = s30 * factor;
      out[(i + 3) * n + j + 1] = s31 * factor;
    }
    for (; j < n; j++) for (let row = i; row < i + 4; row++) out[row * n + j] = dot(a, row * k, b, j * k, k) * factor;
  }
  for (; i < m; i++) for (let j = 0; j < n; j++) out[i * n + j] = dot(a, i * k, b, j * k, k) * factor;
}

function dot(a: Float64Array, i: number, b: Float64Array, j: number, k: number): number {
  let total = 0;
  for (let t = 0; t < k; t++) total += (a[i + t] as number) * (b[j + t] as number);
  return total;
}

/** sums (m, n) += aᵀ · b for a (k, m) and b (k, n); zeros of a are left out. */
export function addTransposedTimes(
  a: Float64Array,
  b: Float64Array,
  m: number,
  n: number,
  k: number,
  sums: Float64Array,
): void {
  for (let i = 0; i < m; i++) addRows(a, i, m, b, n, k, sums, i * n);
}

/** out (m, n) = a (m, k) · b (k, n), times a power of two, rounded to float32; zeros of a are left out. */
export function times(
  a: Float64Array,
  b: Float64Array,
  m: number,
  n: number,
  k: number,
  factor: number,
  out: Float32Array,
  sums: Float64Array,
): void {
  for (let i = 0; i < m; i++) {
    sums.fill(0, 0, n);
    addRows(a, i * k, 1, b, n, k, sums, 0);
    for (let j = 0; j < n; j++) out[i * n + j] = (sums[j] as number) * factor;
  }
}

const rows = new Int32Array(4);
const weights = new Float64Array(4);

/** sums, n from `at`, += the k rows of b, each times a[first + t · stride]. */
function addRows(
  a: Float64Array,
  first: number,
  stride: number,
  b: Float64Array,
  n: number,
  k: number,
  sums: Float64Array,
  at: number,
): void {
  let held = 0;
  for (let t = 0, from = first; t < k; t++, from += stride) {
    const weight = a[from] as number;
    if (weight === 0) continue;
    rows[held] = t * n;
    weights[held++] = weight;
    if (held < 4) continue;
    held = 0;
    addFour(b, n, sums, at);
  }
  for (let h = 0; h < held; h++) {
    const row = rows[h] as number;
    const weight = weights[h] as number;
    for (let j = 0; j < n; j++) sums[at + j] = (sums[at + j] as number) + weight * (b[row + j] as number);
  }
}

function addFour(b: Float64Array, n: number, sums: Float64Array, at: number): void {
  const r0 = rows[0] as number;
  const r1 = rows[1] as number;
  const r2 = rows[2] as number;
  const r3 = rows[3] as number;
  const w0 = weights[0] as number;
  const w1 = weights[1] as number;
  const w2 = weights[2] as number;
  const w3 = weights[3] as number;
  for (let j = 0; j < n; j++)
    sums[at + j] =
      (sums[at + j] as number) +
      (w0 * (b[r0 + j] as number) + w1 * (b[r1 + j] as number)) +
      (w2 * (b[r2 + j] as number) + w3 * (b[r3 + j] as number));
}
