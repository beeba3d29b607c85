// Goes to the studio with a filter set, and focuses what was found.

import type { Criteria } from "../selection/samples.ts";
import { reveal } from "../view/actions.ts";
import type { App } from "./app.ts";

export function showInStudio(app: App, criteria: Partial<Criteria>): void {
  app.store.set(criteria);
  const chips = document.getElementById("chips");
  const focused = chips?.querySelector<HTMLElement>("button") ?? document.getElementById("data-title");
  reveal(document.getElementById("data"), focused);
}
