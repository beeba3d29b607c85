// The sample that the page talks about: the selected one, or else the one it found hardest.

import { hardest, type Sample } from "../selection/samples.ts";
import type { App } from "./app.ts";

export function currentSample(app: App): Sample | null {
  const { sample } = app.store.selection;
  const selected = sample === null ? undefined : app.samples.byId.get(sample);
  return selected ?? first(app);
}

const found = new WeakMap<App["samples"], Sample | null>();

function first(app: App): Sample | null {
  let best = found.get(app.samples);
  if (best === undefined) {
    best = hardest(app.samples, 1)[0] ?? app.samples.list.find((sample) => sample.pixels) ?? null;
    found.set(app.samples, best);
  }
  return best;
}
