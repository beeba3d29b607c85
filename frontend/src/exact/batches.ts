// What an epoch trains on, as learning/batches.py: every example once, in a new order, each image moved anew.
import { jittered, WORDS } from "./augmentation.ts";
import { inputsOf, type Net } from "./network.ts";
import { MOVES, ORDER, randomOrder, randomStream } from "./random.ts";
import { type Config, type Data, sizeOf } from "./settings.ts";
import type { Split } from "./split.ts";

// As in Python: a block of inputs is rounded according to its largest element.
const MOVED = 2 ** 17; // pixels moved at a time, about
const MAPS = 64; // fewest random maps per epoch
export const few = { pixels: 2 ** 20 }; // so many are scaled all at once; a test makes all of them too many

export interface Pass {
  order: ArrayLike<number>; // rows of the training part
  blocks(): Generator<undefined | Block>; // undefined: a pause
}

export interface Block {
  inputs: Float64Array; // (samples, inputs + 1)
  samples: number;
}

/** An endless iterator over epochs. */
export function* passes(
  config: Config,
  net: Net,
  data: Data,
  split: Split,
  batch: number,
): Generator<undefined, () => Pass> {
  const count = split.training.length;
  const size = sizeOf(data);
  const rows = gathered(data, split.training, size);
  const still = !config.shiftPixels || !data.image;
  const scaled = still && (batch === count || rows.length <= few.pixels) ? yield* inputsOf(net, rows, count) : null;
  if (still && batch === count) {
    const everything = Int32Array.from({ length: count }, (_, i) => i);
    const inputs = scaled as Float64Array;
    return () => ({
      order: everything,
      *blocks() {
        yield { inputs, samples: count };
      },
    });
  }
  const shuffling = randomStream(config.randomState, ORDER);
  const blocks = still
    ? stillBlocks(net, rows, size, batch, scaled)
    : movedBlocks(config, net, data, rows, size, batch);
  return () => {
    const order = randomOrder(shuffling, count);
    return { order, blocks: () => blocks(order) };
  };
}

type Blocks = (order: Int32Array) => Generator<undefined | Block>;

function gathered({ values }: Data, ids: ArrayLike<number>, size: number): Uint8Array | Float32Array {
  const found = values instanceof Uint8Array ? new Uint8Array(ids.length * size) : new Float32Array(ids.length * size);
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i] as number;
    found.set(values.subarray(id * size, (id + 1) * size), i * size);
  }
  return found;
}

function stillBlocks(
  net: Net,
  rows: Uint8Array | Float32Array,
  size: number,
  batch: number,
  scaled: Float64Array | null,
): Blocks {
  return function* blocks(order) {
    for (let first = 0; first < order.length; first += batch) {
      const part = order.subarray(first, first + batch);
      yield {
        inputs: scaled ? taken(scaled, part, size + 1) : yield* inputsOf(net, picked(rows, part, size), part.length),
        samples: part.length,
      };
    }
  };
}

function taken(from: Float64Array, part: Int32Array, width: number): Float64Array {
  const found = new Float64Array(part.length * width);
  part.forEach((row, i) => found.set(from.subarray(row * width, (row + 1) * width), i * width));
  return found;
}

function picked(from: Uint8Array | Float32Array, part: ArrayLike<number>, size: number): Float32Array {
  const found = new Float32Array(part.length * size);
  for (let i = 0; i < part.length; i++) {
    const row = part[i] as number;
    found.set(from.subarray(row * size, (row + 1) * size), i * size);
  }
  return found;
}

function movedBlocks(
  { randomState, shiftPixels }: Config,
  net: Net,
  { image }: Data,
  rows: Uint8Array | Float32Array,
  size: number,
  batch: number,
): Blocks {
  const { channels, height, width } = image as NonNullable<Data["image"]>;
  const moving = randomStream(randomState, MOVES);
  const maps = Math.ceil(MAPS / batch) * batch;
  const most = Math.max(1, Math.floor(MOVED / (maps * size))) * maps;
  return function* blocks(order) {
    const words = moving.words(WORDS * maps);
    for (let first = 0; first < order.length; first += most) {
      const part = order.subarray(first, first + most);
      const whole = Int32Array.from(
        { length: Math.ceil(part.length / maps) * maps },
        (_, i) => part[i % part.length] as number,
      );
      const images = picked(rows, whole, size);
      yield* jittered(images, whole.length, channels, height, width, words, shiftPixels);
      const inputs = yield* inputsOf(net, images, whole.length);
      yield { inputs: inputs.subarray(0, part.length * (size + 1)), samples: part.length };
    }
  };
}

/** Target distribution of each class, (classes, classes). */
export function smoothedTargets(classes: number, smoothing: number): Float32Array {
  const share = smoothing / classes;
  return Float32Array.from({ length: classes * classes }, (_, i) =>
    i % (classes + 1) === 0 ? 1 * (1 - smoothing) + share : 0 * (1 - smoothing) + share,
  );
}
