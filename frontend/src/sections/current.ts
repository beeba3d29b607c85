// The sample that the page talks about: the selected one, or else the one the network doubted most.
import type { App } from "../app.ts";
import { doubt, type Sample } from "../core/samples.ts";

export function currentSample(app: App): Sample | null {
  const { sample } = app.store.selection;
  const selected = sample === null ? undefined : app.samples.byId.get(sample);
  return selected ?? mostDoubted(app);
}

const found = new WeakMap<App["samples"], Sample | null>();

export function mostDoubted(app: App): Sample | null {
  let best = found.get(app.samples);
  if (best === undefined) {
    best = app.samples.list.reduce<Sample | null>((a, b) => (b.pixels && (!a || doubt(b) < doubt(a)) ? b : a), null);
    found.set(app.samples, best);
  }
  return best;
}
