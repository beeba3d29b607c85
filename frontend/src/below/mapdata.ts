// What the map lays out: as many held-out samples as can be seen and computed, by their numbers or by what is made of them.
import { components, lastHidden, type Plane } from "../model/components.ts";
import { workOf } from "../model/units.ts";
import type { App } from "../panels/app.ts";
import type { Sample } from "../selection/samples.ts";
import { imageOf, sizeOf } from "./tools.ts";

const MOST = 2000; // pictures
const NUMBERS = 1.2e6; // of which directions are found
const WORK = 4e8; // multiplications for the last hidden layer

export type Basis = "input" | "hidden";

export interface Source {
  samples: readonly Sample[];
  values: readonly ArrayLike<number>[];
  image: boolean;
  deep: boolean; // there is a hidden layer
  laidOut(basis: Basis): Generator<undefined, Plane>;
}

/** Null where too few held-out samples have an image or features. */
export function sourceOf({ run, samples: all }: App): Source | null {
  const network = run.network.state === "ok" ? run.network.value : null;
  const held = all.list.filter(({ guess, values }) => guess && values);
  const deep = network !== null && network.layers.length > 1;
  const most = Math.min(MOST, NUMBERS / sizeOf(run.summary), deep ? WORK / workOf(network) : MOST);
  const step = Math.ceil(held.length / Math.max(3, most));
  const samples = held.filter((_, i) => i % step === 0);
  if (samples.length < 3) return null;
  const image = imageOf(run) !== null;
  const values = samples.map((sample) => sample.values as ArrayLike<number>);
  const rows = image || !network ? values : values.map((each) => standard(each, network));
  return {
    samples,
    values,
    image,
    deep,
    *laidOut(basis) {
      return yield* components(basis === "hidden" && network ? yield* lastHidden(network, values) : rows);
    },
  };
}

/** Features in standard deviations, so that none counts for its unit. */
function standard(
  values: ArrayLike<number>,
  { offset, scale }: { offset: Float32Array; scale: Float32Array },
): Float64Array {
  return Float64Array.from(offset, (middle, i) => ((values[i] ?? 0) - middle) / (scale[i] || 1));
}
