// The sample that the page talks about.
import type { Sample } from "../selection/samples.ts";
import { SHOWS } from "../selection/shown.ts";
import { FILTERS, INITIAL, type Selection } from "../selection/state.ts";
import type { App } from "./app.ts";

/** What it depends on. */
export const CURRENT = [...SHOWS, "sample"] as const;

export function currentSample(app: App): Sample | null {
  return app.shown.current(app.store.selection);
}

/** Selects a sample; filters that hide it are taken away. */
export function lookAt(app: App, id: number): void {
  const { selection } = app.store;
  const found = app.samples.byId.get(id);
  const hidden = found && !app.shown.samples(selection).includes(found);
  app.store.set({ ...(hidden && unfiltered()), sample: id });
}

/** Takes all filters away. */
export function showAll(app: App): void {
  app.store.set(unfiltered());
  document.getElementById("data-title")?.focus({ preventScroll: true });
}

/** What takes all filters away. */
export const unfiltered = (): Partial<Selection> => Object.fromEntries(FILTERS.map((key) => [key, INITIAL[key]]));
