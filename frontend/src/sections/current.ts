// The sample that the page talks about: the selected one, or else the one it found hardest.
import type { App } from "../app.ts";
import { hardestFirst, type Sample } from "../core/samples.ts";

export function currentSample(app: App): Sample | null {
  const { sample } = app.store.selection;
  const selected = sample === null ? undefined : app.samples.byId.get(sample);
  return selected ?? hardest(app);
}

const found = new WeakMap<App["samples"], Sample | null>();

function hardest(app: App): Sample | null {
  let best = found.get(app.samples);
  if (best === undefined) {
    const pictured = app.samples.list.filter((sample) => sample.pixels);
    best = hardestFirst(pictured)[0] ?? pictured[0] ?? null;
    found.set(app.samples, best);
  }
  return best;
}
