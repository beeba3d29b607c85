// Random words, and the order and the numbers made of them, as numerics/randomness.py: raw words of PCG64, seeded by
// NumPy's SeedSequence. PCG: O'Neill 2014; SeedSequence: numpy.random.bit_generator, after O'Neill's seed_seq_fe.

const M128 = (1n << 128n) - 1n;
const M64 = (1n << 64n) - 1n;
const MULTIPLIER = 0x2360ed051fc65da44385df649fccf645n;
const POOL = 4;

/** What the streams of one random state are for. */
export const SPLIT = 0;
export const WEIGHTS = 1;
export const ORDER = 2;
export const MOVES = 3;
export const LABELS = 4;

/** An endless stream of 64-bit words. */
export interface Stream {
  words(count: number): BigUint64Array;
}

export function randomStream(randomState: number, purpose: number): Stream {
  const seeds = generateState([randomState >>> 0, purpose >>> 0]);
  const [high = 0n, low = 0n, incHigh = 0n, incLow = 0n] = seeds;
  const increment = ((((incHigh << 64n) | incLow) << 1n) | 1n) & M128;
  const step = (state: bigint): bigint => (state * MULTIPLIER + increment) & M128;
  let state = step((step(0n) + ((high << 64n) | low)) & M128);
  return {
    words(count) {
      const found = new BigUint64Array(count);
      for (let i = 0; i < count; i++) {
        state = step(state);
        const mixed = ((state >> 64n) ^ state) & M64;
        const turn = state >> 122n;
        found[i] = (mixed >> turn) | ((mixed << (64n - turn)) & M64);
      }
      return found;
    },
  };
}

/** Four 64-bit words from the seeds of a stream. */
function generateState(entropy: readonly number[]): bigint[] {
  let constant = 0x43b0d7e5;
  const hashed = (value: number): number => {
    const mixed = value ^ constant;
    constant = Math.imul(constant, 0x931e8875);
    const product = Math.imul(mixed, constant);
    return product ^ (product >>> 16);
  };
  const mix = (x: number, y: number): number => {
    const result = Math.imul(x, 0xca01f9dd) - Math.imul(y, 0x4973f715);
    return result ^ (result >>> 16);
  };
  const pool = Array.from({ length: POOL }, (_, i) => hashed(entropy[i] ?? 0));
  for (let source = 0; source < POOL; source++)
    for (let target = 0; target < POOL; target++)
      if (source !== target) pool[target] = mix(pool[target] as number, hashed(pool[source] as number));
  let second = 0x8b51f9dd;
  const halves = Array.from({ length: 2 * POOL }, (_, i) => {
    const mixed = (pool[i % POOL] as number) ^ second;
    second = Math.imul(second, 0x58f38ded);
    const product = Math.imul(mixed, second);
    return BigInt((product ^ (product >>> 16)) >>> 0);
  });
  return Array.from({ length: POOL }, (_, i) => (halves[2 * i] as bigint) | ((halves[2 * i + 1] as bigint) << 32n));
}

/** The numbers below count in random order. Each word carries its number in its last bits, and words are sorted. */
export function randomOrder(stream: Stream, count: number): Int32Array {
  const bits = BigInt(bitLength(count - 1));
  const words = stream.words(count);
  for (let i = 0; i < count; i++) words[i] = (((words[i] as bigint) >> bits) << bits) | BigInt(i);
  words.sort();
  const mask = (1n << bits) - 1n;
  return Int32Array.from(words, (word) => Number(word & mask));
}

/** Words as numbers in [0, 1): multiples of 2⁻⁵³. */
export function unitUniform(words: BigUint64Array): Float64Array {
  return Float64Array.from(words, (word) => Number(word >> 11n) * 2 ** -53);
}

export function bitLength(value: number): number {
  return value > 0 ? 32 - Math.clz32(value) : 0;
}
