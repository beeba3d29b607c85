// What every panel is given: a run, perhaps a second one to compare with, and the linked selection.
import type { LoadedIndex } from "../bundle/load.ts";
import type { Run } from "../bundle/run.ts";
import type { Edited } from "../selection/edited.ts";
import type { Samples } from "../selection/samples.ts";
import type { Shown } from "../selection/shown.ts";
import type { Selection, Store } from "../selection/state.ts";
import type { Where } from "../text/commands.ts";

export interface Compared {
  run: Run;
  samples: Samples;
  right: Map<number, boolean>; // by sample id
}

export interface App {
  store: Store;
  run: Run;
  samples: Samples;
  shown: Shown;
  compared: Compared | null;
  uncompared: string | null; // why the run that was asked for is not the one compared with
  index: LoadedIndex | null;
  exported: boolean; // this page is a file of its own: what it lacks was left out, not lost
  here: Where; // from where commands name the run's files
  edited: Edited;
  scope: AbortSignal; // aborted when another run takes the page
  /** Show a run of the index; null follows the latest. */
  open(runId: string | null): void;
  /** Lay a run that is in no folder beside the one on the page; null takes it away. */
  lend(run: Run | null): void;
  /** Open the list of all runs, to search one to compare with. */
  searchCompared(): void;
  /** Put what the laboratory has into the address of the view, as its links have it; "" takes it away. */
  bring(fragment: string): void;
  /** Show a run that the laboratory made in the panels of this one; null shows this one again. Set by runs.js. */
  follow?(run: Run | null): void;
}

/** What built a panel that stands on the page. */
export const makers = new WeakMap<Element, (app: App) => HTMLElement | HTMLElement[] | null>();

/** Runs now and whenever one of these parts of the selection changes, as long as the run is on the page. */
export function watch(app: App, keys: readonly (keyof Selection)[], update: (selection: Selection) => void): void {
  const end = app.store.subscribe((selection, changed) => {
    if (keys.some((key) => changed.has(key))) update(selection);
  });
  app.scope.addEventListener("abort", end);
  update(app.store.selection);
}
